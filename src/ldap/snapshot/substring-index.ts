// What finds substrings in the texts of a column. It depends on these texts only, and takes as long as all the rest of a column.
import { buildBigrams, buildTrigrams } from './gram-builder.js';
import { packGrams } from './pack-grams.js';
import type { Column } from './segment.js';
import { buildWordStarts } from './word-starts.js';

export type SubstringIndex = Pick<
  Column,
  'wordStartValues' | 'wordStartOffsets' | 'bigrams' | 'trigrams'
>;

export type SubstringTexts = {
  readonly folded: Uint8Array;
  readonly foldedOffsets: Uint32Array;
  readonly hasGrams: boolean;
};

export const noSubstringIndex: SubstringIndex = {
  wordStartValues: undefined,
  wordStartOffsets: undefined,
  bigrams: undefined,
  trigrams: undefined,
};

export function buildSubstringIndex({
  folded,
  foldedOffsets,
  hasGrams,
}: SubstringTexts): SubstringIndex {
  const words = buildWordStarts(folded, foldedOffsets);
  const valueCount = foldedOffsets.length - 1;
  return {
    wordStartValues: words.values,
    wordStartOffsets: words.offsets,
    bigrams: hasGrams ? packGrams(buildBigrams(folded, foldedOffsets), valueCount) : undefined,
    trigrams: hasGrams ? packGrams(buildTrigrams(folded, foldedOffsets), valueCount) : undefined,
  };
}
