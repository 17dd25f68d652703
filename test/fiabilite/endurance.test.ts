// An endurance run on nothing proves nothing: its verdict has to see that nothing was sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findIdlePushes } from '../../bench/endurance/cycles.js';

test('pushes that send nothing are found, but for one that came ahead of its plan', () => {
  assert.deepEqual(findIdlePushes({ sent: [77, 31, 0, 62, 0] }), []);
  assert.equal(findIdlePushes({ sent: [] }).length, 1);
  assert.equal(findIdlePushes({ sent: [0, 0] }).length, 1);
  assert.equal(findIdlePushes({ sent: [77, 0, 0, 31] }).length, 1);
});
