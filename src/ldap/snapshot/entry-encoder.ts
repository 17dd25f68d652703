// Entries as they go out, in the pieces that `Segment` describes.
import { contentEnd, contentStart } from '../ber/bounds.js';
import { berTag } from '../ber/tag.js';
import type { ServedSchema } from '../schema/served-schema.js';
import {
  attributesSize,
  BerWriter,
  headerSize,
  listShown,
  writeAttributes,
  type ShownAttribute,
} from './attribute-encoder.js';
import type { CollectedColumn } from './column-builder.js';
import { DnParts, type Dns } from './dn-parts.js';
import { assertAddressable } from './growing.js';
import { internBlocks } from './intern-blocks.js';
import { noValue, type Segment } from './segment.js';

export type EncodedEntries = Omit<Segment, 'docCount' | 'columns'>;

/** All entries in the order of docs. `entryOfDoc`: for each doc, the rank at which its entry came. */
export function encodeEntries(
  schema: ServedSchema,
  columns: readonly CollectedColumn[],
  dns: Dns,
  entryOfDoc: Uint32Array,
): EncodedEntries {
  const parts = (['kind', 'structure'] as const).map((part) => listShown(schema, columns, part));
  const { blocks, startsOfEntry } = internBlocks(parts, entryOfDoc.length);
  const pieces = new Uint32Array(entryOfDoc.length * 3 + 1);
  for (const [part, starts] of startsOfEntry.entries()) {
    for (let doc = 0; doc < entryOfDoc.length; doc++) {
      pieces[doc * 3 + part + 1] = starts[entryOfDoc[doc] ?? 0] ?? 0;
    }
  }
  const names = new DnParts(schema, columns, dns);
  const shown = listShown(schema, columns, 'own');
  return {
    own: encodeOwn({ shown, names, entryOfDoc, blocks }, pieces),
    blocks,
    pieces,
    dnPrefix: names.prefix,
    dnSuffix: names.suffix,
    attributeMasks: maskAttributes(columns, entryOfDoc),
  };
}

type OwnParts = {
  readonly shown: readonly ShownAttribute[];
  readonly names: DnParts;
  readonly entryOfDoc: Uint32Array;
  readonly blocks: Buffer;
};

/** Own pieces; where they begin goes to `pieces`, which says already where blocks do. */
function encodeOwn({ shown, names, entryOfDoc, blocks }: OwnParts, pieces: Uint32Array): Buffer {
  const docCount = entryOfDoc.length;
  const sizes = new Uint32Array(docCount);
  let total = 0;
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    const own = attributesSize(shown, entry);
    const kind = pieces[doc * 3 + 1] ?? 0;
    const structure = pieces[doc * 3 + 2] ?? 0;
    const size = own + contentSize(blocks, kind) + contentSize(blocks, structure);
    sizes[doc] = size;
    pieces[doc * 3] = total;
    total += names.size(entry) + headerSize(size) + own;
  }
  pieces[docCount * 3] = total;
  assertAddressable(total);
  const writer = new BerWriter(Buffer.allocUnsafeSlow(total));
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    names.write(writer, entry);
    writer.header(berTag.sequence, sizes[doc] ?? 0);
    writeAttributes(writer, shown, entry);
  }
  return writer.bytes;
}

function contentSize(bytes: Buffer, at: number): number {
  return contentEnd(bytes, at) - contentStart(bytes, at);
}

/** Bit i for attribute i, operational or not. */
function maskAttributes(columns: readonly CollectedColumn[], entryOfDoc: Uint32Array): Uint32Array {
  const masks = new Uint32Array(entryOfDoc.length);
  for (const [index, { ofEntry }] of columns.entries()) {
    for (let doc = 0; doc < masks.length; doc++) {
      if (ofEntry[entryOfDoc[doc] ?? 0] !== noValue) masks[doc] = (masks[doc] ?? 0) | (1 << index);
    }
  }
  return masks;
}
