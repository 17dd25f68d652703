import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIdentiteDEssai, rppsOfIdNatPs } from '../../src/domain/id-nat-ps.js';

const cases: [idNatPs: string, rpps: string | undefined, isEssai: boolean][] = [
  ['810000000017', '10000000017', false],
  ['810000000018', undefined, false],
  ['10000000017', undefined, false],
  ['8100000000175', undefined, false],
  [' 810000000017', undefined, false],
  ['8１0000000017', undefined, false],
  ['0123456789', undefined, false],
  ['ANS20210107161422', undefined, true],
  ['899700218896', undefined, true],
  ['', undefined, false],
];
for (const [idNatPs, rpps, isEssai] of cases) {
  test(`« ${idNatPs} » gives ${rpps ?? 'no RPPS'}`, () => {
    assert.equal(rppsOfIdNatPs(idNatPs), rpps);
    assert.equal(isIdentiteDEssai(idNatPs), isEssai);
  });
}
