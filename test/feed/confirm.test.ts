// What extractions and reads prove of accepted operations, and the constat of those that nothing proves.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { confirm } from '../../src/feed/confirm.js';
import { correctPublication, recordPublication } from '../../src/store/publication-connue.js';
import type { BalLue } from '../../src/domain/feed-operation.js';
import { unlimitedPace } from '../../src/feed/push/pace.js';
import { load, vider, type LigneBal } from '../support/annuaire.js';
import { AnnuaireDEssai, panne } from '../support/feed-annuaire.js';
import { enfiler, rppsDe, viderFile, type LigneFile } from '../support/feed-queue.js';
import { constatsOuverts, rapprocher } from '../support/rapprochement.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let annuaire: AnnuaireDEssai;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await vider(database.pool);
  await viderFile(database.pool);
  annuaire = new AnnuaireDEssai();
});

const a = 'a@chu.mssante.fr';
const rpps = rppsDe(0);
const acceptation = new Date('2026-11-10T08:00:00Z');
const veille = new Date('2026-11-09T20:00:00Z');
const lendemain = new Date('2026-11-11T02:00:00Z');
const plusTard = new Date('2026-11-25T08:00:00Z');

/** Puts an extraction in service, generated at `genereLe`. */
async function extraction(genereLe: Date, bals: readonly LigneBal[]): Promise<void> {
  await load(database.pool, {
    bals: [...bals, { adresse: 'autre@ailleurs.mssante.fr', rpps: '10000000091' }],
  });
  await database.pool.query(
    `update source_load set genere_le = $1, version = 'Extraction_' || id
     where id = (select max(id) from source_load where source = 'bals')`,
    [genereLe],
  );
}

async function accepter(ligne: Partial<LigneFile> = {}): Promise<number> {
  const [id = 0] = await enfiler(database.pool, [
    { adresse: a, rpps, state: 'accepted', acceptedAt: acceptation, ...ligne },
  ]);
  return id;
}

async function confirmer(withReading = false, now = plusTard): Promise<string[]> {
  await confirm(database.pool, {
    now,
    reading: withReading ? { client: annuaire, pace: unlimitedPace } : undefined,
  });
  const { rows } = await database.pool.query<{ etat: string }>(
    `select concat_ws(' ', state, confirmed_by) as etat from feed_operation order by id`,
  );
  return rows.map(({ etat }) => etat);
}

const situation = { structure: '1750000001' };
/** A structure of a kind that the feed cannot name: whoever is in it has to be looked for by his address. */
const innommable = { structure: '5ABCDEFGHIJ' };

const cas: [name: string, ligne: Partial<LigneFile>, bals: LigneBal[], expected: string][] = [
  ['an insert that shows', {}, [{ adresse: a, rpps }], 'confirmed Extraction_1'],
  ['an insert that does not', {}, [], 'accepted'],
  ['an insert shown for somebody else', {}, [{ adresse: a, rpps: rppsDe(5) }], 'accepted'],
  ['an insert shown under another type', {}, [{ adresse: a, rpps, type: 'CAB' }], 'accepted'],
  [
    'an insert in a structure, shown in it',
    situation,
    [{ adresse: a, rpps, ...situation }],
    'confirmed Extraction_1',
  ],
  [
    'an insert in a structure, shown in another',
    situation,
    [{ adresse: a, rpps, structure: '1750000009' }],
    'accepted',
  ],
  [
    'an ORG that shows',
    { type: 'ORG' },
    [{ adresse: a, type: 'ORG', ...situation }],
    'confirmed Extraction_1',
  ],
  ['a delete that is gone', { kind: 'delete' }, [], 'confirmed Extraction_1'],
  ['a delete that still shows', { kind: 'delete' }, [{ adresse: a, rpps }], 'accepted'],
  [
    'a delete of a type 10 that is gone',
    { kind: 'delete', isARechercher: true, type: null },
    [{ adresse: a, rpps }],
    'confirmed Extraction_1',
  ],
  [
    'a delete of a type 10 that shows',
    { kind: 'delete', isARechercher: true, type: null },
    [{ adresse: a, typePp: '10', pp: a }],
    'accepted',
  ],
  [
    'a delete of a holder in a structure that cannot be named, which still shows',
    { kind: 'delete', isARechercher: true, type: null },
    [{ adresse: a, rpps, ...innommable }],
    'accepted',
  ],
  [
    'an insert on the holder alone, shown in a structure only',
    {},
    [{ adresse: a, rpps, ...situation }],
    'accepted',
  ],
  [
    'an insert published in capitals',
    {},
    [{ adresse: a.toUpperCase(), rpps }],
    'confirmed Extraction_1',
  ],
  [
    'a liste rouge that is gone',
    { kind: 'replace', listeRouge: true, champs: ['listeRouge'] },
    [],
    'confirmed Extraction_1',
  ],
  [
    'a liste rouge that still shows',
    { kind: 'replace', listeRouge: true, champs: ['listeRouge'] },
    [{ adresse: a, rpps }],
    'accepted',
  ],
  [
    'an insert in the liste rouge proves nothing by its absence',
    { listeRouge: true },
    [],
    'accepted',
  ],
  ['a CAB proves nothing by its absence', { type: 'CAB' }, [], 'accepted'],
  [
    'a rank is in no extraction',
    { kind: 'replace', rang: 1, champs: ['rang'] },
    [{ adresse: a, rpps }],
    'accepted',
  ],
  [
    'a service as asked',
    { kind: 'replace', type: 'ORG', champs: ['service'], service: 'Accueil  nuit' },
    [{ adresse: a, type: 'ORG', service: 'Accueil nuit', ...situation }],
    'confirmed Extraction_1',
  ],
  [
    'a service as it was',
    { kind: 'replace', type: 'ORG', champs: ['service'], service: 'Accueil' },
    [{ adresse: a, type: 'ORG', service: 'Ancien', ...situation }],
    'accepted',
  ],
];
for (const [name, ligne, bals, expected] of cas) {
  test(`by extraction: ${name}`, async () => {
    await accepter(ligne);
    await extraction(lendemain, bals);
    assert.deepEqual(await confirmer(), [expected]);
  });
}

test('an extraction generated before the acceptance proves nothing', async () => {
  await accepter();
  await extraction(veille, [{ adresse: a, rpps }]);
  assert.deepEqual(await confirmer(), ['accepted']);
});

test('an extraction of the same minute proves what was accepted before it, and nothing of what was after', async () => {
  const minute = new Date(acceptation.getTime() + 30_000);
  await accepter({ acceptedAt: new Date(minute.getTime() - 1) });
  await accepter({ adresse: 'b@chu.mssante.fr', acceptedAt: minute });
  await extraction(minute, [
    { adresse: a, rpps },
    { adresse: 'b@chu.mssante.fr', rpps },
  ]);
  assert.deepEqual(await confirmer(), ['confirmed Extraction_1', 'accepted']);
});

test('both halves of a change of type are told apart by the order in which they left, not by their numbers', async () => {
  await accepter();
  await accepter({ kind: 'delete' });
  await extraction(lendemain, [{ adresse: a, rpps }]);
  assert.deepEqual(await confirmer(), ['confirmed Extraction_1', 'accepted']);
});

test('a BAL that was shown once and is no longer was published all the same, and by which extraction is kept', async () => {
  await accepter();
  await extraction(lendemain, [{ adresse: a, rpps }]);
  await extraction(new Date(lendemain.getTime() + 86_400_000), []);
  assert.deepEqual(await confirmer(), ['confirmed Extraction_1']);
  const { rows } = await database.pool.query<{ at: Date }>(
    `select confirmed_at as at from feed_operation`,
  );
  assert.deepEqual(rows[0]?.at, lendemain);
});

test('what no extraction shows is confirmed by reading, where reading shows it', async () => {
  await accepter({ type: 'CAB' });
  await accepter({ adresse: 'b@chu.mssante.fr', kind: 'replace', rang: 2, champs: ['rang'] });
  await accepter({ adresse: 'rouge@chu.mssante.fr', listeRouge: true });
  await extraction(lendemain, []);
  annuaire.bals.set(
    `professionnel:${rpps}`,
    new Map([
      [
        a,
        {
          adresse: a,
          typeBal: 'CAB',
          listeRouge: false,
          rang: undefined,
          description: undefined,
          service: undefined,
          responsable: undefined,
        },
      ],
    ]),
  );
  assert.deepEqual(await confirmer(true), ['confirmed lecture', 'accepted', 'accepted']);
  // What did not show is not asked again the same day; the liste rouge never is.
  assert.deepEqual(annuaire.journal, [`? ${a}`, '? b@chu.mssante.fr']);
  await confirmer(true);
  assert.equal(annuaire.journal.length, 2);
});

const jourApres = new Date(plusTard.getTime() + 24 * 3_600_000);
const b = 'b@chu.mssante.fr';
const publiee: BalLue = {
  adresse: a,
  typeBal: 'CAB',
  listeRouge: false,
  rang: 4,
  description: 'Ancienne',
  service: undefined,
  responsable: undefined,
};

type Connue = { adresse: string; type: string; rang: number | null; description: string | null };
async function connues(): Promise<Connue[]> {
  const { rows } = await database.pool.query<Connue>(
    `select adresse, type_bal as type, rang, description from publication_connue order by adresse`,
  );
  return rows;
}

const lies: [
  name: string,
  ligne: Partial<LigneFile>,
  shown: BalLue[],
  avant: Connue[],
  apres: Connue[],
][] = [
  [
    'a CAB that reading does not show is published no more',
    { type: 'CAB', description: 'Nouvelle' },
    [],
    [{ adresse: a, type: 'CAB', rang: null, description: 'Nouvelle' }],
    [],
  ],
  [
    'of a CAB shown otherwise, what is contradicted and nothing else',
    { type: 'CAB', kind: 'replace', champs: ['description'], description: 'Nouvelle' },
    [publiee],
    [{ adresse: a, type: 'CAB', rang: null, description: 'Nouvelle' }],
    [{ adresse: a, type: 'CAB', rang: null, description: 'Ancienne' }],
  ],
  [
    'a rank that is shown as it was',
    { kind: 'replace', champs: ['rang'], rang: 1 },
    [{ ...publiee, typeBal: 'PER', description: undefined }],
    [{ adresse: a, type: 'PER', rang: 1, description: null }],
    [{ adresse: a, type: 'PER', rang: 4, description: null }],
  ],
  [
    'a deleted CAB that is still shown is published',
    { type: 'CAB', kind: 'delete' },
    [publiee],
    [],
    [{ adresse: a, type: 'CAB', rang: 4, description: 'Ancienne' }],
  ],
];
for (const [name, ligne, shown, avant, apres] of lies) {
  test(`read otherwise twice, a day apart: ${name}`, async () => {
    const id = await accepter(ligne);
    await recordPublication(database.pool, [id]);
    await extraction(lendemain, []);
    annuaire.bals.set(`professionnel:${rpps}`, new Map(shown.map((bal) => [bal.adresse, bal])));
    assert.deepEqual(await confirmer(true), ['accepted']);
    assert.deepEqual(await connues(), avant, 'once may be a delay');
    assert.deepEqual(await confirmer(true, jourApres), ['accepted']);
    assert.deepEqual(await connues(), apres);
    assert.deepEqual(await nonConfirmees(jourApres), [constat]);
    const [ouvert] = await constatsOuverts(database.pool);
    assert.notEqual(ouvert?.valeurs['lueAutrementLe'], undefined);
  });
}

test('what was accepted since is not changed by an older reading', async () => {
  const ancienne = await accepter({ type: 'CAB', description: 'Ancienne' });
  await recordPublication(database.pool, [ancienne]);
  await confirmer(true);
  const depuis = new Date(acceptation.getTime() + 60_000);
  const nouvelle = await accepter({ type: 'CAB', kind: 'delete', acceptedAt: depuis });
  const derniere = await accepter({
    type: 'CAB',
    description: 'Nouvelle',
    acceptedAt: new Date(depuis.getTime() + 60_000),
  });
  await recordPublication(database.pool, [nouvelle, derniere]);
  await correctPublication(database.pool, [
    { operationId: ancienne, bal: undefined, champs: [] },
    { operationId: nouvelle, bal: { ...publiee, adresse: b }, champs: [] },
  ]);
  assert.deepEqual(await connues(), [
    { adresse: a, type: 'CAB', rang: null, description: 'Nouvelle' },
  ]);
});

test('a reading that fails is told and changes nothing', async () => {
  await accepter({ type: 'CAB' });
  annuaire.lectures.push(panne('gateway', false));
  const summary = await confirm(database.pool, {
    now: plusTard,
    reading: { client: annuaire, pace: unlimitedPace },
  });
  assert.match(summary.readingFault ?? '', /Pas de réponse/);
  assert.deepEqual(await confirmer(), ['accepted']);
});

const nonConfirmees = async (now: Date): Promise<string[]> => {
  await rapprocher(database.pool, {}, { now });
  return (await constatsOuverts(database.pool))
    .map(({ cle }) => cle)
    .filter((cle) => cle.startsWith('NON_CONFIRMEE'));
};

const constat = `NON_CONFIRMEE ${a} professionnel:${rpps}`;

test('an operation that no extraction shows after the limit is a constat, until one does', async () => {
  await accepter();
  await extraction(veille, []);
  assert.deepEqual(await nonConfirmees(plusTard), [], 'no extraction since');
  await extraction(lendemain, []);
  assert.deepEqual(
    await nonConfirmees(new Date(acceptation.getTime() + 6 * 86_400_000)),
    [],
    'too early',
  );
  assert.deepEqual(await nonConfirmees(plusTard), [constat]);
  await extraction(plusTard, [{ adresse: a, rpps }]);
  await confirmer();
  assert.deepEqual(await nonConfirmees(plusTard), []);
});

test('a newer accepted operation on the same BAL closes the constat of the older one', async () => {
  await accepter();
  await extraction(lendemain, []);
  assert.deepEqual(await nonConfirmees(plusTard), [constat]);
  await accepter({ kind: 'delete', acceptedAt: new Date(acceptation.getTime() + 1_000) });
  await confirmer();
  assert.deepEqual(await nonConfirmees(plusTard), []);
});

test('what nothing can show is no alarm', async () => {
  await accepter({ type: 'CAB' });
  await accepter({ adresse: 'rouge@chu.mssante.fr', listeRouge: true });
  await extraction(lendemain, []);
  assert.deepEqual(await nonConfirmees(plusTard), []);
});
