// The first page: one sentence that says whether everything is well, each point with its remedy, and the curves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { transaction } from '../../../src/db/transaction.js';
import { recordMesures } from '../../../src/store/mesure.js';
import { listTotaux, listTotauxDomaine } from '../../../src/store/mesure-total.js';
import type { InspectionCertificats } from '../../../src/domain/certificat.js';
import { ecranAccueil } from '../../../src/web/console/accueil/ecran.js';
import type { CompteDemandes, SourceFraiche } from '../../../src/web/console/accueil/faits.js';
import { startConsole, type ConsoleEssai } from '../../support/console.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

const now = new Date('2026-11-20T10:00:00Z');
let db: TestDatabase;
let essai: ConsoleEssai | undefined;
let sources: SourceFraiche[];
let certificats: InspectionCertificats;
let demandes: CompteDemandes | undefined;

const fraiche: SourceFraiche = {
  nom: 'bals',
  libelle: 'BAL publiées',
  estInventaire: false,
  freshness: { kind: 'a-jour' },
  date: now,
  lignes: 556_000,
  echec: undefined,
  loadId: 1,
};

beforeEach(async () => {
  db = await testDatabase();
  sources = [fraiche];
  certificats = { certificats: [], illisibles: [] };
  demandes = undefined;
});
afterEach(async () => {
  await essai?.stop();
  essai = undefined;
  await db.drop();
});

async function accueil(chemin = '/console'): Promise<string> {
  essai ??= await startConsole(
    db.pool,
    [
      ecranAccueil({
        db: db.pool,
        now: () => now,
        certificats: () => certificats,
        fraicheur: () => Promise.resolve(sources),
        compterDemandes: () => Promise.resolve(demandes ?? { enAttente: 0, enRetard: 0 }),
      }),
    ],
    () => now,
  );
  const lecteur = await essai.connecter('lecteur');
  const { status, texte } = await lecteur.get(chemin);
  assert.equal(status, 200);
  return texte;
}

async function rapprocher(loadId = 1): Promise<void> {
  await db.pool.query(
    `insert into reconcile_run (judged_at, finished_at, mode, loads, settings_fingerprint, bal_count,
       opened_count, closed_count, open_count)
     values ($1, $1, 'full', jsonb_build_object('bals', $2::integer), 'x', 1, 12, 3, 1234)`,
    [now, loadId],
  );
}

test('an empty service says what to do first', async () => {
  sources = [
    {
      ...fraiche,
      freshness: { kind: 'jamais-chargee', cause: 'jamais demandée' },
      date: undefined,
      lignes: undefined,
      loadId: undefined,
    },
  ];
  const texte = await accueil();
  assert.match(texte, /<strong>2 points demandent votre attention/u);
  assert.match(texte, /BAL publiées : jamais chargé/u);
  assert.match(texte, /Lancez « annuaire-sync extract »/u);
  assert.match(texte, /Aucun rapprochement n’a encore été fait/u);
  assert.match(texte, /Aucune mesure encore/u);
});

test('when nothing is wrong, it says so', async () => {
  await rapprocher();
  const texte = await accueil();
  assert.match(texte, /<strong>Tout va bien<\/strong>/u);
  assert.match(texte, /1[\s\u202f]234/u);
  assert.match(texte, /class="verdict bien"/u);
});

test('a certificate that ends soon is a point, one that has ended is worse', async () => {
  await rapprocher();
  const fichier = {
    reglage: 'web.tls.certificat',
    nom: 'serveur web',
    genre: 'servi',
    chemin: '/etc/web.pem',
  } as const;
  const un = {
    ...fichier,
    sujet: 'CN=web',
    valableDes: now,
    expireLe: now,
    joursRestants: 12,
    etat: 'bientot',
    empreinte: '00',
    remarques: [],
  } as const;
  certificats = {
    certificats: [un, { ...un, nom: 'client', joursRestants: -2, etat: 'expire' }],
    illisibles: [{ ...fichier, nom: 'autorité', message: 'Fichier absent.' }],
  };
  const texte = await accueil();
  assert.match(texte, /<strong>3 points demandent votre attention/u);
  assert.match(texte, /« client » a expiré[\s\S]*« serveur web » expire dans 12 jours/u);
  assert.match(texte, /\/etc\/web\.pem/u);
  assert.match(texte, /« autorité » ne se lit pas/u);
});

test('each thing that is wrong is a point with its remedy, the worst first', async () => {
  await rapprocher();
  sources = [
    { ...fraiche, freshness: { kind: 'en-retard', ageHours: 74, cause: 'rien de plus récent' } },
  ];
  demandes = { enAttente: 4, enRetard: 2 };
  await db.pool.query(
    `insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint, etat,
       gardes, insert_count, replace_count, delete_count, retenue_count)
     values ($1, 1, '{}', 'x', 'x', 'bloque', $2, 0, 0, 1, 0)`,
    [
      now,
      JSON.stringify([
        { garde: 'suppressions', limite: 1, valeur: 9, message: 'Neuf <suppressions> proposées.' },
      ]),
    ],
  );
  await db.pool.query(
    `insert into feed_operation (plan_id, last_plan_id, kind, adresse, domaine, porteur_kind, motif, exigence, created_at)
     values (1, 1, 'delete', 'a@b.mssante.fr', 'b.mssante.fr', 'a-rechercher', 'PER_TYPE_10', 'x', $1)`,
    [now],
  );
  for (const state of ['approved', 'sending', 'dead']) {
    await db.pool.query(
      `update feed_operation set state = $1, claimed_by = 'x', lease_until = $2, decided_at = $2`,
      [state, now],
    );
  }
  await db.pool.query(
    `update feed_channel set stopped_at = $1, stop_code = 'JETON', stop_message = 'Le jeton est refusé.'`,
    [now],
  );
  const texte = await accueil();
  assert.match(texte, /<strong>5 points demandent votre attention/u);
  const rangs = [
    /Le plan n° 1 est bloqué par une garde\.<\/strong> Neuf &lt;suppressions&gt; proposées/u,
    /L’envoi vers l’Annuaire est arrêté depuis le 20 novembre 2026.*Le jeton est refusé/u,
    /1 opération refusée par l’Annuaire/u,
    /2 demandes de suppression attendent depuis trop longtemps/u,
    /BAL publiées : en retard, 3 jours/u,
  ].map((attendu) => texte.search(attendu));
  assert.ok(!rangs.includes(-1), String(rangs));
  assert.deepEqual(
    rangs,
    rangs.toSorted((x, y) => x - y),
  );
  assert.match(texte, /href="\/console\/envois\?etat=dead"/u);
});

test('what waits for a person is named, and is not called a fault', async () => {
  await rapprocher();
  demandes = { enAttente: 4, enRetard: 0 };
  await db.pool.query(
    `insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint, etat,
       gardes, insert_count, replace_count, delete_count, retenue_count)
     values ($1, 1, '{}', 'x', 'x', 'ouvert', '[]', 0, 0, 1, 0)`,
    [now],
  );
  await db.pool.query(
    `insert into feed_operation (plan_id, last_plan_id, kind, adresse, domaine, porteur_kind, motif, exigence, created_at)
     values (1, 1, 'delete', 'a@b.mssante.fr', 'b.mssante.fr', 'a-rechercher', 'PER_TYPE_10', 'x', $1)`,
    [now],
  );
  const texte = await accueil();
  assert.match(texte, /class="verdict decision"/u);
  assert.match(texte, /Rien d’anormal : des décisions sont attendues/u);
  assert.match(texte, /1 opération attend une décision\.<\/strong> Rien n’est transmis/u);
  assert.match(texte, /4 demandes de suppression attendent une réponse\./u);
  assert.match(texte, /href="\/console\/demandes\?etat=attente"/u);
  await rapprocher();
  assert.match(await accueil(), /date d’avant le dernier rapprochement : recalculez-le/u);
});

test('of a domain that was never measured, nothing is said to be well', async () => {
  await mesurer('2026-11-19', [['a', 3]]);
  const texte = await accueil('/console?domaine=inconnu.fr');
  assert.match(texte, /Rien n’a été mesuré de ce domaine/u);
  assert.doesNotMatch(texte, /c’est l’objectif/u);
  // No text of the base holds it: the page of all domains, rather than a failure.
  assert.match(await accueil('/console?domaine=%00'), /<td class="nombre">3<\/td>/u);
});

test('a measure made since is drawn, though the curves are kept', async () => {
  await mesurer('2026-11-19', [['a', 3]]);
  assert.match(await accueil(), /<td class="nombre">3<\/td>/u);
  await mesurer('2026-11-19', [['a', 7]]);
  assert.match(await accueil(), /<td class="nombre">7<\/td>/u);
});

test('what was loaded since the last reconciliation is told', async () => {
  await rapprocher();
  sources = [{ ...fraiche, loadId: 2 }];
  assert.match(await accueil(), /n’ont pas encore été rapprochées/u);
});

async function mesurer(
  jour: string,
  type10: readonly (readonly [string, number])[],
): Promise<void> {
  const at = new Date(`${jour}T09:00:00Z`);
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into reconcile_run (judged_at, finished_at, mode, loads, settings_fingerprint)
     values ($1, $1, 'full', '{}', 'x') returning id`,
    [at],
  );
  const runId = rows[0]?.id ?? 0;
  await db.pool.query('delete from constat');
  for (const [domaine, n] of type10) {
    await db.pool.query(
      `insert into constat (code, groupe, domaine, adresse, type_bal, valeurs, opened_run_id, opened_at, changed_at)
       select 'PER_TYPE_10', 'blocked', $1::text, n || '@' || $1::text, 'PER', '{}', $2, $3, $3 from generate_series(1, $4::integer) n`,
      [domaine, runId, at, n],
    );
  }
  await transaction(db.pool, (client) =>
    recordMesures(client, { runId, now: at, sources: new Set(), domaines: ['a', 'b'] }),
  );
}

test('the totals of each day follow the measures, all domains or one, and a day measured twice counts once', async () => {
  await mesurer('2026-11-10', [
    ['a', 5],
    ['b', 3],
  ]);
  await mesurer('2026-11-18', [
    ['a', 9],
    ['b', 9],
  ]);
  await mesurer('2026-11-18', [
    ['a', 1],
    ['b', 4],
  ]);
  await mesurer('2026-11-19', [['b', 4]]);
  const tous = await listTotaux(db.pool, '2026-11-01', ['type_10']);
  const attendus = [
    { jour: '2026-11-10', chiffre: 'type_10', valeur: 8, hausse: 0, baisse: 0 },
    { jour: '2026-11-18', chiffre: 'type_10', valeur: 5, hausse: 1, baisse: 4 },
    { jour: '2026-11-19', chiffre: 'type_10', valeur: 4, hausse: 0, baisse: 1 },
  ];
  assert.deepEqual(tous, attendus);
  assert.deepEqual(await listTotauxDomaine(db.pool, '2026-11-01', ['type_10'], 'a'), [
    { jour: '2026-11-10', chiffre: 'type_10', valeur: 5, hausse: 0, baisse: 0 },
    { jour: '2026-11-18', chiffre: 'type_10', valeur: 1, hausse: 0, baisse: 4 },
    { jour: '2026-11-19', chiffre: 'type_10', valeur: 0, hausse: 0, baisse: 1 },
  ]);
});

test('the countdown compares with a week before, and every curve has its table', async () => {
  await mesurer('2026-11-12', [
    ['a', 5],
    ['b', 3],
  ]);
  await mesurer('2026-11-20', [
    ['a', 2],
    ['b', 3],
  ]);
  const texte = await accueil();
  assert.match(texte, /code=PER_TYPE_10">5<\/a>/u);
  assert.match(texte, /3 de moins en une semaine/u);
  assert.equal(texte.match(/<figure/gu)?.length, 8);
  assert.equal(texte.match(/<details>/gu)?.length, 8);
  assert.match(await accueil('/console?domaine=A'), /code=PER_TYPE_10&amp;domaine=a">2<\/a>/u);
  assert.match(await accueil('/console?domaine=inconnu&x=%00'), /class="verdict/u);
});
