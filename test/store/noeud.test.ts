import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EtatNoeud } from '../../src/domain/etat-noeud.js';
import { insertNoeud, listNoeuds, noterArret, noterVu } from '../../src/store/noeud.js';
import { testDatabase } from '../support/database.js';

const start = new Date('2027-01-15T04:30:00Z');
const later = new Date('2027-01-15T04:30:05Z');

function etat(noeud: string): EtatNoeud {
  const base = { estJoignable: true, depuis: start.toISOString(), lectureSeule: false };
  return { noeud, depuis: start.toISOString(), services: [], etapes: [], base };
}

test('shows each node once, as it last said', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const node = (nom: string): Parameters<typeof insertNoeud>[1] => ({
    nom,
    version: '1',
    pid: 1,
    demarreLe: start,
    etat: etat(nom),
  });
  await insertNoeud(pool, node('b'));
  const a = await insertNoeud(pool, { ...node('a'), demarreLe: later });
  const b = await insertNoeud(pool, { ...node('b'), demarreLe: later });
  assert.equal(await noterVu(pool, a, etat('a'), later), true);
  await noterArret(pool, b, etat('b'), later);
  const found = await listNoeuds(pool, start);
  assert.deepEqual(
    found.map(({ id, nom, arreteLe, vuLe }) => ({ id, nom, arreteLe, vuLe })),
    [
      { id: a, nom: 'a', arreteLe: undefined, vuLe: later },
      { id: b, nom: 'b', arreteLe: later, vuLe: later },
    ],
  );
  assert.deepEqual(found[0]?.etat, etat('a'));
  assert.deepEqual(await listNoeuds(pool, new Date('2027-01-16T00:00:00Z')), []);
  // A week later the first ones are forgotten, and who comes back is told to say who it is.
  await insertNoeud(pool, { ...node('c'), demarreLe: new Date('2027-01-25T00:00:00Z') });
  assert.equal(await noterVu(pool, a, etat('a'), later), false);
});
