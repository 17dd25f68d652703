import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { chercherRessemblants, type Recherche } from '../../src/ressemblance/chercher.js';
import { judgeRessemblant, listRessemblants } from '../../src/store/domaine-ressemblant.js';
import { load, vider } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { maintenant } from '../support/rapprochement.js';

const nous = ['ch-montclair.mssante.fr'];
const blanche = (...domaines: string[]) => ({
  listeBlanche: domaines.map((domaine) => ({ domaine, operateur: `op-${domaine}` })),
});
const jour = (n: number): Date => new Date(maintenant.getTime() + n * 86_400_000);

describe('the search of look-alikes', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());
  beforeEach(() => vider(db.pool));

  const chercher = (n = 0, notres = nous): Promise<Recherche> =>
    chercherRessemblants(db.pool, notres, jour(n));
  const noms = ({ nouveaux }: Recherche): string[] => nouveaux.map(({ domaine }) => domaine);

  test('tells each one once, with who holds it', async () => {
    await load(db.pool, blanche(...nous, 'ch-montclar.mssante.fr', 'ch-autre.mssante.fr'));
    const premiere = await chercher();
    assert.deepEqual(noms(premiere), ['ch-montclar.mssante.fr']);
    assert.equal(premiere.aExaminer, 1);
    assert.deepEqual(await chercher(1), { nouveaux: [], aExaminer: 1 });
    await load(db.pool, blanche(...nous, 'ch-montclar.mssante.fr', 'ch-mont-clair.mssante.fr'));
    const suivante = await chercher(2);
    assert.deepEqual(noms(suivante), ['ch-mont-clair.mssante.fr']);
    assert.equal(suivante.aExaminer, 2);
    const [premier] = await listRessemblants(db.pool, { avecConnus: true });
    assert.equal(premier?.proche, 'ch-montclair.mssante.fr');
    assert.equal(premier.premiereVueLe.getTime(), jour(2).getTime());
  });

  test('looks at what is published too, and leaves ours alone: declared, in the inventory, of our certificate', async () => {
    await load(db.pool, {
      bals: [{ adresse: 'a@ch-montclairs.mssante.fr' }, { adresse: 'a@ch-montclair.mssante.fr' }],
      inventaire: [{ adresse: 'a@ch-montclaire.mssante.fr' }],
      listeBlanche: [
        { domaine: 'ch-montclair.mssante.fr', operateur: 'nous' },
        { domaine: 'ch-montclar.mssante.fr', operateur: 'nous' },
      ],
    });
    const { nouveaux } = await chercher();
    assert.deepEqual(
      nouveaux.map(({ domaine, operateur }) => [domaine, operateur]),
      [['ch-montclairs.mssante.fr', undefined]],
    );
  });

  test('keeps what was judged known, even once gone and back', async () => {
    await load(db.pool, blanche(...nous, 'ch-montclar.mssante.fr'));
    await chercher();
    const jugement = { par: 'Anne', motif: 'notre confrère', now: jour(1) };
    assert.equal(await judgeRessemblant(db.pool, 'ch-montclar.mssante.fr', jugement), true);
    assert.equal(await judgeRessemblant(db.pool, 'ailleurs.fr', jugement), false);
    await load(db.pool, blanche(...nous));
    assert.deepEqual(await chercher(2), { nouveaux: [], aExaminer: 0 });
    assert.deepEqual(await listRessemblants(db.pool, { avecConnus: true }), []);
    await load(db.pool, blanche(...nous, 'ch-montclar.mssante.fr'));
    assert.deepEqual(await chercher(3), { nouveaux: [], aExaminer: 0 });
    const [connu] = await listRessemblants(db.pool, { avecConnus: true });
    assert.deepEqual(connu?.connu, { le: jour(1), par: 'Anne', motif: 'notre confrère' });
    await judgeRessemblant(db.pool, 'ch-montclar.mssante.fr', undefined);
    assert.equal((await chercher(4)).aExaminer, 1);
  });

  test('looks again when our domains change', async () => {
    await load(db.pool, blanche('ch-montclar.mssante.fr', 'ch-valfleuri.mssante.fr'));
    assert.deepEqual(noms(await chercher()), ['ch-montclar.mssante.fr']);
    assert.deepEqual(noms(await chercher(1, ['ch-valfleury.mssante.fr'])), [
      'ch-valfleuri.mssante.fr',
    ]);
    const restants = await listRessemblants(db.pool, { avecConnus: true });
    assert.deepEqual(
      restants.map(({ domaine }) => domaine),
      ['ch-valfleuri.mssante.fr'],
    );
  });

  test('takes a shared parent for what it is', async () => {
    const enfants = Array.from({ length: 6 }, (_, n) => `cabinet-${n}.ch-montclair.mssante.fr`);
    await load(db.pool, blanche(...nous, ...enfants.slice(0, 5)));
    assert.equal((await chercher()).aExaminer, 5);
    await load(db.pool, blanche(...nous, ...enfants));
    assert.equal((await chercher(1)).aExaminer, 0);
  });

  test('before anything was loaded finds nothing', async () => {
    assert.deepEqual(await chercher(), { nouveaux: [], aExaminer: 0 });
  });
});
