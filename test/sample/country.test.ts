// The shape of the national country, without writing it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCountry, domaineOfBal } from '../../src/sample/country.js';
import { finess, rpps } from '../../src/sample/identifiers.js';
import { doubleNameOf, nameCount, nameOf } from '../../src/sample/names.js';

const country = createCountry({ scale: 'national', day: 1 });

test('domains have the real skew: half of them small, one huge', () => {
  const sizes = country.domaines.map((one) => one.size);
  assert.equal(sizes.length, 5_000);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    556_000,
  );
  assert.deepEqual(sizes.slice(0, 2), [62_151, 23_904]);
  assert.ok(Math.min(...sizes) >= 1);
  assert.equal(sizes.filter((size) => size <= 4).length, 2_500);
  assert.equal(new Set(country.domaines.map((one) => one.nom)).size, 5_000);
});

test('the opérateur hosts the largest domain and a few hundred others', () => {
  const ours = country.domaines.filter((one) => one.isOperateur);
  const bals = ours.reduce((sum, one) => sum + one.size, 0);
  assert.ok(ours.length > 200 && ours.length < 500, String(ours.length));
  assert.ok(bals > 60_000 && bals < 80_000, String(bals));
  for (const kind of ['aucune', 'ej', 'eg']) {
    assert.ok(
      ours.some((one) => one.declaration.kind === kind && one.size > 4),
      kind,
    );
  }
});

test('a BAL is found in its domain', () => {
  for (const domaine of country.domaines) {
    assert.equal(domaineOfBal(country, domaine.start), domaine);
    assert.equal(domaineOfBal(country, domaine.start + domaine.size - 1), domaine);
  }
});

test('people have names, addresses and RPPS of their own', () => {
  const indexes = Array.from({ length: 200_000 }, (_, i) => i * 8);
  assert.equal(new Set(indexes.map((i) => nameOf(i).slug)).size, indexes.length);
  assert.equal(new Set(indexes.map(rpps)).size, indexes.length);
  const doubles = Array.from({ length: 20_000 }, (_, i) => doubleNameOf(i).slug);
  assert.equal(new Set(doubles).size, doubles.length);
  assert.ok(doubles.every((slug) => /^[a-z]+\.[a-z]+-[a-z]+$/.test(slug)));
  assert.ok(nameCount > 2_000_000);
  assert.notEqual(nameCount % 1_000_003, 0);
});

test('structures have FINESS of their own', () => {
  const all = new Set<string>();
  for (let ej = 0; ej < 46_000; ej += 1) {
    for (const eg of [0, 1, 9]) all.add(finess(ej, eg));
  }
  assert.equal(all.size, 46_000 * 3);
  assert.throws(() => finess(1, 50));
});
