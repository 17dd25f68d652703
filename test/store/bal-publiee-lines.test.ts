// COPY's lines become BAL whatever chunks they come in, and however often the same bytes come again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LigneBalPubliee } from '../../src/domain/bal-publiee.js';
import { BalReader, copyBalsSql } from '../../src/store/bal-publiee-lines.js';
import { RepeatedBytes } from '../../src/store/repeated-bytes.js';

const [selected = ''] = copyBalsSql('true').split(/\sfrom\s/);
const columns = Array.from(selected.matchAll(/b\.(\w+)/g), ([, column]) => column ?? '');
const date = new Date('2026-10-09T04:13:00Z');

const value = fc.oneof(
  fc.constantFrom('', 'Élodie', 'EXEMPLE', 'tab\there', 'back\\slash', 'line\nfeed', '\\t', '𝒜'),
  fc.string({ maxLength: 8 }).filter((text) => !text.includes('\0')),
);
const row = fc.record(Object.fromEntries(columns.map((column) => [column, value])));

/** PostgreSQL manual, « COPY », Text Format. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

test('lines are read back column by column, in chunks of any size', () => {
  assert.equal(columns.length, 34);
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 99 }),
      (rows, size) => {
        const given = rows.map((cells, at) => ({
          ...cells,
          adresse: `${at}@x.fr`,
          first_load_id: '7',
        }));
        const bytes = Buffer.from(
          given
            .map((cells: Record<string, string>) =>
              columns.map((column) => escape(cells[column] ?? '')).join('\t'),
            )
            .map((line) => `${line}\n`)
            .join(''),
        );
        const reader = new BalReader(new Map([[7, date]]));
        const bals = [];
        for (let at = 0; at < bytes.length; at += size)
          bals.push(...reader.push(bytes.subarray(at, at + size)));
        bals.push(...reader.end());
        const read = bals.map(({ adresse, modifieLe, lignes }) => ({
          adresse,
          modifieLe,
          ...flatten(lignes[0]),
        }));
        assert.deepEqual(
          read,
          given.map(({ adresse, ...cells }) => ({
            adresse,
            modifieLe: date,
            ...Object.fromEntries(
              Object.entries(cells)
                .filter(([name]) => name !== 'first_load_id')
                .map(([name, text]) => [camel(name), text]),
            ),
          })),
        );
      },
    ),
  );
});

test('lines of one address are one BAL, dated by the youngest', () => {
  const line = (adresse: string, load: number, nom: string): string =>
    columns
      .map((column) => ({ adresse, first_load_id: String(load), nom_exercice: nom })[column] ?? '')
      .join('\t');
  const reader = new BalReader(new Map([[8, date]]));
  const lines = [line('a@x.fr', 7, 'UN'), line('a@x.fr', 8, 'DEUX'), line('b@x.fr', 8, 'UN')];
  const bals = [...reader.push(Buffer.from(`${lines.join('\n')}\n`)), ...reader.end()];
  assert.deepEqual(
    bals.map(({ adresse, modifieLe, lignes }) => [
      adresse,
      modifieLe,
      lignes.map((ligne) => ligne.nomExercice),
    ]),
    [
      ['a@x.fr', date, ['UN', 'DEUX']],
      ['b@x.fr', date, ['UN']],
    ],
  );
});

test('bytes come to what they come to, however few are remembered', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), (texts) => {
      const remembered = new RepeatedBytes(1, (bytes, start, end) =>
        bytes.toString('utf8', start, end),
      );
      for (const text of [...texts, ...texts]) {
        const bytes = Buffer.from(`<${text}>`);
        assert.equal(remembered.get(bytes, 1, bytes.length - 1), text);
      }
    }),
  );
});

function flatten(ligne: LigneBalPubliee | undefined): object {
  if (!ligne) return {};
  const { exercice, structure, ...own } = ligne;
  return { ...own, ...exercice, ...structure };
}

function camel(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
