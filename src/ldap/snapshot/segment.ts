// The shape of what is served: immutable columns in typed arrays, so that half a million entries cost a few hundred
// megabytes, load from a file in one read, and are swapped by changing one reference.

/** In `Column.valueOfDoc`: the entry has no value. */
export const noValue = 0xffffffff;
/** In `Column.valueOfDoc`: the rest of the number is a place in `Column.lists`. */
export const listFlag = 0x80000000;

/**
 * All values of one attribute. A *value id* is a rank: values are in the byte order of (folded, strict), so equality and
 * prefixes of folded text are ranges of ids.
 *
 * *strict* is the value prepared by its matching rule (RFC 4518). *folded* is strict without diacritics; for rules that
 * do not ignore case it equals strict.
 */
export type Column = {
  readonly valueCount: number;
  /** Folded texts in UTF-8, each ended by a byte 0. */
  readonly folded: Buffer;
  /** Where each begins in `folded`; valueCount + 1 long, the last is the length of `folded`. */
  readonly foldedOffsets: Uint32Array;
  /** Strict texts in UTF-8, each ended by a byte 0; only those that differ from folded, empty (no byte) for the others. */
  readonly strict: Buffer;
  readonly strictOffsets: Uint32Array;
  /** Entries by value: those of value v are docs[docsOffsets[v]] up to docs[docsOffsets[v + 1] - 1], ascending. */
  readonly docsOffsets: Uint32Array;
  readonly docs: Uint32Array;
  /** Value id of each entry, or `noValue`, or `listFlag | place`: lists[place] is a count, the ids follow, ascending. */
  readonly valueOfDoc: Uint32Array;
  readonly lists: Uint32Array;
  /**
   * Starts of words inside folded values (never the first), in the byte order of the text from there to the end of
   * the value: value id, and offset in bytes from the value's start. Undefined where substrings are not indexed.
   */
  readonly wordStartValues: Uint32Array | undefined;
  readonly wordStartOffsets: Uint16Array | undefined;
  /** Undefined where substrings are not indexed, and where values are so few that looking at all of them is quicker. */
  readonly bigrams: PackedGrams | undefined;
  readonly trigrams: PackedGrams | undefined;
};

/**
 * Which folded values hold a gram, as it is built. The list of gram g is the bytes offsets[g] to offsets[g + 1] of `lists`: ascending
 * value ids, the first as it is, the others as the difference from the one before, each in LEB128.
 * Bytes are put in 64 classes by `gramClass`; several rare bytes share a class, so a hit is verified unless the gram
 * holds exact classes only.
 */
export type GramIndex = {
  readonly offsets: Uint32Array;
  readonly counts: Uint32Array;
  readonly lists: Uint8Array;
};

/**
 * The same as it is kept: grams that some value holds, ascending; a *slot* is a place among them. The list of slot s is
 * the bytes offsets[s] to offsets[s + 1]. Where that is shorter (`isBitmap`), it is a bit for each value instead: bit v is
 * in byte v >> 3, of weight 1 << (v & 7).
 */
export type PackedGrams = {
  readonly valueCount: number;
  readonly grams: Uint32Array;
  /** How many values are in the list of each slot. */
  readonly counts: Uint32Array;
  readonly offsets: Uint32Array;
  readonly lists: Uint8Array;
};

/** Whether the list of a gram that `count` values hold is a bitmap: otherwise each takes a byte at least. */
export function isBitmap(count: number, valueCount: number): boolean {
  return count * 8 > valueCount;
}

/** In bytes. */
export function bitmapSize(valueCount: number): number {
  return (valueCount + 7) >>> 3;
}

/** A set of entries built at once. An entry's *doc* is its rank by folded first cn, then by RDN. */
export type Segment = {
  readonly docCount: number;
  /**
   * An entry goes out as `[APPLICATION 4] { OCTET STRING dn, SEQUENCE OF PartialAttribute }` (RFC 4511 section 4.5.2), with user
   * attributes in the order of their indexes. It is kept in three pieces, because attributes of the kind and of the structure
   * (`EntryPart`) take most of it and are the same in many entries.
   *
   * The own piece is the DN, left out where it is `dnPrefix`, first value of the first attribute, `dnSuffix`; then the
   * SEQUENCE of all attributes, which ends with the last own one.
   */
  readonly own: Buffer;
  /** SEQUENCEs of the attributes of a kind or of a structure, each once; of none where there is no such attribute. */
  readonly blocks: Buffer;
  /**
   * Three numbers for each doc, side by side because an answer needs them together: where its own piece begins, where the
   * block of its kind does, where that of its structure does; at the end, where the last own piece ends.
   */
  readonly pieces: Uint32Array;
  readonly dnPrefix: Buffer;
  readonly dnSuffix: Buffer;
  /** Bit i is set when the entry holds attribute i (operational ones too, though their BER is in no piece). */
  readonly attributeMasks: Uint32Array;
  /** By attribute index; attributes that always have the same values (cn, displayName) may share one. */
  readonly columns: readonly Column[];
};

/** A segment as seen from one snapshot. */
export type SegmentView = {
  readonly segment: Segment;
  /** Bit d (byte d >> 3, bit d & 7) is set when doc d was replaced or removed by a later segment. Undefined: none is. */
  readonly removed: Uint8Array | undefined;
};

/** What one search sees from its first entry to its last. At most two views: the base, and what changed since. */
export type Snapshot = {
  /** Identity of what is served, for logs and for cookies; changes with every swap. */
  readonly id: string;
  readonly views: readonly SegmentView[];
  readonly entryCount: number;
  /** Time that the served extraction bears (or of its load, when it bears none). */
  readonly extractionDate: Date | undefined;
  readonly builtAt: Date;
};
