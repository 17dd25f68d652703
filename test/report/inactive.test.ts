// What the report says of an inactive BAL as its case goes on.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { expliquer } from '../../src/domain/constat-explication.js';
import { transaction } from '../../src/db/transaction.js';
import { listConstats } from '../../src/store/constat.js';
import { conserverCas } from '../../src/store/cas-inactivite-cloture.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { envoyer, importer, jours, passer } from '../support/hygiene.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});

const venue = new Date('2026-01-10T08:00:00Z');
const le = (jour: number): Date => jours(venue, jour);
const lignes = [
  { adresse: 'a@chu.mssante.fr', rpps: '10000000018', authentification: venue.toISOString() },
];

async function constat(): Promise<{ etape: unknown; texte: string }> {
  return transaction(db.pool, async (client) => {
    for await (const [one] of listConstats(client, { codes: ['INACTIVE'] })) {
      if (one) return { etape: one.valeurs['etape'], texte: expliquer(one) };
    }
    throw new Error('no constat');
  });
}

const fait = 'Aucune authentification depuis le 10/01/2026 : la limite est de 365 jours.';

test('the explanation of INACTIVE follows the case, with its dates', async () => {
  await importer(db.pool, lignes, le(370));
  assert.deepEqual(await constat(), { etape: 'a-notifier', texte: fait });
  await passer(db.pool, le(370));
  assert.deepEqual(await constat(), {
    etape: 'a-notifier',
    texte: `${fait} Avis écrit le 15/01/2027, pas encore parti.`,
  });
  await envoyer(db.pool, le(371));
  await importer(db.pool, lignes, le(371));
  await passer(db.pool, le(371));
  assert.deepEqual(await constat(), {
    etape: 'notifiee',
    texte: `${fait} Titulaire prévenu le 16/01/2027 : suppression proposée à partir du 15/02/2027.`,
  });
  for (const jour of [395, 402]) {
    await importer(db.pool, lignes, le(jour));
    await passer(db.pool, le(jour));
  }
  assert.deepEqual(await constat(), {
    etape: 'a-supprimer',
    texte: `${fait} Titulaire prévenu le 16/01/2027, délai passé : suppression proposée le 16/02/2027.`,
  });
  await transaction(db.pool, (client) =>
    conserverCas(client, 1, {
      now: le(403),
      limiteJours: 365,
      cause: 'administrateur',
      auteur: 'anne',
      motif: 'congé',
    }),
  );
  assert.deepEqual(await constat(), {
    etape: 'conservee',
    texte: `${fait} Conservée jusqu’au 17/02/2028 (gardée par un administrateur le 17/02/2027).`,
  });
});
