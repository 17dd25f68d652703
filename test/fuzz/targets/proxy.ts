// The PROXY header, byte by byte: what a longer reading says is never other than what a shorter one had said.
import assert from 'node:assert/strict';
import { parseProxyHeader } from '../../../src/ldap/server/proxy-header.js';
import { mutateBytes } from '../mutate.js';
import type { Target } from '../target.js';

const signature = '0d0a0d0a000d0a515549540a';
const seeds = [
  `${signature}2111000cc0000201c00002020001018530`,
  `${signature}21210024${'20010db8'.repeat(8)}00010185`,
  `${signature}20000000`,
  `${signature}2111000fc0000201c000020200010185040000`,
].map((hex) => Buffer.from(hex, 'hex'));

export const proxyTarget: Target = {
  name: 'en-tête PROXY',
  cases: 3_000,
  play: (random) => {
    const bytes = mutateBytes(random.pick(seeds), random).subarray(0, 3_000);
    const last = parseProxyHeader(bytes);
    let decided = false;
    for (let length = 0; length <= bytes.length; length += 1) {
      const found = parseProxyHeader(bytes.subarray(0, length));
      if (decided) assert.deepEqual(found, last, `after ${length} bytes`);
      decided ||= found.kind !== 'partial';
      if (found.kind === 'whole') assert.ok(found.length <= length && found.length <= 2_064);
    }
    return last.kind === 'whole' ? 'accepted' : 'refused';
  },
};
