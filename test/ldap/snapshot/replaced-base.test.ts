import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ReplacedBase } from '../../../src/ldap/snapshot/replaced-base.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import type { Segment } from '../../../src/ldap/snapshot/segment.js';
import { smallSchema } from './small-schema.js';

function emptySegment(): Segment {
  return buildSegment(smallSchema, []);
}

test('a base that was replaced is let go of without any other reason to collect', async () => {
  const replaced = new ReplacedBase();
  // In a function of its own, so that no variable of this one keeps it.
  const base = (() => {
    const segment = emptySegment();
    replaced.replaced(segment);
    return new WeakRef(segment);
  })();
  // What a WeakRef was made of is kept until the end of the turn.
  await setImmediate();
  for (let look = 0; look < 4; look++) replaced.look();
  assert.equal(base.deref(), undefined);
});

test('a base that a search still holds is looked at again, less often, until it is let go', async () => {
  let collections = 0;
  const replaced = new ReplacedBase(() => collections++);
  const held = [emptySegment()];
  replaced.replaced(held[0]);
  for (let look = 0; look < 4 + 60 + 60; look++) replaced.look();
  assert.equal(collections, 3);
  assert.equal(held.length, 1);
  replaced.replaced(undefined);
  await setImmediate();
  for (let look = 0; look < 200; look++) replaced.look();
  assert.equal(collections, 4);
});
