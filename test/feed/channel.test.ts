// What the answers say of the channel as a whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../src/feed/push/channel.js';
import type { Clock } from '../../src/feed/push/clock.js';

function channelAt(now: { at: number }): { channel: Channel; asked: string[] } {
  const asked: string[] = [];
  const told = (what: string) => (): Promise<void> => {
    asked.push(what);
    return Promise.resolve();
  };
  const outbox = {
    pause: told('pause'),
    closeProbe: told('closeProbe'),
    reopen: told('reopen'),
    stop: told('stop'),
  };
  const clock: Clock = { now: () => new Date(now.at), sleep: () => Promise.resolve() };
  const settings = { disjoncteur: { echecsMax: 3, pauseMs: 10_000 } };
  return { channel: new Channel(outbox, clock, settings), asked };
}

test('an answer that was on its way when the ANS asked to slow down does not end the pause', async () => {
  const now = { at: 0 };
  const { channel, asked } = channelAt(now);
  await channel.note({ kind: 'throttled', retryAfterMs: 5_000, message: 'trop' });
  await channel.note({ kind: 'answered' });
  assert.deepEqual(asked, ['pause']);
  assert.ok(channel.isClosed);
  now.at = 5_000;
  assert.ok(!channel.isClosed);
  await channel.note({ kind: 'answered' });
  assert.deepEqual(asked, ['pause', 'reopen']);
});
