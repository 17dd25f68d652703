// Indexes made by another thread are those that would have been made here, and its failure is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SegmentBuilder } from '../../../src/ldap/snapshot/segment-builder.js';
import { SubstringIndexer } from '../../../src/ldap/snapshot/substring-indexer.js';
import { entryOf, smallSchema } from './small-schema.js';

function collect(): SegmentBuilder {
  const builder = new SegmentBuilder(smallSchema, 0);
  for (let number = 0; number < 500; number++) {
    builder.add(
      entryOf({
        cn: [`Jeanne Exemple ${number % 90}`, `Élodie d'Exemple-${number}`],
        mail: [`jeanne.exemple.${number}@chu-${number % 7}.mssante.fr`],
      }),
    );
  }
  return builder;
}

test('a segment is the same whichever thread made its indexes', async () => {
  const indexer = new SubstringIndexer();
  try {
    const { segment } = await collect().finishWith((texts) => indexer.build(texts));
    const expected = collect().finish().segment;
    assert.ok(expected.columns.some(({ trigrams }) => (trigrams?.lists.length ?? 0) > 0));
    assert.deepEqual(plain(segment), plain(expected));
  } finally {
    await indexer[Symbol.asyncDispose]();
  }
});

test('what was asked of a thread that fails is refused with the cause, and what is asked of it later', async () => {
  const failing = new URL(
    `data:text/javascript,${encodeURIComponent("throw new Error('no room')")}`,
  );
  const indexer = new SubstringIndexer(failing);
  const finished = collect().finishWith((texts) => indexer.build(texts));
  const isTold = (error: unknown): boolean =>
    error instanceof Error && error.cause instanceof Error && error.cause.message === 'no room';
  await assert.rejects(finished, isTold);
  const texts = { folded: new Uint8Array(1), foldedOffsets: Uint32Array.of(0, 1), hasGrams: false };
  await assert.rejects(indexer.build(texts), isTold);
  await indexer[Symbol.asyncDispose]();
});

/** With no difference between a Buffer and the Uint8Array of the same bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Array.from(value);
  if (ArrayBuffer.isView(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
