// Runs of the cycle: who is told, what stops it, what closes it, and what a kill or a second run leaves.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { findAutresBal } from '../../src/store/destinataires-avis.js';
import { conserverCas } from '../../src/store/cas-inactivite-cloture.js';
import { versionEvenements } from '../../src/store/source-load.js';
import { transaction } from '../../src/db/transaction.js';
import { computePlan } from '../../src/plan/compute.js';
import { silentProgress } from '../../src/progress.js';
import { etatsCas, transitionsCas } from '../../src/domain/cycle-inactivite.js';
import type { LigneInventaire } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  avis,
  cas,
  envoyer,
  importer,
  jours,
  passer,
  reglagesHygiene,
  viderHygiene,
} from '../support/hygiene.js';
import { operations, reglagesPlan } from '../support/plan.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
beforeEach(() => viderHygiene(db.pool));

const rpps = '10000000018';
const a = 'a@chu.mssante.fr';
const venue = new Date('2026-01-10T08:00:00Z');
const le = (jour: number): Date => jours(venue, jour);
const bal = (adresse = a, more: Partial<LigneInventaire> = {}): LigneInventaire => ({
  adresse,
  rpps,
  authentification: venue.toISOString(),
  ...more,
});

/** Brings `lignes` to the eve of the end: told, the notice left, reminded. */
async function jusquaLaFin(lignes: readonly LigneInventaire[]): Promise<void> {
  await importer(db.pool, lignes, le(336));
  await passer(db.pool, le(336));
  await envoyer(db.pool, le(336));
  await passer(db.pool, le(336));
  await importer(db.pool, lignes, le(360));
  await passer(db.pool, le(360));
  await importer(db.pool, lignes, le(367));
}

async function suppressions(): Promise<string[]> {
  const { rows } = await db.pool.query<{ ligne: string }>(
    `select concat_ws(' ', adresse, motif, reference, case when withdrawn_at is null then '' else 'retiree' end) as ligne
     from suppression_decidee order by id`,
  );
  return rows.map(({ ligne }) => ligne.trim());
}

test('who is told: the BAL, then the other PER of its holder, ours in use first, closed ones never', async () => {
  const vivante = { authentification: le(330).toISOString() };
  await importer(
    db.pool,
    [
      bal(),
      bal('b@chu.mssante.fr', vivante),
      bal('c@chu.mssante.fr', { ...vivante, etat: 'ferme' }),
      bal('d@chu.mssante.fr', { authentification: '2024-01-01T00:00:00Z', etat: 'suspendu' }),
      bal('e@chu.mssante.fr', { ...vivante, rpps: '10000000026' }),
      bal('o@chu.mssante.fr', { ...vivante, type: 'ORG' }),
    ],
    le(340),
    {
      bals: [
        { adresse: 'x@ailleurs.mssante.fr', rpps },
        { adresse: 'orpheline@chu.mssante.fr', rpps },
      ],
    },
  );
  await passer(db.pool, le(340));
  const { rows } = await db.pool.query<{ destinataire: string }>(
    `select destinataire from avis where adresse = $1 order by id`,
    [a],
  );
  assert.deepEqual(
    rows.map(({ destinataire }) => destinataire),
    [a, 'b@chu.mssante.fr', 'x@ailleurs.mssante.fr'],
  );
  const trois = { max: 9, inactiveAvant: le(-25), domaines: reglagesHygiene.domaines };
  assert.deepEqual(
    (await findAutresBal(db.pool, [a], trois)).get(a),
    ['b@chu.mssante.fr', 'x@ailleurs.mssante.fr'],
    'a suspended one is not read',
  );
});

test('with autresBalMax at 0, the BAL alone is told', async () => {
  await importer(
    db.pool,
    [bal(), bal('b@chu.mssante.fr', { authentification: le(330).toISOString() })],
    le(340),
  );
  await passer(db.pool, le(340), { autresBalMax: 0 });
  assert.deepEqual(await avis(db.pool), [`inactivite ${a} a-envoyer`]);
});

test('running again changes nothing', async () => {
  await importer(db.pool, [bal()], le(340));
  const premier = await passer(db.pool, le(340));
  assert.deepEqual([premier.ouverts, premier.prevenues, premier.avis], [1, 1, 1]);
  const second = await passer(db.pool, le(340));
  assert.deepEqual([second.ouverts, second.prevenues, second.avis], [0, 0, 0]);
  assert.equal((await avis(db.pool)).length, 1);
});

test('a rehearsal tells what would be done and does nothing', async () => {
  await importer(db.pool, [bal()], le(340));
  const essai = await passer(db.pool, le(340), {}, { isDryRun: true });
  assert.deepEqual([essai.ouverts, essai.prevenues, essai.avis], [1, 1, 1]);
  assert.deepEqual([await cas(db.pool), await avis(db.pool)], [[], []]);
});

test('a notice refused everywhere: the case waits, shown as such, and a new mailbox of the holder unblocks it', async () => {
  await importer(db.pool, [bal()], le(340));
  await passer(db.pool, le(340));
  await envoyer(db.pool, le(340), 'refuse');
  for (const jour of [341, 400]) {
    await importer(db.pool, [bal()], le(jour));
    await passer(db.pool, le(jour));
    assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_ECHOUE`]);
  }
  const autre = bal('b@chu.mssante.fr', { authentification: le(400).toISOString() });
  await importer(db.pool, [bal(), autre], le(401));
  await passer(db.pool, le(401));
  assert.deepEqual(await avis(db.pool), [
    `inactivite ${a} refuse`,
    'inactivite b@chu.mssante.fr a-envoyer',
  ]);
  await envoyer(db.pool, le(401));
  await passer(db.pool, le(401));
  assert.deepEqual(await cas(db.pool), [`${a} delai-en-cours DELAI`]);
  const { rows } = await db.pool.query(`select echeance_le from cas_inactivite`);
  assert.deepEqual(rows, [{ echeance_le: le(431) }]);
});

const arrets: [name: string, code: string, prepare: () => Promise<void>, jour: number][] = [
  ['is stale', 'INVENTAIRE_EN_RETARD', () => importer(db.pool, [bal()], le(337)), 340],
  [
    'heard of events only since a stale snapshot',
    'INVENTAIRE_EN_RETARD',
    async () => {
      await importer(db.pool, [bal()], le(337));
      await db.pool.query(
        `with evenements as (
           insert into source_load (source, inventaire_source, version, origin, size_bytes, layout, line_count,
             rejected_count, duplicate_count, added_count, gone_count, is_full, loaded_at)
           select source, inventaire_source, 'fichier@e', '', 0, layout, 1, 0, 0, 1, 0, false, $1::timestamptz
           from source_load where source = 'inventaire' returning id),
         vus as (update reconcile_run
           set loads = loads || jsonb_build_object('inventaire', (select id from evenements)))
         insert into source_run (source, inventaire_source, started_at, finished_at, outcome, version, load_id)
         select 'inventaire', 'fichier', $1::timestamptz, $1::timestamptz, 'loaded', $2::text, id from evenements`,
        [le(340), versionEvenements],
      );
    },
    340,
  ],
  [
    'was refused at its last import',
    'INVENTAIRE_REFUSE',
    async () => {
      await importer(db.pool, [bal()], le(340));
      await db.pool.query(
        `insert into source_run (source, inventaire_source, started_at, finished_at, outcome, message)
         values ('inventaire', 'fichier', $1, $1, 'refused', 'trop de BAL en moins.')`,
        [le(340)],
      );
    },
    340,
  ],
  [
    'was not reconciled',
    'RAPPROCHEMENT_DEPASSE',
    async () => {
      await importer(db.pool, [bal()], le(340));
      await db.pool.query(`update reconcile_run set loads = '{"inventaire": 0}'`);
    },
    340,
  ],
  [
    'has no date of authentication at all',
    'DATES_ABSENTES',
    () => importer(db.pool, [{ adresse: a, rpps, dateCreation: '2020-01-01' }], le(340)),
    340,
  ],
];
for (const [name, code, prepare, jour] of arrets) {
  test(`an inventory that ${name} advances nobody, and says so`, async () => {
    await prepare();
    const bilan = await passer(db.pool, le(jour));
    assert.deepEqual(
      bilan.arrets.map((one) => one.code),
      [code],
    );
    assert.match(bilan.arrets[0]?.message ?? '', /[.:] .*\.$/u);
    assert.deepEqual([await cas(db.pool), await avis(db.pool)], [[], []]);
  });
}

test('dates of authentication that disappear advance nobody until somebody accepts it, whose name is kept', async () => {
  const parc = Array.from({ length: 30 }, (_, i) =>
    bal(`p${i}@chu.mssante.fr`, { authentification: le(330).toISOString() }),
  );
  await importer(db.pool, parc, le(340));
  await passer(db.pool, le(340));
  const perdu = parc.map((one, i) =>
    i < 10 ? { adresse: one.adresse, rpps, dateCreation: '2020-01-01' } : one,
  );
  await importer(db.pool, perdu, le(341));
  for (let i = 0; i < 2; i += 1) {
    const bilan = await passer(db.pool, le(341));
    assert.deepEqual(
      bilan.arrets.map((one) => one.code),
      ['DATES_PERDUES'],
    );
    assert.deepEqual(await cas(db.pool), []);
  }
  const accepte = await passer(db.pool, le(341), {}, { isAccepted: true, author: 'anne' });
  assert.deepEqual([accepte.arrets, accepte.ouverts], [[], 10]);
  const { rows } = await db.pool.query(
    `select author, accepted_guards from hygiene_run order by id desc limit 1`,
  );
  assert.deepEqual(rows, [{ author: 'anne', accepted_guards: ['DATES_PERDUES'] }]);
  // What was accepted is the new reference.
  assert.deepEqual((await passer(db.pool, le(341))).arrets, []);
});

test('even from a stale inventory, a sign of life closes the case', async () => {
  await importer(db.pool, [bal()], le(340));
  await passer(db.pool, le(340));
  await importer(db.pool, [bal(a, { authentification: le(340.5).toISOString() })], le(341));
  const bilan = await passer(db.pool, le(360));
  assert.deepEqual(
    bilan.arrets.map((one) => one.code),
    ['INVENTAIRE_EN_RETARD'],
  );
  assert.deepEqual(await cas(db.pool), [`${a} reauthentifiee authentification`]);
  assert.deepEqual(await avis(db.pool), [`inactivite ${a} annule`]);
});

test('too many at once: none is proposed, whoever accepts is kept; what was proposed the same day counts', async () => {
  const lignes = Array.from({ length: 6 }, (_, i) => bal(`p${i}@chu.mssante.fr`));
  await jusquaLaFin(lignes);
  const gardes = { ...reglagesHygiene.gardes, suppressionsMax: 5 };
  const bloque = await passer(db.pool, le(367), { gardes });
  assert.deepEqual([bloque.proposees, bloque.arrets.map((one) => one.code)], [0, ['SUPPRESSIONS']]);
  assert.deepEqual(await suppressions(), []);
  assert.equal((await cas(db.pool))[0], 'p0@chu.mssante.fr delai-en-cours GARDE');
  const part = { ...reglagesHygiene.gardes, suppressionsPartMax: 0.5 };
  assert.equal((await passer(db.pool, le(367), { gardes: part })).arrets[0]?.code, 'SUPPRESSIONS');
  const accepte = await passer(db.pool, le(367), { gardes }, { isAccepted: true });
  assert.deepEqual([accepte.proposees, accepte.leves.length, accepte.arrets.length], [6, 1, 0]);
  assert.equal((await suppressions()).length, 6);
});

test('an objection withdraws a deletion, planned or approved, and keeps the BAL until the next limit', async () => {
  await jusquaLaFin([bal()]);
  const plan = (n: number) =>
    computePlan(db.pool, reglagesPlan, { now: le(n), isForced: true }, silentProgress);
  await importer(db.pool, [bal()], le(367), { bals: [{ adresse: a, rpps }] });
  await passer(db.pool, le(367));
  await plan(367);
  await db.pool.query(`update feed_operation set state = 'approved' where state = 'planned'`);
  assert.deepEqual(await operations(db.pool, 'approved'), [
    `delete ${a} professionnel:${rpps} INACTIVE`,
  ]);
  await transaction(db.pool, (client) =>
    conserverCas(client, 1, {
      now: le(368),
      limiteJours: 365,
      cause: 'opposition',
      auteur: 'x',
      motif: undefined,
    }),
  );
  assert.deepEqual(await operations(db.pool, 'approved'), [], 'no pusher may take it any more');
  assert.deepEqual(await suppressions(), [`${a} INACTIVE inactivite-1 retiree`]);
  await plan(368);
  assert.deepEqual(await operations(db.pool), []);
  // A year later minus the notice, and not before, it is told again.
  await importer(db.pool, [bal()], le(368 + 334));
  await passer(db.pool, le(368 + 334));
  assert.deepEqual(await cas(db.pool), [`${a} conservee opposition`]);
  await importer(db.pool, [bal()], le(368 + 336));
  await passer(db.pool, le(368 + 336));
  assert.deepEqual(await cas(db.pool), [`${a} conservee opposition`, `${a} prevenue AVIS_EN_FILE`]);
  const { rows } = await db.pool.query(`select limite_le from cas_inactivite where id = 2`);
  assert.deepEqual(rows, [{ limite_le: le(368 + 365) }]);
});

test('two runs at once: one goes on, the other says so', async () => {
  await importer(db.pool, [bal()], le(340));
  const results = await Promise.allSettled([passer(db.pool, le(340)), passer(db.pool, le(340))]);
  const refused = results.filter((one) => one.status === 'rejected');
  assert.equal(refused.length, 1);
  assert.equal((refused[0]?.reason as { code?: string }).code, 'HYGIENE_EN_COURS');
  assert.equal((await avis(db.pool)).length, 1);
});

test('the database allows the transitions of the domain, and no other', async () => {
  const columns = `adresse, domaine, etat, activite_le, est_authentification, limite_le, ouvert_le, avis_parti_le,
    echeance_le, decidee_le, clos_le, cloture`;
  for (const [i, de] of etatsCas.entries()) {
    for (const [j, vers] of etatsCas.entries()) {
      if (de === vers) continue;
      const clos = (etat: string): string =>
        ['supprimee', 'conservee', 'reauthentifiee'].includes(etat)
          ? `now(), 'administrateur'`
          : 'null, null';
      await db.pool.query(
        `insert into cas_inactivite (${columns}) values ($1, 'd', $2, now(), true, now(), now(), now(),
           now() + interval '30 days', now() + interval '31 days', ${clos(de)})`,
        [`${i}-${j}`, de],
      );
      const moved = db.pool.query(
        `update cas_inactivite set etat = $2, (clos_le, cloture) = row(${clos(vers)}) where adresse = $1`,
        [`${i}-${j}`, vers],
      );
      if (transitionsCas[de].includes(vers)) await moved;
      else {
        await assert.rejects(moved, { constraint: 'cas_inactivite_transition' }, `${de} ${vers}`);
      }
    }
  }
});

test('the database refuses a proposal without a notice that left, or with less than two weeks', async () => {
  const insert = (parti: string, echeance: string): Promise<unknown> =>
    db.pool.query(
      `insert into cas_inactivite (adresse, domaine, etat, activite_le, est_authentification, limite_le, ouvert_le,
         avis_parti_le, echeance_le, decidee_le)
       values ('x', 'd', 'a-supprimer', now(), true, now() - interval '1 day', now(), ${parti}, ${echeance},
         now() + interval '90 days')`,
    );
  for (const [parti, echeance] of [
    ['null', `now() + interval '30 days'`],
    ['now()', 'null'],
    ['now()', `now() + interval '14 days'`],
    ['now()', `now() + interval '91 days'`],
  ] as const) {
    await assert.rejects(insert(parti, echeance), /cas_inactivite_(delai|terme)/u);
  }
});

test('quota: one notice for each threshold crossed upward, armed again five points lower', async () => {
  const at = async (jour: number, pourcent: number): Promise<string[]> => {
    const { rows: avant } = await db.pool.query<{ id: number }>(
      `select coalesce(max(id), 0)::float8 as id from avis`,
    );
    await importer(
      db.pool,
      [
        bal(a, {
          type: 'ORG',
          authentification: le(jour).toISOString(),
          tailleOctets: pourcent * 10_000_000,
          quotaOctets: 1_000_000_000,
        }),
        bal('p@chu.mssante.fr', { authentification: le(jour).toISOString() }),
      ],
      le(jour),
    );
    await passer(db.pool, le(jour), { quota: { actif: true, administrateur: 'it@exemple.fr' } });
    const { rows } = await db.pool.query<{ ligne: string }>(
      `select gabarit || ' ' || destinataire as ligne from avis where id > $1 order by id`,
      [avant[0]?.id],
    );
    return rows.map(({ ligne }) => ligne);
  };
  assert.deepEqual(await at(1, 79), []);
  assert.deepEqual(await at(2, 81), [`quota-80 ${a}`]);
  assert.deepEqual(await at(3, 89), []);
  assert.deepEqual(await at(4, 91), [`quota-90 ${a}`]);
  assert.deepEqual(await at(5, 86), []);
  assert.deepEqual(await at(6, 92), []);
  assert.deepEqual(await at(7, 84), []);
  assert.deepEqual(await at(8, 93), [`quota-90 ${a}`]);
  assert.deepEqual(await at(9, 101), [`quota-100 ${a}`, 'quota-100 it@exemple.fr']);
  assert.deepEqual(await at(10, 40), []);
  assert.deepEqual(await at(11, 100), [`quota-100 ${a}`, 'quota-100 it@exemple.fr']);
});
