// The professional and the opérateur act on one demande at the same moment: what was decided and what is done agree.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import {
  accepterDemande,
  prendreEnExamen,
  refuserDemande,
  retirerDemande,
  type IssueDemande,
} from '../../src/demande/decider.js';
import { auteurDe } from '../../src/demande/deposer.js';
import { findDemande } from '../../src/store/demande.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  admin,
  charger,
  courriels,
  demandeur,
  deposee,
  now,
  reglagesDemandes,
  rpps,
  viderDemandes,
} from '../support/demande.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
beforeEach(() => viderDemandes(db.pool));

type Geste = (id: number) => Promise<IssueDemande>;
const retirer: Geste = (id) =>
  retirerDemande(db.pool, reglagesDemandes, id, { auteur: auteurDe(demandeur), rpps }, now);
const accepter: Geste = (id) => accepterDemande(db.pool, reglagesDemandes, id, admin, now);
const refuser: Geste = (id) =>
  refuserDemande(db.pool, reglagesDemandes, id, { ...admin, motif: 'Non.' }, now);
const examiner: Geste = (id) => prendreEnExamen(db.pool, reglagesDemandes, id, admin, now);

test('taken back while it is accepted, refused or examined: no deletion stays decided', async () => {
  await charger(db.pool);
  for (let id = 1; id <= 8; id++) {
    await deposee(db.pool, {}, { parJourMax: 100 });
    const gestes = [retirer, accepter, refuser, examiner, retirer];
    const issues = await Promise.all(gestes.map((geste) => geste(id)));
    assert.ok(issues.every(({ kind }) => kind !== 'inconnue'));
    const etat = (await findDemande(db.pool, id))?.etat;
    assert.ok(etat === 'retiree' || etat === 'refusee', etat);
    const { rowCount } = await db.pool.query(
      `select from suppression_decidee where withdrawn_at is null`,
    );
    assert.equal(rowCount, 0);
    const ends = (await courriels(db.pool)).filter((one) =>
      /^demande-(?:retiree|refusee) anne@exemple\.fr/u.test(one),
    );
    assert.equal(ends.length, id, 'one end each');
  }
});
