// Whatever order things come in, on a real database: inventories, clocks, mails, objections, administrators.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { transaction } from '../../src/db/transaction.js';
import { conserverCas } from '../../src/store/cas-inactivite-cloture.js';
import type { LigneInventaire } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import fc from '../support/fast-check.js';
import { envoyer, importer, jours, passer, viderHygiene } from '../support/hygiene.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});

const debut = new Date('2026-12-20T08:00:00Z');
const adresses = ['a@chu.mssante.fr', 'b@chu.mssante.fr', 'c@chu.mssante.fr'];

type Pas = {
  readonly jours: number;
  /** What happens to one of the BAL before the run. */
  readonly quoi: 'rien' | 'connexion' | 'retrait' | 'retour' | 'opposition' | 'date-perdue';
  readonly qui: number;
  readonly courrier: 'parti' | 'refuse' | 'rien';
  readonly estPerime: boolean;
};

const pas: fc.Arbitrary<Pas> = fc.record({
  jours: fc.constantFrom(-2, 1, 7, 8, 16, 31),
  quoi: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Pas['quoi']>('rien') },
    {
      weight: 5,
      arbitrary: fc.constantFrom<Pas['quoi'][]>(
        'connexion',
        'retrait',
        'retour',
        'opposition',
        'date-perdue',
      ),
    },
  ),
  qui: fc.integer({ min: 0, max: adresses.length - 1 }),
  courrier: fc.constantFrom<Pas['courrier'][]>('parti', 'parti', 'parti', 'refuse', 'rien'),
  estPerime: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** Cases that say more than what happened allows; none, ever. */
const fautes = `select s.reference, k.etat, s.decided_at from suppression_decidee s
  join cas_inactivite k on s.reference = 'inactivite-' || k.id
  where (s.withdrawn_at is null and k.etat not in ('a-supprimer', 'supprimee'))
    or s.decided_at < k.limite_le
    or s.decided_at < k.annonce_le
    or not exists (select from avis a where a.cle = any(k.avis_cles) and a.etat = 'parti'
      and a.parti_le <= s.decided_at - interval '30 days')
    or (s.withdrawn_at is null and exists (select from bal_operateur b where b.adresse = k.adresse
      and b.gone_load_id is null and b.derniere_authentification > k.activite_le))
    or exists (select from cas_inactivite c where c.adresse = k.adresse and c.id < k.id
      and c.conservee_jusqua > s.decided_at)`;

test('no sequence proposes a deletion without a notice that left, its delay, and silence since', async () => {
  let proposees = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(pas, { minLength: 8, maxLength: 14, size: 'max' }), async (suite) => {
      await viderHygiene(db.pool);
      await jouer(suite);
      const { rows } = await db.pool.query<{ n: number }>(
        'select count(*)::integer as n from suppression_decidee',
      );
      proposees += rows[0]?.n ?? 0;
    }),
    { numRuns: 8, endOnFailure: true },
  );
  assert.ok(proposees > 2, `only ${proposees} deletions were ever proposed: nothing was tested`);
});

async function jouer(suite: readonly Pas[]): Promise<void> {
  const lignes = new Map(
    adresses.map((adresse, i): [string, LigneInventaire] => [
      adresse,
      { adresse, rpps: `1000000000${i}`, authentification: jours(debut, -340 - i).toISOString() },
    ]),
  );
  let now = debut;
  for (const { jours: n, quoi, qui, courrier, estPerime } of suite) {
    now = jours(now, n);
    const adresse = adresses[qui] ?? '';
    if (quoi === 'opposition') await opposer(adresse, now);
    changer(lignes, adresse, quoi, now);
    // One that always comes keeps the inventory from being empty, and its dates from being all lost.
    const vivante = { adresse: 'v@chu.mssante.fr', authentification: jours(now, -1).toISOString() };
    await importer(db.pool, [vivante, ...lignes.values()], estPerime ? jours(now, -5) : now);
    await passer(db.pool, now, { autresBalMax: 0, datesPerduesPartMax: 1 });
    if (courrier !== 'rien') await envoyer(db.pool, now, courrier);
    const { rows } = await db.pool.query(fautes);
    assert.deepEqual(rows, []);
  }
}

function changer(
  lignes: Map<string, LigneInventaire>,
  adresse: string,
  quoi: Pas['quoi'],
  now: Date,
): void {
  const ligne = lignes.get(adresse) ?? { adresse, authentification: '2024-01-01T00:00:00Z' };
  if (quoi === 'connexion') {
    lignes.set(adresse, { ...ligne, authentification: jours(now, -0.5).toISOString() });
  }
  if (quoi === 'retour') lignes.set(adresse, ligne);
  if (quoi === 'retrait') lignes.delete(adresse);
  if (quoi === 'date-perdue') lignes.set(adresse, { adresse, dateCreation: '2020-01-01' });
}

async function opposer(adresse: string, now: Date): Promise<void> {
  const { rows } = await db.pool.query<{ id: number }>(
    'select id::float8 as id from cas_inactivite where adresse = $1 and clos_le is null',
    [adresse],
  );
  const [cas] = rows;
  if (!cas) return;
  await transaction(db.pool, (client) =>
    conserverCas(client, cas.id, {
      now,
      limiteJours: 365,
      cause: 'opposition',
      auteur: 'essai',
      motif: undefined,
    }),
  );
}
