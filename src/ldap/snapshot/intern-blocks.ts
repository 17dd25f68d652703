// Attributes that repeat from entry to entry, each set of them encoded and kept once.
import { berTag } from '../ber/tag.js';
import {
  attributesSize,
  BerWriter,
  tlvSize,
  writeAttributes,
  type ShownAttribute,
} from './attribute-encoder.js';
import { assertAddressable, GrowingNumbers } from './growing.js';
import { InternTable, mixHash } from './intern-table.js';
import type { Segment } from './segment.js';

export type InternedBlocks = Pick<Segment, 'blocks'> & {
  /** For each part, where the block of each entry begins. */
  readonly startsOfEntry: readonly Uint32Array[];
};

/** `parts`: the attributes of each. */
export function internBlocks(
  parts: readonly (readonly ShownAttribute[])[],
  entryCount: number,
): InternedBlocks {
  const groups = parts.map((shown) => groupEntries(shown, entryCount));
  const table = new BlockTable(groups);
  const startsOfEntry = groups.map(({ shown, firsts, groupOfEntry }) => {
    const startOfGroup = firsts.map((entry) => table.place(shown, entry));
    return groupOfEntry.map((group) => startOfGroup[group] ?? 0);
  });
  return { blocks: table.bytes, startsOfEntry };
}

/** Entries of a group have the same text ids, so that the first of them stands for all. */
type Groups = {
  readonly shown: readonly ShownAttribute[];
  readonly groupOfEntry: Uint32Array;
  readonly firsts: Uint32Array;
};

function groupEntries(shown: readonly ShownAttribute[], entryCount: number): Groups {
  const table = new InternTable();
  const codes = shown.map(({ column }) => column.ofEntry);
  const firsts = new GrowingNumbers();
  const groupOfEntry = new Uint32Array(entryCount);
  for (let entry = 0; entry < entryCount; entry++) {
    let hash = 0;
    for (const ofEntry of codes) hash = mixHash(hash, ofEntry[entry] ?? 0);
    const group = table.intern(hash, (other) => {
      const first = firsts.at(other) ?? 0;
      return codes.every((ofEntry) => ofEntry[first] === ofEntry[entry]);
    });
    if (group === firsts.length) firsts.push(entry);
    groupOfEntry[entry] = group;
  }
  return { shown, groupOfEntry, firsts: firsts.numbers };
}

/** The same text may have several ids (`TextTable`): only bytes tell what is the same. */
class BlockTable {
  readonly #table = new InternTable();
  readonly #starts = new GrowingNumbers();
  readonly #writer: BerWriter;

  /** Takes room for all groups, as if no two were the same. */
  constructor(groups: readonly Groups[]) {
    let size = 0;
    for (const { shown, firsts } of groups) {
      for (const entry of firsts) size += tlvSize(attributesSize(shown, entry));
    }
    assertAddressable(size);
    this.#writer = new BerWriter(Buffer.allocUnsafeSlow(size));
    this.#starts.push(0);
  }

  get bytes(): Buffer {
    return this.#writer.bytes.subarray(0, this.#writer.at);
  }

  /** Where the block of that entry begins. */
  place(shown: readonly ShownAttribute[], entry: number): number {
    const writer = this.#writer;
    const { bytes, at: start } = writer;
    writer.header(berTag.sequence, attributesSize(shown, entry));
    writeAttributes(writer, shown, entry);
    const end = writer.at;
    let hash = end - start;
    for (let at = start; at < end; at++) hash = mixHash(hash, bytes[at] ?? 0);
    const block = this.#table.intern(hash, (other) => {
      const from = this.#starts.at(other) ?? 0;
      const to = this.#starts.at(other + 1) ?? 0;
      return bytes.compare(bytes, from, to, start, end) === 0;
    });
    if (block === this.#starts.length - 1) this.#starts.push(end);
    else writer.at = start;
    return this.#starts.at(block) ?? 0;
  }
}
