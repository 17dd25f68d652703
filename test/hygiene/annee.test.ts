// A year of the cycle on a real database: what is said, when, and what the plan may then delete.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { computePlan } from '../../src/plan/compute.js';
import { silentProgress } from '../../src/progress.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import type { LigneInventaire } from '../support/annuaire.js';
import { avis, cas, envoyer, importer, jours, passer, viderHygiene } from '../support/hygiene.js';
import { operations, reglagesPlan, retenues } from '../support/plan.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
beforeEach(() => viderHygiene(db.pool));

const rpps = '10000000018';
const a = 'a@chu.mssante.fr';
const b = 'b@chu.mssante.fr';
/** The last time that the holder of `a` came. */
const venue = new Date('2026-01-10T08:00:00Z');
const le = (jour: number): Date => jours(venue, jour);

const bals = { bals: [{ adresse: a, rpps }] };
const inventaire = (authentification = venue): LigneInventaire[] => [
  { adresse: a, rpps, authentification: authentification.toISOString() },
  { adresse: b, rpps, authentification: '2027-01-01T00:00:00Z', etat: 'actif' },
];

async function jour(n: number, lignes = inventaire()): Promise<void> {
  await importer(db.pool, lignes, le(n), bals);
  await passer(db.pool, le(n));
}

async function plan(n: number): Promise<string[]> {
  await computePlan(db.pool, reglagesPlan, { now: le(n), isForced: true }, silentProgress);
  return (await operations(db.pool)).filter((line) => line.startsWith('delete'));
}

test('a year without a sign of life: told, reminded, then proposed for deletion on time', async () => {
  await jour(334);
  assert.deepEqual(await cas(db.pool), []);
  await jour(336);
  assert.deepEqual(await cas(db.pool), [`${a} prevenue AVIS_EN_FILE`]);
  assert.deepEqual(await avis(db.pool), [`inactivite ${a} a-envoyer`, `inactivite ${b} a-envoyer`]);
  await envoyer(db.pool, le(336));
  await jour(337);
  assert.deepEqual(await cas(db.pool), [`${a} delai-en-cours DELAI`]);
  await jour(358);
  assert.equal((await avis(db.pool)).length, 2);
  await jour(360);
  assert.deepEqual((await avis(db.pool)).slice(2), [
    `inactivite-rappel ${a} a-envoyer`,
    `inactivite-rappel ${b} a-envoyer`,
  ]);
  await envoyer(db.pool, le(360));
  await jour(366);
  assert.deepEqual(await plan(366), []);
  assert.deepEqual(await retenues(db.pool), [`INACTIVE_PREAVIS delete ${a}`]);
  await jour(367);
  assert.deepEqual(await cas(db.pool), [`${a} a-supprimer`]);
  assert.deepEqual(await plan(367), [`delete ${a} professionnel:${rpps} INACTIVE`]);
  await jour(400);
  assert.equal((await avis(db.pool)).length, 4, 'nobody is told again');
  await jour(401, inventaire().slice(1));
  assert.deepEqual(await cas(db.pool), [`${a} supprimee absente`]);
});
