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
  scheduler.add({ address: 'a', runSlice: () => ++turns < 3 });
  for (let look = 0; look < 4; look++) {
    scheduler.runOnArrival(() => spend(sliceMs + 0.1));
    await new Promise(setImmediate);
  }
  assert.equal(turns, 3);
});

test('an address has one turn in two beside another, whatever the number of its connections', async () => {
  const scheduler = new Scheduler();
  const turns: string[] = [];
  const workOf = (address: string, count: number) => {
    let left = count;
    return {
      address,
      runSlice: () => {
        turns.push(address);
        spend(sliceMs + 0.1);
        return --left > 0;
      },
    };
  };
  for (let connection = 0; connection < 200; connection++) scheduler.add(workOf('many', 2));
  scheduler.add(workOf('one', 3));
  while (turns.filter((address) => address === 'one').length < 3) await new Promise(setImmediate);
  assert.deepEqual(turns, ['many', 'one', 'many', 'one', 'many', 'one']);
  while (scheduler.length > 0) await new Promise(setImmediate);
  assert.equal(turns.length, 403, 'nothing is lost');
});

test('sockets that give more than a look may take are read again a few at a time, each once', async () => {
  const scheduler = new Scheduler();
  const resumed: number[] = [];
  const give = (socket: number): boolean =>
    scheduler.takeBytes(64 * 1024, () => resumed.push(socket));
  const taken = Array.from({ length: 100 }, (_, socket) => give(socket));
  assert.deepEqual(taken, [...Array<boolean>(16).fill(true), ...Array<boolean>(84).fill(false)]);
  assert.deepEqual(resumed, []);
  let most = 0;
  while (resumed.length < 84) {
    const before = resumed.length;
    await new Promise(setImmediate);
    most = Math.max(most, resumed.length - before);
  }
  assert.ok(most < 20, `${most} in one turn`);
  assert.deepEqual(
    resumed,
    Array.from({ length: 84 }, (_, index) => index + 16),
  );
  await new Promise(setImmediate);
  assert.ok(give(0), 'counted anew');
});
