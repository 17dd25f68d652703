// The small parts: ids, index of addresses, faults, quota, structures under several names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexAdresses } from '../../src/simulateur/adresses.js';
import { Debit } from '../../src/simulateur/debit.js';
import { parseFauteDemandee, parseFautes, TirageFautes } from '../../src/simulateur/fautes.js';
import { Identifiants } from '../../src/simulateur/porteur.js';
import { Structures } from '../../src/simulateur/structures.js';
import fc from '../support/fast-check.js';

test('an id leads back to its key, is a FHIR id, and tells nothing of it', () => {
  const ids = new Identifiants(17);
  const chiffres = fc.stringMatching(/^[0-9A-Z]{1,40}$/u);
  fc.assert(
    fc.property(
      fc.constantFrom('P:', 'S:', 'A:10003461033:', 'N:10:', 'O:'),
      chiffres,
      (prefix, rest) => {
        const cle = prefix + rest;
        const id = ids.of(cle);
        assert.match(id, /^[A-Za-z0-9.-]{1,64}$/u);
        assert.equal(ids.cleOf(id), cle);
        assert.ok(!id.includes('10003461033'));
      },
    ),
  );
  for (const id of ['', 'x', 'xabc', 'abc', 'A'.repeat(65), '..', 'é']) {
    assert.equal(ids.cleOf(id), undefined, id);
  }
  // Another program, the same ids.
  assert.equal(new Identifiants(17).cleOf(ids.of('P:10003461033')), 'P:10003461033');
});

test('the index finds what a plain list finds', () => {
  const adresse = fc
    .tuple(fc.constantFrom('a', 'ab', 'b', 'ba', 'c'), fc.nat(3))
    .map(([x, n]) => `${x}${n}@x.fr`);
  const pas = fc.record({ isAjout: fc.boolean(), adresse, cle: fc.constantFrom('p', 'q', 'r') });
  fc.assert(
    fc.property(
      fc.array(pas, { maxLength: 60 }),
      fc.constantFrom('', 'a', 'ab', 'b', 'z'),
      fc.constantFrom('', 'a2', 'b'),
      (steps, debut, apres) => {
        const index = new IndexAdresses();
        const liste = new Map<string, Set<string>>();
        for (const one of steps) {
          const cles = liste.get(one.adresse) ?? new Set();
          if (one.isAjout) {
            index.ajouter(one.adresse, one.cle);
            liste.set(one.adresse, cles.add(one.cle));
          } else {
            index.retirer(one.adresse, one.cle);
            cles.delete(one.cle);
            if (cles.size === 0) liste.delete(one.adresse);
          }
          assert.deepEqual(
            [...index.porteursDe(one.adresse)].sort(),
            [...(liste.get(one.adresse) ?? [])].sort(),
          );
          // Sorted in at any moment.
          if (steps.length % 3 === 0) assert.ok([...index.parPrefixe('a')].length >= 0);
        }
        const toutes = [...liste.keys()].sort().filter((one) => one > apres);
        assert.deepEqual(
          [...index.parPrefixe(debut, apres)],
          toutes.filter((one) => one.startsWith(debut)),
        );
        assert.deepEqual(
          [...index.parFragment('b', apres)],
          toutes.filter((one) => one.includes('b')),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('the small array of the index is merged when it has grown', () => {
  const index = new IndexAdresses();
  const adresses = Array.from({ length: 9_000 }, (_, n) => `n${String(n).padStart(5, '0')}@x.fr`);
  for (const adresse of adresses.slice(0, 5_000)) index.ajouter(adresse, 'p');
  assert.equal([...index.parPrefixe('n')].length, 5_000);
  for (const adresse of adresses.slice(5_000)) index.ajouter(adresse, 'p');
  index.retirer(adresses[1] ?? '', 'p');
  assert.deepEqual(
    [...index.parPrefixe('n')],
    adresses.filter((_, n) => n !== 1),
  );
});

test('faults are drawn in the shares asked for, and the same seed draws the same', () => {
  const fautes = parseFautes('429=0.1, couper=0.2,mentir=0.05,latence=50-200');
  assert.ok(typeof fautes === 'object');
  const tirer = (graine: number): string[] => {
    const tirage = new TirageFautes(graine);
    return Array.from({ length: 5_000 }, () => {
      const { faute, latenceMs } = tirage.tirer(fautes);
      assert.ok(latenceMs >= 50 && latenceMs <= 200);
      return faute ?? '';
    });
  };
  const tirees = tirer(1);
  const part = (nom: string): number => tirees.filter((one) => one === nom).length / 5_000;
  assert.ok(Math.abs(part('429') - 0.1) < 0.02 && Math.abs(part('couper') - 0.2) < 0.03);
  assert.ok(Math.abs(part('mentir') - 0.05) < 0.02 && Math.abs(part('') - 0.65) < 0.04);
  assert.deepEqual(tirer(1), tirees);
  assert.notDeepEqual(tirer(2), tirees);
});

for (const texte of [
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
  test(`faults refused: ${texte}`, () => {
    assert.equal(typeof parseFautes(texte), 'string');
  });
}

test('one fault may be asked for by its name', () => {
  const lue = parseFauteDemandee('couper,latence=5');
  assert.deepEqual(lue, { parts: new Map([['couper', 1]]), latence: { minMs: 5, maxMs: 5 } });
  assert.equal(typeof parseFauteDemandee('inconnue'), 'string');
});

test('the quota lets through what it says, and tells when to come back', () => {
  const debit = new Debit(3);
  const at = (ms: number): Date => new Date(1_000_000 + ms);
  const reponses = [0, 0, 0, 0, 100, 400, 400, 5_000, 5_000, 5_000, 5_000].map((ms) =>
    debit.prendre(at(ms)),
  );
  const ok = undefined;
  assert.deepEqual(reponses, [ok, ok, ok, 1, 1, ok, 1, ok, ok, ok, 1]);
  // Less than one a second.
  const lent = new Debit(0.1);
  assert.deepEqual(
    [lent.prendre(at(0)), lent.prendre(at(1_000)), lent.prendre(at(10_000))],
    [ok, 9, ok],
  );
  const libre = new Debit(0);
  for (let n = 0; n < 100; n++) assert.equal(libre.prendre(at(0)), ok);
});

const faits = (
  id: string,
  finess: string[],
  sirets: string[],
): Parameters<Structures['semer']>[1][number] => ({
  id,
  finess,
  sirets,
  sirens: [],
});

test('a structure has one Organization under all its names, called as the seed calls it', async () => {
  const base = new Map([
    ['1750000001', faits('1750000001', ['750000001'], ['75000000100017'])],
    ['375000000100017', faits('375000000100017', ['750000001'], ['75000000100017'])],
    ['320000000000001', faits('320000000000001', ['A1', 'A2'], ['20000000000001'])],
    ['410003461033', faits('410003461033', [], ['30000000000001'])],
  ]);
  const chercher = (ids: readonly string[]) =>
    Promise.resolve(ids.flatMap((id) => base.get(id) ?? []));
  const structures = new Structures(chercher);
  structures.semer(['375000000100017'], await chercher(['375000000100017']));
  const [parFiness] = await structures.find('1750000001');
  assert.deepEqual(parFiness, {
    cle: '375000000100017',
    finess: '750000001',
    siret: '75000000100017',
    siren: undefined,
    rppsRang: undefined,
  });
  assert.deepEqual(await structures.find('375000000100017'), [parFiness]);
  const partagees = await structures.find('320000000000001');
  assert.deepEqual(
    partagees.map(({ cle }) => cle),
    ['1A1', '1A2'],
  );
  assert.deepEqual(await structures.find('1999999999'), []);
  const [cabinet] = await structures.find('410003461033');
  assert.equal(cabinet?.cle, '330000000000001');
});
