// A fixed number of cases of each fuzzer, always the same ones. For hours of others: npm run fuzz.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playCases } from './target.js';
import { targets } from './targets.js';

const seed = 20261123;

for (const target of targets) {
  test(`fuzz: ${target.name}, ${target.cases} cases`, async () => {
    const { accepted, refused } = await playCases(target, seed, 0, target.cases);
    // One that refuses all, or accepts all that is wrong, looks at nothing.
    assert.ok(accepted > 0, `${refused} refused, none accepted`);
    if (!target.name.startsWith('LDAP')) assert.ok(refused > 0, `${accepted} accepted`);
  });
}

test('a target that breaks its promise is told with its seed and its case', async () => {
  await assert.rejects(
    playCases(
      {
        name: 'essai',
        cases: 1,
        play: (random) => {
          if (random.below(5) === 0) throw new Error('cassé');
          return 'accepted';
        },
      },
      3,
      0,
      100,
    ),
    /^Error: essai, graine 3, cas \d+ : cassé$/u,
  );
});
