// PER of type 10 that were created all the same, and the countdown of those that are left.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { makeDecompte } from '../../src/domain/decompte.js';
import { expliquer } from '../../src/domain/constat-explication.js';
import { countCreationsInterdites, listMouvements } from '../../src/store/decompte.js';
import { load, vider, type LigneInventaire } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.drop());
beforeEach(() => vider(db.pool));

const dix = (nom: string, domaine = 'chu.mssante.fr'): LigneInventaire => ({
  adresse: `${nom}@${domaine}`,
  typePp: '10',
  pp: `${nom}@${domaine}`,
});
const rpps = (nom: string): LigneInventaire => ({
  adresse: `${nom}@chu.mssante.fr`,
  rpps: '10000000017',
});

/** Open findings, `*` after those that were forbidden creations. */
async function vues(): Promise<string> {
  const { rows } = await db.pool.query<{ text: string }>(
    `select split_part(adresse, '@', 1) || case when (valeurs ->> 'creationInterdite')::boolean
       then '*' else '' end as text
     from constat where code = 'PER_TYPE_10' and closed_run_id is null order by adresse`,
  );
  return rows.map(({ text }) => text).join(' ');
}

async function day(lignes: readonly LigneInventaire[], n: number, full = false): Promise<string> {
  await load(db.pool, { inventaire: lignes });
  const now = new Date(maintenant.getTime() + n * 86_400_000);
  await rapprocher(db.pool, {}, { now, full });
  return vues();
}

for (const full of [false, true]) {
  test(`what was not there at the first import is told, ${full ? 'judged as a whole' : 'judged on what changed'}`, async () => {
    const socle = [rpps('z')];
    assert.equal(
      await day([...socle, dix('a'), { adresse: 'nul@chu.mssante.fr' }], 0, full),
      'a nul',
    );
    assert.equal(await day([...socle, dix('a'), dix('nul'), dix('b')], 1, full), 'a b* nul');
    // Whatever else changes on the line, it is the same creation; somebody's PER made into a type 10 is one.
    const c = { ...dix('b'), service: 'Cardio' };
    assert.equal(await day([dix('z'), dix('a'), dix('nul'), c], 2, full), 'a b* nul z*');
    // Identified, then not again: created anew.
    assert.equal(await day([dix('z'), rpps('a'), dix('nul'), c], 3, full), 'b* nul z*');
    assert.equal(await day([dix('z'), dix('a'), dix('nul'), c], 4, full), 'a* b* nul z*');
    assert.equal(await countCreationsInterdites(db.pool, undefined), 3);
    assert.equal(await countCreationsInterdites(db.pool, 'autre.mssante.fr'), 0);
    const { debut = '', mouvements } = await listMouvements(db.pool, 'PER_TYPE_10', undefined);
    const decompte = { ...makeDecompte(debut, mouvements), domaines: [] };
    assert.deepEqual(decompte, {
      debut: '2026-10-09',
      depart: 2,
      apparus: 3,
      disparus: 1,
      restants: 4,
      domaines: [],
      courbe: [
        { jour: '2026-10-09', restants: 2 },
        { jour: '2026-10-10', restants: 3 },
        { jour: '2026-10-11', restants: 4 },
        { jour: '2026-10-12', restants: 3 },
        { jour: '2026-10-13', restants: 4 },
      ],
    });
  });
}

test('the day that the inventory first held it is kept, and told', async () => {
  await day([rpps('z')], 0);
  await day([rpps('z'), dix('b')], 1);
  const seen = async (): Promise<unknown> =>
    (
      await db.pool.query<{ valeurs: Record<string, unknown> }>(
        `select valeurs from constat where code = 'PER_TYPE_10' and closed_run_id is null`,
      )
    ).rows[0]?.valeurs['vueLe'];
  const { rows } = await db.pool.query<{ at: Date }>(
    `select loaded_at as at from source_load where source = 'inventaire' order by id desc limit 1`,
  );
  const first = await seen();
  assert.equal(first, rows[0]?.at.toISOString().replace(/\.\d+Z$/u, 'Z'));
  await day([rpps('z'), { ...dix('b'), service: 'Autre' }], 2);
  assert.equal(await seen(), first);
  assert.match(
    expliquer({
      code: 'PER_TYPE_10',
      domaine: 'chu.mssante.fr',
      adresse: 'b@chu.mssante.fr',
      precision: '',
      typeBal: 'PER',
      valeurs: { creationInterdite: true, vueLe: '2026-10-10T06:00:00Z' },
    }),
    /Création interdite détectée : .* avant l’import du 10\/10\/2026\.$/u,
  );
});

test('the countdown of each domain, those with the most left first', async () => {
  const domaines = { domaines: [{ nom: 'chu.mssante.fr' }, { nom: 'b.mssante.fr' }] };
  await load(db.pool, { inventaire: [dix('a'), dix('b'), dix('c', 'b.mssante.fr')] });
  await rapprocher(db.pool, domaines, { now: maintenant });
  await load(db.pool, { inventaire: [dix('c', 'b.mssante.fr')] });
  await rapprocher(db.pool, domaines, { now: new Date(maintenant.getTime() + 86_400_000) });
  const { debut = '', mouvements } = await listMouvements(db.pool, 'PER_TYPE_10', undefined);
  assert.deepEqual(makeDecompte(debut, mouvements).domaines, [
    { domaine: 'b.mssante.fr', depart: 1, apparus: 0, disparus: 0, restants: 1 },
    { domaine: 'chu.mssante.fr', depart: 2, apparus: 0, disparus: 2, restants: 0 },
  ]);
});
