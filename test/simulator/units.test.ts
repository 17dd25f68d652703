// The small parts: ids, index of addresses, faults, quota, structures under several names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdresseIndex } from '../../src/simulator/adresse-index.js';
import { Rate } from '../../src/simulator/rate.js';
import { parseRequestedFault, parseFaults, FaultDraw } from '../../src/simulator/faults.js';
import { LogicalIds } from '../../src/simulator/porteur.js';
import { Structures } from '../../src/simulator/structures.js';
import fc from '../support/fast-check.js';

test('an id leads back to its key, is a FHIR id, and tells nothing of it', () => {
  const ids = new LogicalIds(17);
  const digits = fc.stringMatching(/^[0-9A-Z]{1,40}$/u);
  fc.assert(
    fc.property(
      fc.constantFrom('P:', 'S:', 'A:10003461033:', 'N:10:', 'O:'),
      digits,
      (prefix, rest) => {
        const key = prefix + rest;
        const id = ids.of(key);
        assert.match(id, /^[A-Za-z0-9.-]{1,64}$/u);
        assert.equal(ids.keyOf(id), key);
        assert.ok(!id.includes('10003461033'));
      },
    ),
  );
  for (const id of ['', 'x', 'xabc', 'abc', 'A'.repeat(65), '..', 'é']) {
    assert.equal(ids.keyOf(id), undefined, id);
  }
  // Another program, the same ids.
  assert.equal(new LogicalIds(17).keyOf(ids.of('P:10003461033')), 'P:10003461033');
});

test('the index finds what a plain list finds', () => {
  const adresse = fc
    .tuple(fc.constantFrom('a', 'ab', 'b', 'ba', 'c'), fc.nat(3))
    .map(([x, n]) => `${x}${n}@x.fr`);
  const steps = fc.record({
    isAddition: fc.boolean(),
    adresse,
    key: fc.constantFrom('p', 'q', 'r'),
  });
  fc.assert(
    fc.property(
      fc.array(steps, { maxLength: 60 }),
      fc.constantFrom('', 'a', 'ab', 'b', 'z'),
      fc.constantFrom('', 'a2', 'b'),
      (steps, start, after) => {
        const index = new AdresseIndex();
        const list = new Map<string, Set<string>>();
        for (const one of steps) {
          const keys = list.get(one.adresse) ?? new Set();
          if (one.isAddition) {
            index.add(one.adresse, one.key);
            list.set(one.adresse, keys.add(one.key));
          } else {
            index.remove(one.adresse, one.key);
            keys.delete(one.key);
            if (keys.size === 0) list.delete(one.adresse);
          }
          assert.deepEqual(
            [...index.porteursOf(one.adresse)].sort(),
            [...(list.get(one.adresse) ?? [])].sort(),
          );
          // Sorted in at any moment.
          if (steps.length % 3 === 0) assert.ok([...index.byPrefix('a')].length >= 0);
        }
        const all = [...list.keys()].sort().filter((one) => one > after);
        assert.deepEqual(
          [...index.byPrefix(start, after)],
          all.filter((one) => one.startsWith(start)),
        );
        assert.deepEqual(
          [...index.byFragment('b', after)],
          all.filter((one) => one.includes('b')),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('the small array of the index is merged when it has grown', () => {
  const index = new AdresseIndex();
  const adresses = Array.from({ length: 9_000 }, (_, n) => `n${String(n).padStart(5, '0')}@x.fr`);
  for (const adresse of adresses.slice(0, 5_000)) index.add(adresse, 'p');
  assert.equal([...index.byPrefix('n')].length, 5_000);
  for (const adresse of adresses.slice(5_000)) index.add(adresse, 'p');
  index.remove(adresses[1] ?? '', 'p');
  assert.deepEqual(
    [...index.byPrefix('n')],
    adresses.filter((_, n) => n !== 1),
  );
});

test('faults are drawn in the shares asked for, and the same seed draws the same', () => {
  const faults = parseFaults('429=0.1, couper=0.2,mentir=0.05,latence=50-200');
  assert.ok(typeof faults === 'object');
  const draw = (randomSeed: number): string[] => {
    const drawn = new FaultDraw(randomSeed);
    return Array.from({ length: 5_000 }, () => {
      const { fault, latencyMs } = drawn.draw(faults);
      assert.ok(latencyMs >= 50 && latencyMs <= 200);
      return fault ?? '';
    });
  };
  const drawn = draw(1);
  const part = (name: string): number => drawn.filter((one) => one === name).length / 5_000;
  assert.ok(Math.abs(part('429') - 0.1) < 0.02 && Math.abs(part('couper') - 0.2) < 0.03);
  assert.ok(Math.abs(part('mentir') - 0.05) < 0.02 && Math.abs(part('') - 0.65) < 0.04);
  assert.deepEqual(draw(1), drawn);
  assert.notDeepEqual(draw(2), drawn);
});

for (const text of [
  'autre=0.1',
  '429',
  '429=2',
  '429=-1',
  '429=x',
  '429=0.6,500=0.6',
  '429=0.1,429=0.1',
  'latence=9-1',
  'latence=',
]) {
  test(`faults refused: ${text}`, () => {
    assert.equal(typeof parseFaults(text), 'string');
  });
}

test('one fault may be asked for by its name', () => {
  const parsed = parseRequestedFault('couper,latence=5');
  assert.deepEqual(parsed, { shares: new Map([['couper', 1]]), latency: { minMs: 5, maxMs: 5 } });
  assert.equal(typeof parseRequestedFault('inconnue'), 'string');
});

test('the quota lets through what it says, and tells when to come back', () => {
  const rate = new Rate(3);
  const at = (ms: number): Date => new Date(1_000_000 + ms);
  const answers = [0, 0, 0, 0, 100, 400, 400, 5_000, 5_000, 5_000, 5_000].map((ms) =>
    rate.take(at(ms)),
  );
  const ok = undefined;
  assert.deepEqual(answers, [ok, ok, ok, 1, 1, ok, 1, ok, ok, ok, 1]);
  // Less than one a second.
  const slow = new Rate(0.1);
  assert.deepEqual([slow.take(at(0)), slow.take(at(1_000)), slow.take(at(10_000))], [ok, 9, ok]);
  const unlimited = new Rate(0);
  for (let n = 0; n < 100; n++) assert.equal(unlimited.take(at(0)), ok);
});

const facts = (
  id: string,
  finess: string[],
  sirets: string[],
): Parameters<Structures['seed']>[1][number] => ({
  id,
  finess,
  sirets,
  sirens: [],
});

test('a structure has one Organization under all its names, called as the seed calls it', async () => {
  const base = new Map([
    ['1750000001', facts('1750000001', ['750000001'], ['75000000100017'])],
    ['375000000100017', facts('375000000100017', ['750000001'], ['75000000100017'])],
    ['320000000000001', facts('320000000000001', ['A1', 'A2'], ['20000000000001'])],
    ['410003461033', facts('410003461033', [], ['30000000000001'])],
  ]);
  const findFactsOf = (ids: readonly string[]) =>
    Promise.resolve(ids.flatMap((id) => base.get(id) ?? []));
  const structures = new Structures(findFactsOf);
  structures.seed(['375000000100017'], await findFactsOf(['375000000100017']));
  const [byFiness] = await structures.find('1750000001');
  assert.deepEqual(byFiness, {
    key: '375000000100017',
    finess: '750000001',
    siret: '75000000100017',
    siren: undefined,
    rppsRang: undefined,
  });
  assert.deepEqual(await structures.find('375000000100017'), [byFiness]);
  const shared = await structures.find('320000000000001');
  assert.deepEqual(
    shared.map(({ key }) => key),
    ['1A1', '1A2'],
  );
  assert.deepEqual(await structures.find('1999999999'), []);
  const [cabinet] = await structures.find('410003461033');
  assert.equal(cabinet?.key, '330000000000001');
});
