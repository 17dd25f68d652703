import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import {
  commencerPassage,
  finirPassage,
  listDerniersPassages,
  listPassages,
  purgePassages,
  verrouDeEtape,
  type NouveauPassage,
} from '../../src/store/passage.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const prevuLe = new Date('2027-01-15T04:30:00Z');
const now = new Date('2027-01-15T04:31:00Z');

let db: TestDatabase;
before(async () => (db = await testDatabase()));
after(() => db.drop());

function passage(etape: string, more: Partial<NouveauPassage> = {}): NouveauPassage {
  return {
    etape,
    prevuLe,
    noeud: 'un',
    pid: 12,
    correlation: randomUUID(),
    tentativesMax: 3,
    ...more,
  };
}

const reussite = {
  issue: 'reussite',
  code: undefined,
  message: 'Terminée.',
  exitCode: 0,
} as const;
const echec = { issue: 'echec', code: 'ANS_MUETTE', message: 'Rien.', exitCode: 1 } as const;

test('a run that ended well is begun no more; one that died is, by another node', async () => {
  const first = await commencerPassage(db.pool, passage('extract'), now);
  assert.equal(first?.tentative, 1);
  const second = await commencerPassage(db.pool, passage('extract', { noeud: 'deux' }), now);
  assert.deepEqual(second, { id: first.id, tentative: 2 });
  assert.equal(await finirPassage(db.pool, first, reussite, now), false, 'taken over meanwhile');
  assert.equal(await finirPassage(db.pool, second, reussite, now), true);
  assert.equal(await commencerPassage(db.pool, passage('extract'), now), undefined);
});

test('what failed is begun again, so many times, and not once a later run was begun', async () => {
  for (const tentative of [1, 2, 3]) {
    const run = await commencerPassage(db.pool, passage('plan'), now);
    assert.equal(run?.tentative, tentative);
    assert.ok(await finirPassage(db.pool, run, echec, now));
  }
  assert.equal(await commencerPassage(db.pool, passage('plan'), now), undefined);
  const failed = await commencerPassage(db.pool, passage('push'), now);
  assert.ok(failed && (await finirPassage(db.pool, failed, echec, now)));
  const laterDue = new Date('2027-01-15T04:35:00Z');
  const later = new Date('2027-01-15T04:36:00Z');
  assert.ok(await commencerPassage(db.pool, passage('push', { prevuLe: laterDue }), later));
  assert.equal(await commencerPassage(db.pool, passage('push'), later), undefined);
});

test('tells the last run due by now, and whether somebody holds the stage', async () => {
  const tomorrow = new Date('2027-01-16T04:30:00Z');
  await commencerPassage(db.pool, passage('notices'), now);
  await commencerPassage(db.pool, passage('notices', { prevuLe: tomorrow }), tomorrow);
  const look = (at: Date): ReturnType<typeof listDerniersPassages> =>
    listDerniersPassages(db.pool, ['notices', 'jamais'], at);
  await withAdvisoryLock(db.pool, verrouDeEtape('notices'), async () => {
    const held = await look(now);
    assert.equal(held.get('notices')?.estPris, true);
    assert.deepEqual(held.get('notices')?.dernier?.prevuLe, prevuLe);
    assert.deepEqual(held.get('jamais'), { estPris: false });
  });
  const free = await look(tomorrow);
  assert.equal(free.get('notices')?.estPris, false);
  assert.deepEqual(free.get('notices')?.dernier?.prevuLe, tomorrow);
});

test('old runs go, save the last one of their stage', async () => {
  const dates = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].map((text) => new Date(text));
  for (const due of dates)
    await commencerPassage(db.pool, passage('vieille', { prevuLe: due }), due);
  assert.equal(await purgePassages(db.pool, prevuLe, 1_000), 1);
  const left = (await listPassages(db.pool, 100)).filter(({ etape }) => etape === 'vieille');
  assert.deepEqual(
    left.map((each) => each.prevuLe),
    dates.slice(1),
  );
});
