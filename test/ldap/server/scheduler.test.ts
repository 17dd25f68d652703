import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { Scheduler, sliceMs } from '../../../src/ldap/server/scheduler.js';

let nowMs = 0;

/** On a clock of our own: another program may have the processor for longer than a slice. */
function spend(ms: number): void {
  nowMs += ms;
}

before(() => mock.method(performance, 'now', () => nowMs));
after(() => {
  mock.restoreAll();
});

test('what sockets give at once is worked on for a slice in all, the rest after the next look at them', async () => {
  const scheduler = new Scheduler();
  let runs = 0;
  const arrive = (): boolean =>
    scheduler.runOnArrival(() => {
      runs++;
      spend(sliceMs / 2 + 0.1);
    });
  assert.deepEqual([arrive(), arrive(), arrive(), arrive()], [true, true, false, false]);
  assert.equal(runs, 2);
  await new Promise(setImmediate);
  assert.equal(arrive(), true, 'counted anew');
});

test('work that waits has its turn though sockets speak all the time', async () => {
  const scheduler = new Scheduler();
  let turns = 0;
  scheduler.add({ runSlice: () => ++turns < 3 });
  for (let look = 0; look < 4; look++) {
    scheduler.runOnArrival(() => spend(sliceMs + 0.1));
    await new Promise(setImmediate);
  }
  assert.equal(turns, 3);
});
