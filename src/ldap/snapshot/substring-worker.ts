// The thread of `SubstringIndexer`: texts in, their index out, one after the other.
import { parentPort } from 'node:worker_threads';
import {
  buildSubstringIndex,
  type SubstringIndex,
  type SubstringTexts,
} from './substring-index.js';

parentPort?.on('message', (texts: SubstringTexts) => {
  const index = buildSubstringIndex(texts);
  parentPort?.postMessage(index, listBuffers(index));
});

function listBuffers(index: SubstringIndex): ArrayBuffer[] {
  const { wordStartValues, wordStartOffsets, bigrams, trigrams } = index;
  const grams = [bigrams, trigrams].flatMap((some) =>
    some ? [some.grams, some.counts, some.offsets, some.lists] : [],
  );
  return [wordStartValues, wordStartOffsets, ...grams].flatMap((array) =>
    array?.buffer instanceof ArrayBuffer ? [array.buffer] : [],
  );
}
