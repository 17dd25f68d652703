import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scratchPool } from '../../../src/ldap/search/scratch.js';
import { Scheduler } from '../../../src/ldap/server/scheduler.js';
import { WarmUp } from '../../../src/ldap/server/warm-up.js';
import { directory, rootDse, snapshotOf } from '../../support/ldap-server.js';

const target = { directory, rootDse, snapshot: snapshotOf(2_000) };

test('searches of every kind are run in turns, and leave nothing behind', async () => {
  let started = 0;
  const counted = {
    ...directory,
    get schema() {
      started += 1;
      return directory.schema;
    },
  };
  const scheduler = new Scheduler();
  scheduler.add(new WarmUp({ ...target, directory: counted }));
  let turns = 0;
  while (scheduler.length > 0) {
    await new Promise(setImmediate);
    turns += 1;
  }
  assert.ok(started > 500, `${started} looks at the schema`);
  assert.ok(turns > 1, 'others have turns between');
  assert.equal(scratchPool.borrowedCount, 0);
});

test('no search is begun once the turn is over, and what fails in one harms nobody', () => {
  let begun = 0;
  const warmUp = new WarmUp({
    ...target,
    directory: {
      ...directory,
      get baseDn(): never {
        begun += 1;
        throw new Error('panne inventée');
      },
    },
  });
  assert.equal(warmUp.runSlice(performance.now() - 1), true);
  assert.equal(begun, 0);
  assert.equal(
    warmUp.runSlice(performance.now() + 1_000),
    false,
    'a fault ends it, and nothing else',
  );
  assert.equal(begun, 1);
});
