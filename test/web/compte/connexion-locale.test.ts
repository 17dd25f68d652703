// Local accounts on a real database: lock-out, one-time passwords and recovery codes, also many at the same moment.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { Role } from '../../../src/domain/role.js';
import { disableCompte, enableCompte, resetCompte, setRole } from '../../../src/store/compte.js';
import {
  activateCompte,
  countSecours,
  findActivation,
} from '../../../src/store/compte-connexion.js';
import { pruneEssais } from '../../../src/store/essai-connexion.js';
import { findPas, hashCodeActivation, showSecret } from '../../../src/web/compte/code.js';
import { Coffre } from '../../../src/web/compte/coffre.js';
import {
  ConnexionLocale,
  type Connecte,
  type Refus,
} from '../../../src/web/compte/connexion-locale.js';
import { MotsDePasse, TropDeVerifications } from '../../../src/web/compte/mot-de-passe.js';
import { ouvrirCompte, type CompteOuvert } from '../../../src/web/compte/ouverture.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

const now = new Date('2026-11-23T09:00:10Z');
const bonMot = 'quatre mots sans rapport';
const coffre = new Coffre(Buffer.alloc(32, 7));
const motsDePasse = new MotsDePasse();
const verrouillage = {
  essais: 5,
  attenteSecondes: 60,
  attenteMaxSecondes: 3_600,
  essaisParAdresse: 30,
};

let database: TestDatabase;
let connexion: ConnexionLocale;
before(async () => {
  database = await testDatabase();
  connexion = new ConnexionLocale({ pool: database.pool, motsDePasse, coffre, verrouillage });
});
after(() => database.drop());

let comptesCount = 0;
async function ouvert(role: Role = 'lecteur', motDePasse = bonMot): Promise<CompteOuvert> {
  const nom = `compte-${(comptesCount += 1)}`;
  const empreinte = await motsDePasse.hash(motDePasse);
  const made = await ouvrirCompte(
    database.pool,
    coffre,
    { nom, role, empreinte, activationHeures: 48, par: 'essai' },
    now,
  );
  assert.ok(made);
  return made;
}

function codeAt(secret: Buffer, at: Date): string {
  const totp = new TOTP({ secret: new Secret({ buffer: Uint8Array.from(secret).buffer }) });
  return totp.generate({ timestamp: at.getTime() });
}

function plus(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000);
}

let adresseCount = 0;
function autreAdresse(): string {
  adresseCount += 1;
  return `198.51.${adresseCount >> 8}.${adresseCount & 255}`;
}

async function essayer(
  nom: string,
  motDePasse: string,
  at = now,
  adresse = autreAdresse(),
): Promise<string> {
  return (await connexion.verifierMotDePasse({ nom, motDePasse, adresse }, at)).kind;
}

async function donnerCode(
  { compte }: CompteOuvert,
  code: string,
  at = now,
): Promise<Connecte | Refus> {
  const { id, version } = compte;
  return connexion.verifierCode({ compteId: id, version, code, adresse: autreAdresse() }, at);
}

test('the right password then the right code signs in; the first code gives recovery codes', async () => {
  const made = await ouvert('gestionnaire');
  assert.equal(await essayer(` ${made.compte.nom.toUpperCase()} `, bonMot), 'code-attendu');
  const first = await donnerCode(made, codeAt(made.secret, now));
  assert.ok(first.kind === 'connecte');
  assert.equal(first.codesSecours?.length, 10);
  assert.equal(new Set(first.codesSecours).size, 10);
  const second = await donnerCode(made, codeAt(made.secret, plus(60)), plus(60));
  assert.ok(second.kind === 'connecte');
  assert.equal(second.codesSecours, undefined);
});

test('nobody can tell a name without an account from one with another password', async () => {
  const { compte } = await ouvert();
  const disabled = await ouvert();
  await disableCompte(database.pool, disabled.compte.nom, 'essai', now);
  for (const nom of [compte.nom, 'personne', 'pas un nom !', disabled.compte.nom]) {
    const seen: string[] = [];
    for (let i = 0; i < 7; i++) seen.push(await essayer(nom, 'un autre mot de passe'));
    assert.deepEqual(seen, [...Array<string>(5).fill('refuse'), 'bloque', 'bloque'], nom);
  }
  assert.equal(await essayer(disabled.compte.nom, bonMot, plus(3_600)), 'refuse');
});

test('each failure beyond the limit doubles the wait, up to its maximum; a success forgets them', async () => {
  const made = await ouvert();
  const { nom } = made.compte;
  for (let i = 0; i < 5; i++) await essayer(nom, 'faux');
  let at = now;
  for (const seconds of [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
    const blocked = await connexion.verifierMotDePasse(
      { nom, motDePasse: bonMot, adresse: autreAdresse() },
      new Date(at.getTime() + seconds * 1_000 - 1),
    );
    assert.deepEqual(blocked, {
      kind: 'bloque',
      jusqua: new Date(at.getTime() + seconds * 1_000),
    });
    at = new Date(at.getTime() + seconds * 1_000);
    assert.equal(await essayer(nom, 'faux', at), 'refuse');
  }
  at = new Date(at.getTime() + 3_600_000);
  assert.equal(await essayer(nom, bonMot, at), 'code-attendu');
  for (let i = 0; i < 5; i++) assert.equal(await essayer(nom, 'faux', at), 'refuse');
});

test('a known password gives no more tries at the code', async () => {
  const made = await ouvert();
  const seen: string[] = [];
  for (let i = 0; i < 6; i++) {
    seen.push(await essayer(made.compte.nom, bonMot));
    seen.push((await donnerCode(made, '000000')).kind);
  }
  assert.deepEqual(seen.filter((kind) => kind === 'refuse').length, 5);
  assert.deepEqual(seen.slice(-2), ['code-attendu', 'bloque']);
});

test('a hundred wrong passwords at the same moment: five are looked at', async () => {
  const { compte } = await ouvert();
  const patient = new ConnexionLocale({
    pool: database.pool,
    motsDePasse: new MotsDePasse(),
    coffre,
    verrouillage,
  });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      patient.verifierMotDePasse(
        { nom: compte.nom, motDePasse: `faux ${i}`, adresse: autreAdresse() },
        now,
      ),
    ),
  );
  const kinds = answers.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'refuse').length, 5);
  assert.equal(kinds.filter((kind) => kind === 'bloque').length, 95);
});

test('one address that tries many names waits; the others do not', async () => {
  const adresse = '2001:db8:1:2::1';
  for (let i = 0; i < 30; i++) await essayer(`inconnu-${i}`, 'faux', now, adresse);
  const { compte } = await ouvert();
  assert.equal(await essayer(compte.nom, bonMot, now, '2001:db8:1:2:ffff::9'), 'bloque');
  assert.equal(await essayer(compte.nom, bonMot, now, '2001:db8:1:3::1'), 'code-attendu');
});

test('a code is taken one step early or late, never twice, and never by two at the same moment', async () => {
  const made = await ouvert();
  for (const [seconds, kind] of [
    [-61, 'refuse'],
    [61, 'refuse'],
    [-30, 'connecte'],
    [30, 'connecte'],
  ] as const) {
    const answer = await donnerCode(made, codeAt(made.secret, plus(seconds)));
    assert.equal(answer.kind, kind, String(seconds));
  }
  // The code of an earlier step than the last one accepted, although its window is open.
  assert.equal((await donnerCode(made, codeAt(made.secret, now))).kind, 'refuse');
  const code = codeAt(made.secret, plus(300));
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => donnerCode(made, code, plus(300))),
  );
  assert.equal(answers.filter(({ kind }) => kind === 'connecte').length, 1);
});

test('a recovery code serves once, by one of those who give it at the same moment', async () => {
  const made = await ouvert();
  const first = await donnerCode(made, codeAt(made.secret, now));
  assert.ok(first.kind === 'connecte' && first.codesSecours);
  const [code = ''] = first.codesSecours;
  const answers = await Promise.all(
    [code, code.toUpperCase(), code.replaceAll('-', ' ')].map((text) => donnerCode(made, text)),
  );
  assert.equal(answers.filter(({ kind }) => kind === 'connecte').length, 1);
  assert.equal(await countSecours(database.pool, made.compte.id), 9);
  const other = await ouvert();
  const stolen = first.codesSecours[1] ?? '';
  assert.equal((await donnerCode(other, stolen)).kind, 'refuse');
});

test('what changed since the password was verified begins anew', async () => {
  const changes: ((nom: string) => Promise<unknown>)[] = [
    (nom) => setRole(database.pool, nom, 'approbateur'),
    (nom) => disableCompte(database.pool, nom, 'essai', now),
    async (nom) => {
      await disableCompte(database.pool, nom, 'essai', now);
      await enableCompte(database.pool, nom);
    },
    (nom) =>
      resetCompte(
        database.pool,
        nom,
        {
          totpSecret: coffre.close(Buffer.alloc(20, 1), nom),
          ouverture: { kind: 'activation', empreinte: Buffer.alloc(32, 9), expireLe: plus(60) },
        },
        now,
      ),
  ];
  for (const change of changes) {
    const made = await ouvert();
    await change(made.compte.nom);
    assert.equal((await donnerCode(made, codeAt(made.secret, now))).kind, 'perime');
  }
});

test('a secret closed under another key, or copied from another account, is told apart', async () => {
  const made = await ouvert();
  const autre = new ConnexionLocale({
    pool: database.pool,
    motsDePasse,
    coffre: new Coffre(Buffer.alloc(32, 8)),
    verrouillage,
  });
  const { id: compteId, version } = made.compte;
  const answer = await autre.verifierCode(
    { compteId, version, code: '123456', adresse: autreAdresse() },
    now,
  );
  assert.equal(answer.kind, 'illisible');
  const closed = coffre.close(made.secret, 'un');
  assert.deepEqual(coffre.open(closed, 'un'), made.secret);
  assert.equal(coffre.open(closed, 'autre'), undefined);
  assert.equal(coffre.open(closed.subarray(0, 20), 'un'), undefined);
});

test('an activation code serves once and not after its term', async () => {
  const made = await ouvrirCompte(
    database.pool,
    coffre,
    { nom: 'a-activer', role: 'lecteur', empreinte: undefined, activationHeures: 1, par: 'essai' },
    now,
  );
  const empreinte = hashCodeActivation(made?.codeActivation ?? '');
  assert.ok(empreinte && made);
  assert.equal(await essayer('a-activer', bonMot), 'refuse');
  assert.equal(await findActivation(database.pool, empreinte, now), made.compte.id);
  assert.equal(await findActivation(database.pool, empreinte, plus(3_600)), undefined);
  const motDePasse = await motsDePasse.hash(bonMot);
  const activation = { empreinte, motDePasse, pas: 1 };
  const answers = await Promise.all(
    [1, 2, 3].map(() => activateCompte(database.pool, activation, now)),
  );
  assert.deepEqual(answers.filter(Boolean).length, 1);
  assert.equal(await essayer('a-activer', bonMot), 'code-attendu');
});

test('passwords beyond what the machine can verify are told so at once, and cost no failure', async () => {
  const { compte } = await ouvert();
  const busy = new MotsDePasse();
  const flood = await Promise.allSettled(
    Array.from({ length: 50 }, () => busy.verify(undefined, 'un mot de passe')),
  );
  const refused = flood.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 50 - 34);
  assert.ok(
    refused.every((r) => r.status === 'rejected' && r.reason instanceof TropDeVerifications),
  );
  // Every place was given back.
  assert.equal(await busy.verify(compte.motDePasse, bonMot), true);
  assert.equal(await busy.verify(compte.motDePasse, 'faux'), false);

  const pending = Array.from({ length: 34 }, () => busy.verify(undefined, 'x'));
  const flooded = new ConnexionLocale({
    pool: database.pool,
    motsDePasse: busy,
    coffre,
    verrouillage: { ...verrouillage, essais: 1 },
  });
  const identifiants = { nom: compte.nom, motDePasse: bonMot, adresse: autreAdresse() };
  const hash = busy.verify.bind(busy);
  busy.verify = () => Promise.reject(new TropDeVerifications());
  assert.deepEqual(await flooded.verifierMotDePasse(identifiants, now), { kind: 'occupe' });
  busy.verify = hash;
  await Promise.all(pending);
  assert.equal((await flooded.verifierMotDePasse(identifiants, now)).kind, 'code-attendu');
});

test('failures are forgotten after a day', async () => {
  for (let i = 0; i < 4; i++) await essayer('oublieux', 'faux');
  assert.equal(await essayer('oublieux', 'faux', plus(86_401)), 'refuse');
  assert.equal(await essayer('oublieux', 'faux', plus(86_402)), 'refuse');
  assert.ok((await pruneEssais(database.pool, plus(3 * 86_400))) > 0);
  const { rows } = await database.pool.query(`select from essai_connexion`);
  assert.equal(rows.length, 0);
});

test('the secret shown is the one of RFC 6238, and names account and opérateur', () => {
  // RFC 6238, appendix B: the last six digits of its first two lines for SHA-1.
  const secret = Buffer.from('12345678901234567890');
  assert.equal(findPas(secret, '287 082', new Date(59_000)), 1);
  assert.equal(findPas(secret, '081804', new Date(1_111_111_109_000)), 37_037_036);
  assert.equal(findPas(secret, '287083', new Date(59_000)), undefined);
  assert.equal(findPas(secret, '94287082', new Date(59_000)), undefined);
  const { uri, texte } = showSecret(secret, 'm.durand', 'CHU Exemple');
  assert.match(uri, /^otpauth:\/\/totp\/[^?]*m\.durand\?/u);
  assert.match(decodeURIComponent(uri), /issuer=Annuaire Santé \(CHU Exemple\)/u);
  assert.equal(texte, 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ');
});
