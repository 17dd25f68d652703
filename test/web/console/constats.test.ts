// The findings in the console, over the real server and database: filters, order, pages both ways, one explained, the file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codesConstat, catalogueConstats, type CodeConstat } from '../../../src/domain/constat.js';
import {
  compterRecherche,
  listRecherche,
  trisConstats,
  type RechercheConstats,
} from '../../../src/store/constat-recherche.js';
import { ecranConstats } from '../../../src/web/console/constats/ecran.js';
import { startConsole, type ConsoleEssai } from '../../support/console.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import type { Navigateur } from '../../support/navigateur.js';

const now = new Date('2026-11-20T10:00:00Z');
let db: TestDatabase;
let essai: ConsoleEssai;
let lecteur: Navigateur;

before(async () => {
  db = await testDatabase();
  await db.pool.query(
    `insert into reconcile_run (judged_at, finished_at, mode, loads, settings_fingerprint, bal_count,
       opened_count, closed_count, open_count)
     values ($1, $1, 'full', '{}', 'x', 1, 1, 0, 300)`,
    [now],
  );
  for (let n = 0; n < 300; n += 1) await planter(n);
  essai = await startConsole(db.pool, [ecranConstats({ db: db.pool, now: () => now })], () => now);
  lecteur = await essai.connecter('lecteur');
});
after(async () => {
  await essai.stop();
  await db.drop();
});

/** Codes, domains, types and ages of all kinds; several findings share their age, and their address. */
async function planter(n: number): Promise<void> {
  const code = codesConstat[n % codesConstat.length] ?? 'INACTIVE';
  const isDomaine = catalogueConstats[code].groupe === 'domain';
  const domaine = isDomaine ? `d${n}.mssante.fr` : `d${n % 4}.mssante.fr`;
  await inserer(code, {
    domaine,
    adresse: isDomaine ? null : `${n % 2 === 0 ? 'anne' : 'jean'}.${Math.floor(n / 3)}@${domaine}`,
    precision: String(n % 3),
    type: isDomaine ? null : ['PER', 'ORG', 'CAB'][n % 3],
    jours: Math.floor(n / 10) * 3,
  });
}

async function inserer(
  code: CodeConstat,
  of: {
    domaine: string;
    adresse: string | null;
    precision?: string;
    type?: string | null | undefined;
    jours?: number;
    valeurs?: object;
    closIlYA?: number;
  },
): Promise<number> {
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into constat (code, groupe, domaine, adresse, precision, type_bal, valeurs, opened_run_id, opened_at,
       changed_at, closed_run_id, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8::timestamptz - $9::integer * interval '1 day',
       $8::timestamptz - $9::integer * interval '1 day', case when $10::integer is not null then 1 end,
       $8::timestamptz - $10::integer * interval '1 day')
     returning id::integer as id`,
    [
      code,
      catalogueConstats[code].groupe,
      of.domaine,
      of.adresse,
      of.precision ?? '',
      of.type ?? null,
      JSON.stringify(of.valeurs ?? {}),
      now,
      of.jours ?? 0,
      of.closIlYA ?? null,
    ],
  );
  return rows[0]?.id ?? 0;
}

const recherches: readonly [string, RechercheConstats, (ligne: Ligne) => boolean][] = [
  ['everything', {}, () => true],
  ['a code', { codes: ['INACTIVE'] }, ({ code }) => code === 'INACTIVE'],
  ['a domain', { domaine: 'd1.mssante.fr' }, ({ domaine }) => domaine === 'd1.mssante.fr'],
  ['a type', { typeBal: 'ORG' }, ({ type_bal }) => type_bal === 'ORG'],
  [
    'the beginning of an address',
    { debutAdresse: 'anne.1' },
    ({ adresse }) => adresse?.startsWith('anne.1') === true,
  ],
  [
    'an age',
    { ouvertAvant: new Date('2026-10-01T00:00:00Z') },
    ({ opened_at }) => opened_at < new Date('2026-10-01T00:00:00Z'),
  ],
  [
    'several at once',
    { codes: ['INACTIVE', 'QUOTA_80', 'TYPE_DIVERGENT'], typeBal: 'PER', domaine: 'd2.mssante.fr' },
    ({ code, type_bal, domaine }) =>
      ['INACTIVE', 'QUOTA_80', 'TYPE_DIVERGENT'].includes(code) &&
      type_bal === 'PER' &&
      domaine === 'd2.mssante.fr',
  ],
];

type Ligne = {
  id: number;
  code: string;
  domaine: string;
  adresse: string | null;
  precision: string;
  type_bal: string | null;
  opened_at: Date;
};

async function lignes(): Promise<Ligne[]> {
  const { rows } = await db.pool.query<Ligne>(
    `select id::integer as id, code, domaine, adresse, precision, type_bal, opened_at from constat
     where closed_run_id is null`,
  );
  return rows;
}

/** What the orders mean, said once more, in the simplest way. */
const cles: Readonly<Record<(typeof trisConstats)[number], (l: Ligne) => (string | number)[]>> = {
  recents: ({ opened_at, id }) => [-opened_at.getTime(), -id],
  anciens: ({ opened_at, id }) => [opened_at.getTime(), id],
  adresse: ({ adresse, id }) => [adresse ?? '', id],
  domaine: ({ domaine, adresse, precision, code }) => [domaine, adresse ?? '', precision, code],
  code: ({ code, domaine, adresse, precision }) => [code, domaine, adresse ?? '', precision],
};

function comparer(x: readonly (string | number)[], y: readonly (string | number)[]): number {
  for (const [rang, a] of x.entries()) {
    const b = y[rang] ?? '';
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

for (const [nom, recherche, garde] of recherches) {
  for (const tri of trisConstats) {
    // Few are gathered, many are read code by code: both say the same.
    for (const trouves of [undefined, 1_000_000]) {
      test(`${nom}, ${tri}, ${trouves === undefined ? 'gathered' : 'merged'}: every page once, forwards and back`, async () => {
        // Within a domain, « adresse » and « domaine » are the same order.
        const cle = cles[tri === 'adresse' && recherche.domaine !== undefined ? 'domaine' : tri];
        const attendus = (await lignes())
          .filter(garde)
          .sort((x, y) => comparer(cle(x), cle(y)))
          .map(({ id }) => id);
        assert.ok(attendus.length > 1, 'nothing to look at');
        const compte = await compterRecherche(db.pool, recherche);
        assert.equal(compte.nombre.n, attendus.length);
        const lire = (borne?: { sens: 'apres' | 'avant'; id: number }) =>
          listRecherche(db.pool, recherche, trouves ?? compte.trouves, { tri, borne, taille: 7 });
        const lus: number[] = [];
        let page = await lire();
        assert.equal(page.aPrecedent, false);
        for (;;) {
          lus.push(...page.constats.map(({ id }) => id));
          if (!page.aSuivant) break;
          page = await lire({ sens: 'apres', id: lus.at(-1) ?? 0 });
        }
        assert.deepEqual(lus, attendus);
        let retour = lus.slice(-page.constats.length);
        while (page.aPrecedent) {
          page = await lire({ sens: 'avant', id: retour[0] ?? 0 });
          retour = [...page.constats.map(({ id }) => id), ...retour];
        }
        assert.deepEqual(retour, attendus);
      });
    }
  }
}

test('a count stops where it is told to', async () => {
  const { nombre } = await compterRecherche(db.pool, {}, 100);
  assert.deepEqual(nombre, { n: 100, estDepasse: true });
});

test('the list shows what the filters leave, and links that keep them', async () => {
  const { status, texte } = await lecteur.get('/console/constats?type=ORG&tri=adresse');
  assert.equal(status, 200);
  assert.match(texte, /constats ouverts/u);
  assert.match(texte, /<option value="ORG" selected>/u);
  const suivant = /rel="next" href="([^"]+)"/u.exec(texte)?.[1]?.replaceAll('&amp;', '&');
  assert.match(suivant ?? '', /type=ORG&tri=adresse&apres=/u);
  const page = await lecteur.get(suivant ?? '');
  assert.match(page.texte, /rel="prev"/u);
  assert.doesNotMatch(page.texte, />PER<\/td>/u);
});

test('a list without anything says what to do', async () => {
  const { texte } = await lecteur.get('/console/constats?domaine=inconnu.mssante.fr');
  assert.match(texte, /Aucun constat ouvert ne répond à ces filtres/u);
  const court = await lecteur.get('/console/constats?adresse=an');
  assert.equal(court.status, 400);
  assert.match(court.texte, /au moins les 3 premiers caractères/u);
  const perdu = await lecteur.get('/console/constats?apres=999999999');
  assert.match(perdu.texte, /Revenir au début de la liste/u);
});

test('what no form sends is refused in French, and looks for nothing', async () => {
  for (const query of [
    'code=INCONNU',
    'tri=id;drop',
    'apres=1%20or%201',
    'type=PER&type=ORG',
    `adresse=${'a'.repeat(400)}`,
    'groupe=constructor',
  ]) {
    const { status, texte } = await lecteur.get(`/console/constats?${query}`);
    assert.equal(status, 400, query);
    assert.match(texte, /Filtre inconnu/u);
  }
  for (const id of ['999999999', 'x', '1e3', '99999999999999999999']) {
    assert.equal((await lecteur.get(`/console/constats/${id}`)).status, 404, id);
  }
});

test('nobody sees a finding without a session', async () => {
  for (const chemin of ['/console/constats', '/console/constats.csv', '/console/constats/1']) {
    const { status, vers } = await essai.visiteur().get(chemin);
    assert.equal(status, 303, chemin);
    assert.match(vers ?? '', /^\/console\/connexion/u);
  }
});

test('a finding is explained with both sides, what differs marked, and the other times', async () => {
  const adresse = 'claire@fiche.mssante.fr';
  const cote = { typeBal: 'PER', typeIdentifiantPp: '8', identifiantPp: '10000000017' };
  const of = {
    domaine: 'fiche.mssante.fr',
    adresse,
    type: 'PER',
    valeurs: {
      champs: ['service'],
      operateur: {
        ...cote,
        structures: ['1750000001'],
        service: 'Urgences <script>',
        etat: 'actif',
      },
      annuaire: { ...cote, structures: ['1750000001'], service: 'Urgences adultes' },
    },
  };
  const ancien = await inserer('ATTRIBUTS_DIVERGENTS', { ...of, jours: 90, closIlYA: 60 });
  const id = await inserer('ATTRIBUTS_DIVERGENTS', { ...of, jours: 4 });
  const autre = await inserer('QUOTA_90', { domaine: of.domaine, adresse, type: 'PER' });
  const { status, texte } = await lecteur.get(`/console/constats/${id}`);
  assert.equal(status, 200);
  assert.match(texte, /Urgences <mark>&lt;script&gt;<\/mark>/u);
  assert.match(texte, /Urgences <mark>adultes<\/mark>/u);
  assert.doesNotMatch(texte, /<script/u);
  assert.match(texte, /Publier les valeurs de l’inventaire/u);
  assert.match(texte, /16 novembre 2026/u);
  assert.match(texte, new RegExp(`/console/constats/${ancien}"`, 'u'));
  assert.match(texte, new RegExp(`/console/constats/${autre}"`, 'u'));
  assert.match(texte, /href="\/console\/bals\/claire%40fiche.mssante.fr"/u);
  assert.match(texte, /href="\/console\/professionnels\/10000000017"/u);
  assert.match(texte, /href="\/console\/structures\/1750000001"/u);
  const clos = await lecteur.get(`/console/constats/${ancien}`);
  assert.match(clos.texte, /n’est plus vrai depuis/u);
});

test('the file holds what the screen shows, in its order, and no formula', async () => {
  await inserer('ADRESSE_INVALIDE', {
    domaine: 'export.mssante.fr',
    adresse: '=cmd|calc@export.mssante.fr',
    type: 'PER',
  });
  await inserer('QUOTA_100', {
    domaine: 'export.mssante.fr',
    adresse: 'zoe@export.mssante.fr',
    type: 'PER',
    valeurs: { operateur: { service: '@Accueil; "B"' } },
  });
  const { status, headers, texte } = await lecteur.get(
    '/console/constats.csv?domaine=export.mssante.fr&tri=adresse',
  );
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.match(
    headers.get('content-disposition') ?? '',
    /^attachment; filename="constats-2026-11-20\.csv"$/u,
  );
  const rows = texte.split('\r\n');
  assert.equal(rows.length, 4);
  assert.match(rows[0] ?? '', /^\ufeff?groupe;code;/u);
  assert.match(rows[1] ?? '', /;'=cmd\|calc@export/u);
  assert.match(rows[2] ?? '', /;"'@Accueil; ""B"""/u);
});

test('the file goes on beyond a page of the database', async () => {
  await db.pool.query(
    `insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at)
     select 'INACTIVE', 'stale', 'grand.mssante.fr', 'a' || n || '@grand.mssante.fr', '{}', 1, $1, $1
     from generate_series(1, 2500) n`,
    [now],
  );
  const { texte } = await lecteur.get('/console/constats.csv?domaine=grand.mssante.fr&tri=anciens');
  const adresses = texte
    .split('\r\n')
    .slice(1, -1)
    .map((row) => row.split(';')[5]);
  assert.equal(adresses.length, 2_500);
  assert.equal(new Set(adresses).size, 2_500);
});
