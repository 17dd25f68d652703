import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, jsonHeader, readJsonCells } from '../../src/inventory/json-cells.js';
import { parseJsonText } from '../../src/inventory/json-text.js';
import { readTextLines, type TextLine } from '../../src/inventory/lines.js';
import fc from '../support/fast-check.js';

describe('a JSON text', () => {
  const cases: readonly (readonly [text: string, fault: string | undefined])[] = [
    ['{"a":1,"b":{"c":[1,2]}}', undefined],
    ['{"a":":","b":"\\":{"}', undefined],
    ['[{"a":1},{"a":1}]', undefined],
    ['{"a":1,"a":2}', 'JSON_NOM_REPETE'],
    ['[{"b":{"a":1,"\\u0061":2}}]', 'JSON_NOM_REPETE'],
    ['{"a":1', 'JSON_ILLISIBLE'],
    ['', 'JSON_ILLISIBLE'],
    ['{"a":"x', 'JSON_ILLISIBLE'],
    ['[[[[[1]]]]]', 'JSON_TROP_PROFOND'],
    ['['.repeat(1_000_000), 'JSON_TROP_PROFOND'],
  ];
  for (const [text, fault] of cases) {
    it(`${text.slice(0, 40)} is ${fault ?? 'read'}`, () => {
      const json = parseJsonText(text, 4);
      assert.equal(json.kind === 'fault' ? json.code : undefined, fault);
    });
  }

  it('is read as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseJsonText(text, 20), {
          kind: 'value',
          value: JSON.parse(text) as unknown,
        });
      }),
    );
  });
});

describe('an object of the inventory', () => {
  const place = (name: 'adresse' | 'listeRouge' | 'tailleOctets' | 'identifiantPp'): number =>
    jsonHeader.places.get(name) ?? -1;

  it('gives the cells of a line', () => {
    const { cells, columns, faults } = readJsonCells({
      adresse: 'a@x.fr',
      listeRouge: true,
      tailleOctets: 12,
      identifiantPp: null,
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(columns, ['adresse', 'listeRouge', 'tailleOctets', 'identifiantPp']);
    assert.equal(cells[place('adresse')], 'a@x.fr');
    assert.equal(cells[place('listeRouge')], 'oui');
    assert.equal(cells[place('tailleOctets')], '12');
    assert.equal(cells[place('identifiantPp')], '');
  });

  it('says what is wrong with each field, all at once', () => {
    const { faults } = readJsonCells({
      adresse: 12,
      identifantPp: 'x',
      listeRouge: 1,
      tailleOctets: 1.5,
      service: ['a'],
      ['__proto__']: 'x',
    });
    assert.deepEqual(
      faults.map(({ column, code }) => [column, code]),
      [
        ['adresse', 'TYPE_JSON'],
        ['identifantPp', 'CHAMP_INCONNU'],
        ['listeRouge', 'TYPE_JSON'],
        ['tailleOctets', 'TYPE_JSON'],
        ['service', 'TYPE_JSON'],
        ['__proto__', 'CHAMP_INCONNU'],
      ],
    );
    assert.match(faults[1]?.expected ?? '', /« identifiantPp »/u);
  });

  it('is an object, not a list nor a text', () => {
    assert.deepEqual([{}, [], null, 'x', 1].map(isJsonObject), [true, false, false, false, false]);
  });
});

describe('lines', () => {
  async function linesOf(bytes: Buffer, size: number, max = 20): Promise<TextLine[]> {
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += size) {
        await Promise.resolve();
        yield bytes.subarray(at, at + size);
      }
    }
    const found: TextLine[] = [];
    for await (const { lines } of readTextLines(chunks(), max)) found.push(...lines);
    return found;
  }

  it('are the same wherever the chunks are cut', async () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeffété\r\n\n  \n'),
      Buffer.from('x'.repeat(30)),
      Buffer.from('\n'),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from('fin'),
    ]);
    const expected = [
      { kind: 'text', line: 1, text: 'été\r' },
      { kind: 'long', line: 4 },
      { kind: 'utf8', line: 5 },
      { kind: 'text', line: 6, text: 'fin' },
    ];
    for (let size = 1; size <= bytes.length; size++)
      assert.deepEqual(await linesOf(bytes, size), expected, `chunks of ${size}`);
  });

  it('of nothing are none', async () => {
    assert.deepEqual(await linesOf(Buffer.alloc(0), 1), []);
  });
});
