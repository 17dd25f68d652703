// A segment as named arrays, and back: what a segment file holds.
import { SegmentFileError } from './segment-file-error.js';
import type { Column, PackedGrams, Segment } from './segment.js';

export type SectionArray = Uint8Array | Uint16Array | Uint32Array;

/** In the order in which a file holds them. */
export function listSections(segment: Segment): [name: string, array: SectionArray][] {
  const sections: [string, SectionArray | undefined][] = [
    ['own', segment.own],
    ['blocks', segment.blocks],
    ['pieces', segment.pieces],
    ['dnPrefix', segment.dnPrefix],
    ['dnSuffix', segment.dnSuffix],
    ['attributeMasks', segment.attributeMasks],
  ];
  for (const [index, column] of segment.columns.entries()) {
    sections.push(
      [`${index}.folded`, column.folded],
      [`${index}.foldedOffsets`, column.foldedOffsets],
      [`${index}.strict`, column.strict],
      [`${index}.strictOffsets`, column.strictOffsets],
      [`${index}.docsOffsets`, column.docsOffsets],
      [`${index}.docs`, column.docs],
      [`${index}.valueOfDoc`, column.valueOfDoc],
      [`${index}.lists`, column.lists],
      [`${index}.wordStartValues`, column.wordStartValues],
      [`${index}.wordStartOffsets`, column.wordStartOffsets],
      ...listGrams(`${index}.bigrams`, column.bigrams),
      ...listGrams(`${index}.trigrams`, column.trigrams),
    );
  }
  return sections.flatMap(([name, array]) => (array ? [[name, array]] : []));
}

function listGrams(
  name: string,
  grams: PackedGrams | undefined,
): [string, SectionArray | undefined][] {
  return [
    [`${name}.grams`, grams?.grams],
    [`${name}.counts`, grams?.counts],
    [`${name}.offsets`, grams?.offsets],
    [`${name}.lists`, grams?.lists],
  ];
}

/** Where the bytes of each section are; undefined when there is no such section. */
export type FindSection = (name: string) => Buffer | undefined;

/**
 * The segment whose arrays are views of the bytes found.
 *
 * @throws SegmentFileError when one is missing, or is not of whole numbers
 */
export function readSections(find: FindSection, columnCount: number): Segment {
  const attributeMasks = numbers(find, 'attributeMasks');
  return {
    docCount: attributeMasks.length,
    own: get(find, 'own'),
    blocks: get(find, 'blocks'),
    pieces: numbers(find, 'pieces'),
    dnPrefix: get(find, 'dnPrefix'),
    dnSuffix: get(find, 'dnSuffix'),
    attributeMasks,
    columns: Array.from({ length: columnCount }, (_, index) => readColumn(find, `${index}`)),
  };
}

function readColumn(find: FindSection, name: string): Column {
  const foldedOffsets = numbers(find, `${name}.foldedOffsets`);
  const hasWords = find(`${name}.wordStartValues`) !== undefined;
  const hasGrams = find(`${name}.bigrams.offsets`) !== undefined;
  const valueCount = Math.max(0, foldedOffsets.length - 1);
  return {
    valueCount,
    folded: get(find, `${name}.folded`),
    foldedOffsets,
    strict: get(find, `${name}.strict`),
    strictOffsets: numbers(find, `${name}.strictOffsets`),
    docsOffsets: numbers(find, `${name}.docsOffsets`),
    docs: numbers(find, `${name}.docs`),
    valueOfDoc: numbers(find, `${name}.valueOfDoc`),
    lists: numbers(find, `${name}.lists`),
    wordStartValues: hasWords ? numbers(find, `${name}.wordStartValues`) : undefined,
    wordStartOffsets: hasWords ? shortNumbers(find, `${name}.wordStartOffsets`) : undefined,
    bigrams: hasGrams ? readGrams(find, `${name}.bigrams`, valueCount) : undefined,
    trigrams: hasGrams ? readGrams(find, `${name}.trigrams`, valueCount) : undefined,
  };
}

function readGrams(find: FindSection, name: string, valueCount: number): PackedGrams {
  return {
    valueCount,
    grams: numbers(find, `${name}.grams`),
    counts: numbers(find, `${name}.counts`),
    offsets: numbers(find, `${name}.offsets`),
    lists: get(find, `${name}.lists`),
  };
}

function get(find: FindSection, name: string): Buffer {
  const bytes = find(name);
  if (bytes === undefined) throw new SegmentFileError(`section absente : ${name}`);
  return bytes;
}

/** A section of 32-bit numbers. Throws as `readSections`. */
export function numbers(find: FindSection, name: string): Uint32Array {
  const bytes = getWhole(find, name, 4);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function shortNumbers(find: FindSection, name: string): Uint16Array {
  const bytes = getWhole(find, name, 2);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** Of numbers of `size` bytes. */
function getWhole(find: FindSection, name: string, size: number): Buffer {
  const bytes = get(find, name);
  const isWhole = bytes.length % size === 0 && bytes.byteOffset % size === 0;
  if (!isWhole) throw new SegmentFileError(`contenu impossible : ${name}`);
  return bytes;
}
