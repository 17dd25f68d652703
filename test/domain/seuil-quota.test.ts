import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rearmementPoints, suivreQuota, type SeuilQuota } from '../../src/domain/seuil-quota.js';
import fc from '../support/fast-check.js';

const cases: [seuil: SeuilQuota | 0, pourcent: number, apres: SeuilQuota | 0, avis?: SeuilQuota][] =
  [
    [0, 79, 0],
    [0, 80, 80, 80],
    [0, 95, 90, 90],
    [0, 250, 100, 100],
    [80, 89, 80],
    [80, 90, 90, 90],
    [80, 76, 80],
    [80, 75, 80],
    [80, 74, 0],
    [90, 100, 100, 100],
    [90, 84, 80],
    [90, 86, 90],
    [100, 99, 100],
    [100, 95, 100],
    [100, 94, 90],
    [100, 10, 0],
  ];
for (const [seuil, pourcent, apres, avis] of cases) {
  test(`told at ${seuil}, now at ${pourcent}: ${avis === undefined ? 'nothing' : `told at ${avis}`}, then held at ${apres}`, () => {
    assert.deepEqual(suivreQuota(seuil, pourcent), { seuil: apres, avis });
  });
}

test('between two notices of one threshold, the size fell under it by as many points as it takes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 130 }), { maxLength: 60 }), (sizes) => {
      let seuil: SeuilQuota | 0 = 0;
      const lowest = new Map<SeuilQuota, number>();
      for (const size of sizes) {
        for (const [told, low] of lowest) lowest.set(told, Math.min(low, size));
        const suite = suivreQuota(seuil, size);
        seuil = suite.seuil;
        if (suite.avis === undefined) continue;
        assert.ok(size >= suite.avis);
        const low = lowest.get(suite.avis);
        assert.ok(low === undefined || low < suite.avis - rearmementPoints);
        lowest.set(suite.avis, size);
      }
    }),
    { numRuns: 2_000 },
  );
});
