// What a purge must not change: what readers say of the present, and of the past that is still told.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { purger, type BilanPurge } from '../../src/conservation/purger.js';
import {
  categoriesConservation,
  durees,
  type DureesConservation,
} from '../../src/domain/conservation.js';
import { silentProgress } from '../../src/progress.js';
import { findHistory } from '../../src/store/bal-annuaire.js';
import { listMouvements } from '../../src/store/decompte.js';
import { countConfirmations } from '../../src/store/feed-confirm.js';
import { listMouvements as listMouvementsBal } from '../../src/store/fiche-bal.js';
import { listBalsDuTitulaire } from '../../src/store/demande-bals.js';
import { recordTrace } from '../../src/store/journal.js';
import { countEffectifs } from '../../src/store/panorama.js';
import { findDerniersEntiers, listLastRuns } from '../../src/store/source-status.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { emptyTables } from '../support/empty-tables.js';
import { enfiler, rppsDe } from '../support/feed-queue.js';
import { constatsOuverts, rapprocher } from '../support/rapprochement.js';

let db: TestDatabase;
before(async () => (db = await testDatabase()));
after(() => db.drop());
beforeEach(() =>
  emptyTables(db.pool, [
    ...['source_load', 'source_run', 'source_change', 'bal_annuaire', 'bal_operateur', 'constat'],
    ...['constat_decompte', 'feed_operation', 'plan', 'plan_decision', 'publication_connue'],
    ...['demande', 'suppression_decidee', 'cas_inactivite', 'avis', 'avis_quota', 'purge_compte'],
    ...['purge_passage', 'reconcile_run', 'compte', 'restauration'],
  ]),
);

const jours = Object.fromEntries(
  categoriesConservation.map((nom) => [nom, durees[nom].defaut]),
) as DureesConservation;

async function purge(): Promise<BilanPurge> {
  const bilan = await purger(
    db.pool,
    {
      jours,
      gardes: { partMax: 1, plancher: 0, horlogeEcartMaxSecondes: 300, silenceMaxJours: 45 },
      ...{ lotPages: 1, evenementJoursMax: 30, dossiers: [] },
    },
    {
      now: () => new Date(),
      ...{ categories: [], isAccepted: true, auteur: 'dpo', version: '0', correlation: 'x' },
      signal: new AbortController().signal,
    },
    silentProgress,
  );
  for (const { cible, restants } of bilan.comptes) assert.equal(restants, 0, cible);
  return bilan;
}

async function sql<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
  return (await db.pool.query<T>(text, [...values])).rows;
}

/** A load so many days ago; its number. */
async function chargement(source: string, ilYA: number, isFull = false): Promise<number> {
  const [row] = await sql<{ id: number }>(
    `insert into source_load (source, inventaire_source, version, genere_le, loaded_at, origin, size_bytes, line_count,
       added_count, gone_count, is_full)
     select $1::text, case when $1::text = 'inventaire' then 'fichier' end, 'v' || $2::text,
       now() - $2::integer * interval '1 day', now() - $2::integer * interval '1 day', 'essai', 1, 1, 1, 1, $3::boolean
     returning id`,
    [source, ilYA, isFull],
  );
  return row?.id ?? 0;
}

const titulaire = '10100000001';

async function publiee(
  adresse: string,
  debut: number,
  fin: number | null,
  { nom = 'DURAND', pp = titulaire }: { nom?: string; pp?: string } = {},
): Promise<void> {
  await sql(
    `insert into bal_annuaire (ligne_hash, first_load_id, gone_load_id, adresse, domaine, adresse_publiee, type_bal,
       type_identifiant_pp, identifiant_pp, nom_exercice)
     values ($1, $2, $3, $4, split_part($4, '@', 2), $4, 'PER', '8', $5, $6)`,
    [debut * 100 + adresse.length, debut, fin, adresse, pp, nom],
  );
}

async function hebergee(
  adresse: string,
  debut: number,
  fin: number | null,
  { typePp = '8', pp = titulaire }: { typePp?: string; pp?: string | null } = {},
): Promise<void> {
  await sql(
    `insert into bal_operateur (ligne_hash, first_load_id, gone_load_id, adresse, domaine, adresse_saisie, type_bal,
       type_identifiant_pp, identifiant_pp, source_inventaire, responsable)
     values ($1, $2, $3, $4, split_part($4, '@', 2), $4, 'PER', $5, $6, 'fichier', 'Chef')`,
    [debut * 100 + adresse.length, debut, fin, adresse, typePp, pp],
  );
}

test('past lines lose what they say of people; since when a BAL is there, and the panorama, do not move', async () => {
  const [l1, l2, l3] = [
    await chargement('bals', 1_000, true),
    await chargement('bals', 900),
    await chargement('bals', 10),
  ] as const;
  // Changed once, long ago; changed holder; gone long ago; gone lately.
  await publiee('a@chu.mssante.fr', l1, l2, { nom: 'ANCIEN' });
  await publiee('a@chu.mssante.fr', l2, null);
  await publiee('b@chu.mssante.fr', l1, l2, { pp: '10100000009', nom: 'AUTRE' });
  await publiee('b@chu.mssante.fr', l2, null);
  await publiee('c@chu.mssante.fr', l1, l2, { nom: 'PARTIE' });
  await publiee('d@chu.mssante.fr', l1, l2, { nom: 'PUIS' });
  await publiee('d@chu.mssante.fr', l2, l3);
  const read = async (): Promise<unknown> => ({
    histoires: [
      await findHistory(db.pool, 'a@chu.mssante.fr'),
      await findHistory(db.pool, 'd@chu.mssante.fr'),
    ],
    panorama: await countEffectifs(db.pool, ['chu.mssante.fr'], {
      depuis: new Date(Date.now() - 950 * 86_400_000),
      jusqua: new Date(),
    }).then((rows) => rows.map(({ apparues, publiees }) => ({ apparues, publiees }))),
    vues: (await listBalsDuTitulaire(db.pool, titulaire, ['chu.mssante.fr'])).map(
      ({ adresse, vueDepuis, estDebut }) => [adresse, vueDepuis, estDebut],
    ),
  });
  const avant = await read();
  await purge();
  assert.deepEqual(await read(), avant);
  const lignes = await sql(
    `select adresse, identifiant_pp as pp, nom_exercice as nom, ligne_hash = 0 as efface from bal_annuaire
     order by adresse, first_load_id`,
  );
  assert.deepEqual(lignes, [
    // The same holder: when he was first seen there stays.
    { adresse: 'a@chu.mssante.fr', pp: titulaire, nom: null, efface: true },
    { adresse: 'a@chu.mssante.fr', pp: titulaire, nom: 'DURAND', efface: false },
    { adresse: 'b@chu.mssante.fr', pp: '*', nom: null, efface: true },
    { adresse: 'b@chu.mssante.fr', pp: titulaire, nom: 'DURAND', efface: false },
    { adresse: 'd@chu.mssante.fr', pp: '*', nom: null, efface: true },
    { adresse: 'd@chu.mssante.fr', pp: titulaire, nom: 'DURAND', efface: false },
  ]);
});

test('a reconciliation finds the same after a purge, type 10 included; what it has not seen yet stays', async () => {
  const [l1, l2, l3] = [
    await chargement('inventaire', 1_000, true),
    await chargement('inventaire', 900),
    await chargement('inventaire', 800),
  ] as const;
  await sql(`insert into source_load (source, version, loaded_at, origin, size_bytes, line_count, added_count, gone_count, is_full)
    select unnest('{bals,professionnels,liste-blanche}'::text[]), 'v', now() - interval '1000 days', 'e', 1, 1, 1, 0, true`);
  // It was a professional's, then nobody's: forbidden creation, since l2. The other always was.
  await hebergee('x@chu.mssante.fr', l1, l2);
  await hebergee('x@chu.mssante.fr', l2, l3, { typePp: '10', pp: 'x@chu.mssante.fr' });
  await hebergee('x@chu.mssante.fr', l3, null, { typePp: '10', pp: 'x@chu.mssante.fr' });
  await hebergee('y@chu.mssante.fr', l1, l2, { typePp: '10', pp: null });
  await hebergee('y@chu.mssante.fr', l2, null, { typePp: '10', pp: null });
  await hebergee('z@chu.mssante.fr', l1, l2);
  await rapprocher(db.pool);
  const constats = await constatsOuverts(db.pool);
  assert.ok(constats.length > 2, JSON.stringify(constats));
  const mouvements = await listMouvementsBal(db.pool, 'x@chu.mssante.fr');
  const l4 = await chargement('inventaire', 700);
  await sql(
    `update bal_operateur set gone_load_id = $1 where adresse = 'y@chu.mssante.fr' and gone_load_id is null`,
    [l4],
  );
  await sql(
    `insert into source_change (load_id, kind, cle) values ($1, 'adresse', 'a'), ($2, 'adresse', 'y@chu.mssante.fr')`,
    [l3, l4],
  );
  await purge();
  assert.deepEqual(await listMouvementsBal(db.pool, 'x@chu.mssante.fr'), mouvements);
  assert.deepEqual(
    await sql(`select load_id = $1::integer as vue from source_change`, [l3]),
    [{ vue: false }],
    'the list of the load that no reconciliation saw stays',
  );
  assert.deepEqual(
    await sql(`select adresse from bal_operateur where adresse ~ '^[yz]' order by 1`),
    [{ adresse: 'y@chu.mssante.fr' }, { adresse: 'y@chu.mssante.fr' }],
  );
  await sql(`update bal_operateur set gone_load_id = null where gone_load_id = $1`, [l4]);
  await sql(`update reconcile_run set settings_fingerprint = ''`);
  const { mode } = await rapprocher(db.pool);
  assert.equal(mode, 'full');
  assert.deepEqual(await constatsOuverts(db.pool), constats);
});

test('the curves of findings go on from the counts of those that were purged', async () => {
  await sql(`insert into reconcile_run (started_at, finished_at, judged_at, mode, loads, settings_fingerprint)
    values (now(), now(), now() - interval '1000 days', 'full', '{}', '')`);
  await sql(`insert into constat (code, groupe, domaine, adresse, valeurs, opened_run_id, opened_at, changed_at, closed_run_id, closed_at)
    select 'PER_TYPE_10', 'blocked', 'chu.mssante.fr', n || '@chu.mssante.fr', '{}', 1, now() - interval '1000 days', now(), 1,
      now() - (case when n < 3 then 900 else 10 end) * interval '1 day' from generate_series(1, 4) n`);
  const avant = await listMouvements(db.pool, 'PER_TYPE_10', undefined);
  await purge();
  assert.deepEqual(await sql(`select adresse from constat order by 1`), [
    { adresse: '3@chu.mssante.fr' },
    { adresse: '4@chu.mssante.fr' },
  ]);
  assert.deepEqual(await listMouvements(db.pool, 'PER_TYPE_10', undefined), avant);
});

test('settled operations go with what they follow; what is awaited, or was rejected for good, stays', async () => {
  const il_y_a_6_ans = new Date(Date.now() - 6 * 365 * 86_400_000);
  await chargement('bals', 5);
  await hebergee('refus@chu.mssante.fr', await chargement('inventaire', 5), null);
  const ids = await enfiler(db.pool, [
    {
      kind: 'insert',
      adresse: 'a@chu.mssante.fr',
      rpps: rppsDe(1),
      state: 'confirmed',
      acceptedAt: il_y_a_6_ans,
    },
    {
      kind: 'insert',
      adresse: 'b@chu.mssante.fr',
      rpps: rppsDe(2),
      state: 'accepted',
      acceptedAt: il_y_a_6_ans,
    },
    {
      kind: 'insert',
      adresse: 'c@chu.mssante.fr',
      rpps: rppsDe(3),
      state: 'accepted',
      acceptedAt: il_y_a_6_ans,
    },
    {
      kind: 'delete',
      adresse: 'c@chu.mssante.fr',
      rpps: rppsDe(3),
      state: 'confirmed',
      acceptedAt: new Date(il_y_a_6_ans.getTime() + 1),
    },
    { kind: 'delete', adresse: 'refus@chu.mssante.fr', rpps: rppsDe(4), state: 'cancelled' },
    { kind: 'delete', adresse: 'parti@chu.mssante.fr', rpps: rppsDe(5), state: 'cancelled' },
    { kind: 'insert', adresse: 'd@chu.mssante.fr', rpps: rppsDe(6), state: 'superseded' },
    { kind: 'insert', adresse: 'd@chu.mssante.fr', rpps: rppsDe(6), state: 'planned' },
    {
      kind: 'delete',
      adresse: 'e@chu.mssante.fr',
      rpps: rppsDe(7),
      state: 'confirmed',
      acceptedAt: il_y_a_6_ans,
    },
  ]);
  await sql(`update feed_operation set created_at = $1`, [il_y_a_6_ans]);
  await sql(`update feed_operation set apres_id = $1 where id = $2`, [ids[8], ids[7]]);
  await sql(
    `insert into feed_attempt (operation_id, attempt, request_id, pusher, started_at, request, status)
    select unnest($1::bigint[]), 1, gen_random_uuid(), 'x', $2, 'POST /', 200`,
    [[ids[0], ids[1]], il_y_a_6_ans],
  );
  await sql(
    `insert into publication_connue (adresse, porteur_cle, domaine, type_bal, porteur_kind, rpps, liste_rouge, origine, operation_id, since)
     values ('a@chu.mssante.fr', 'professionnel:' || $2, 'chu.mssante.fr', 'PER', 'professionnel', $2, true, 'operation', $1, now())`,
    [ids[0], rppsDe(1)],
  );
  const confirmations = await countConfirmations(db.pool);
  await purge();
  const restent = await sql<{ id: number }>(
    `select id::integer as id from feed_operation order by id`,
  );
  assert.deepEqual(
    restent.map(({ id }) => id),
    [ids[1], ids[4], ids[6], ids[7], ids[8]].filter((id) => id !== ids[6]),
    'awaited, rejected, alive, and what an alive one follows',
  );
  const { overtakenCount, ...autres } = await countConfirmations(db.pool);
  assert.deepEqual({ ...autres, overtakenCount: 1 }, confirmations);
  assert.equal(overtakenCount, 0, 'an overtaken one went with the one that overtook it');
  assert.deepEqual(await sql(`select request, status from feed_attempt`), [
    { request: null, status: 200 },
  ]);
  assert.deepEqual(await sql(`select operation_id from publication_connue`), [
    { operation_id: null },
  ]);
});

test('a demande whose deletion still holds back a BAL stays; the others go with their decision', async () => {
  await hebergee('la@chu.mssante.fr', await chargement('inventaire', 5), null);
  await sql(`alter table demande disable trigger demande_transition`);
  await sql(`insert into demande (rpps, id_nat_ps, moyen, adresse, domaine, etait_publiee, motif, contact, etat, deposee_le,
      change_le, decidee_le, decidee_par, transmise_le, confirmee_par, close_le)
    select '10100000001', '810100000001', 'psc', a || '@chu.mssante.fr', 'chu.mssante.fr', true, 'autre', 'x@y.fr', 'confirmee',
      le, le, le, 'chef', le, 'v1', le
    from unnest('{la,partie}'::text[]) a, (select now() - interval '6 years' as le) q`);
  await sql(`alter table demande enable trigger demande_transition`);
  await sql(
    `insert into demande_etape (demande_id, etape, le, auteur_genre, auteur_id) select id, 'recue', deposee_le, 'personne', 'x' from demande`,
  );
  await sql(`insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
    select adresse, 'DEMANDE_PS', 'demande-' || id, decidee_le, 'chef' from demande`);
  await purge();
  const reste = [{ adresse: 'la@chu.mssante.fr' }];
  assert.deepEqual(await sql(`select adresse from demande`), reste);
  assert.deepEqual(await sql(`select adresse from suppression_decidee`), reste);
  assert.equal((await sql(`select from demande_etape`)).length, 1);
});

test('notices lose recipient and contents, then go; those of an open case stay; none can be sent twice', async () => {
  await sql(`insert into cas_inactivite (adresse, domaine, activite_le, est_authentification, limite_le, ouvert_le)
    values ('ouvert@chu.mssante.fr', 'chu.mssante.fr', now(), true, now(), now())`);
  await sql(`insert into avis_quota (adresse, domaine, seuil, occasion, pourcent, change_le)
    values ('parti@chu.mssante.fr', 'chu.mssante.fr', 80, 1, 85, now() - interval '2 years')`);
  await sql(`insert into avis (cle, gabarit, domaine, adresse, destinataire, donnees, etat, prochain_envoi_le, cree_le, parti_le, message_id)
    select 'k:' || a || ':' || etat, 'g', 'chu.mssante.fr', a || '@chu.mssante.fr', 'dest@chu.mssante.fr', '{"nom": "X"}', etat,
      le, le, case when etat = 'parti' then le end, 'm' || etat
    from (values ('parti', 'parti', 1), ('parti', 'refuse', 1), ('ouvert', 'parti', 1), ('vieux', 'parti', 4), ('file', 'a-envoyer', 4)) v (a, etat, ans),
      lateral (select now() - ans * interval '1 year' as le) q`);
  await purge();
  assert.deepEqual(await sql(`select destinataire, donnees, adresse, etat from avis order by id`), [
    { destinataire: 'effacé', donnees: {}, adresse: null, etat: 'parti' },
    { destinataire: 'effacé', donnees: {}, adresse: null, etat: 'annule' },
    {
      destinataire: 'dest@chu.mssante.fr',
      donnees: { nom: 'X' },
      adresse: 'ouvert@chu.mssante.fr',
      etat: 'parti',
    },
    {
      destinataire: 'dest@chu.mssante.fr',
      donnees: { nom: 'X' },
      adresse: 'file@chu.mssante.fr',
      etat: 'a-envoyer',
    },
  ]);
  await purge();
  assert.equal(
    (await sql(`select from avis_quota`)).length,
    0,
    'nothing is keyed by its number any more',
  );
});

test('the last attempt of each source stays, and what tells a whole inventory from events', async () => {
  for (const [ilYA, version, outcome] of [
    [1_000, 'v1', 'loaded'],
    [990, 'evenements', 'loaded'],
    [980, 'v2', 'failed'],
    [970, 'v2', 'loaded'],
    [960, 'evenements', 'loaded'],
    [950, 'v3', 'refused'],
  ] as const) {
    const load = outcome === 'loaded' ? await chargement('inventaire', ilYA) : null;
    await sql(
      `insert into source_run (source, inventaire_source, started_at, finished_at, outcome, version, load_id)
       select 'inventaire', 'fichier', le, le, $2::text, $3::text, $4::integer
       from (select now() - $1::integer * interval '1 day' as le) q`,
      [ilYA, outcome, version, load],
    );
  }
  const read = async (): Promise<unknown> => [
    await listLastRuns(db.pool),
    await findDerniersEntiers(db.pool),
  ];
  const avant = await read();
  await purge();
  assert.ok((await sql(`select from source_run`)).length < 6);
  assert.deepEqual(await read(), avant);
});

test('an account that the trail still names is not given back', async () => {
  await sql(`insert into compte (nom, role, totp_secret, cree_le, cree_par, desactive_le, desactive_par)
    select nom, 'lecteur', '\\x00', now() - interval '5 years', 'x', now() - interval '4 years', 'x'
    from unnest('{cite,oublie}'::text[]) nom`);
  const trace = {
    action: 'compte.role',
    issue: 'reussite',
    auteur: { genre: 'personne', id: 'x' },
  } as const;
  await recordTrace(db.pool, { ...trace, objets: [{ genre: 'compte', id: 'cite' }] }, new Date());
  await purge();
  assert.deepEqual(await sql(`select nom from compte`), [{ nom: 'cite' }]);
});

test('who restored a base, and who purged it, is forgotten at the term of the operations; that it was done is not', async () => {
  await sql(
    `insert into restauration (sauvegarde_du, restauree_le, auteur, levee_le, levee_par, levee_raison)
     values (now() - interval '2000 days', now() - interval '2000 days', 'vieux', now() - interval '1999 days', 'vieux', 'vu'),
       (now() - interval '9 days', now() - interval '9 days', 'recent', now() - interval '8 days', 'recent', 'vu'),
       (now() - interval '1990 days', now() - interval '1990 days', 'tient', null, null, null)`,
  );
  await sql(
    `insert into purge_passage (commence_le, termine_le, reference_le, etat, auteur, version)
     values (now() - interval '2000 days', now() - interval '2000 days', now() - interval '2000 days', 'termine', 'vieux', '0')`,
  );
  await purge();
  assert.deepEqual(await sql(`select auteur, levee_par as par from restauration order by id`), [
    { auteur: 'effacé', par: 'effacé' },
    { auteur: 'recent', par: 'recent' },
    { auteur: 'tient', par: null },
  ]);
  assert.deepEqual(await sql(`select auteur from purge_passage order by id`), [
    { auteur: 'effacé' },
    { auteur: 'dpo' },
  ]);
});
