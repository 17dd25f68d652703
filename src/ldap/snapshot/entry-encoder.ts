// Entries as they go out, in the pieces that `Segment` describes.
import type { ServedSchema } from '../schema/served-schema.js';
import {
  attributesSize,
  BerWriter,
  headerSize,
  listShown,
  sizeAt,
  writeAttributes,
  type ShownAttribute,
} from './attribute-encoder.js';
import type { CollectedColumn } from './column-builder.js';
import { DnParts, type Dns } from './dn-parts.js';
import { assertAddressable } from './growing.js';
import { internBlocks } from './intern-blocks.js';
import { noValue, type Segment } from './segment.js';

const sequence = 0x30;

export type EncodedEntries = Omit<Segment, 'docCount' | 'columns'>;

/** All entries in the order of docs. `entryOfDoc`: for each doc, the rank at which its entry came. */
export function encodeEntries(
  schema: ServedSchema,
  columns: readonly CollectedColumn[],
  dns: Dns,
  entryOfDoc: Uint32Array,
): EncodedEntries {
  const parts = (['kind', 'structure'] as const).map((part) => listShown(schema, columns, part));
  const { blocks, blockStarts, blocksOfEntry } = internBlocks(parts, entryOfDoc.length);
  const byDoc = (ofEntry: Uint32Array | undefined): Uint32Array =>
    entryOfDoc.map((entry) => ofEntry?.[entry] ?? 0);
  const kindOfDoc = byDoc(blocksOfEntry[0]);
  const structureOfDoc = byDoc(blocksOfEntry[1]);
  const names = new DnParts(schema, columns, dns);
  const sizes = new Uint32Array(entryOfDoc.length);
  for (let doc = 0; doc < sizes.length; doc++) {
    sizes[doc] =
      sizeAt(blockStarts, kindOfDoc[doc] ?? 0) + sizeAt(blockStarts, structureOfDoc[doc] ?? 0);
  }
  return {
    ...encodeOwn(listShown(schema, columns, 'own'), names, entryOfDoc, sizes),
    blocks,
    blockStarts,
    kindOfDoc,
    structureOfDoc,
    dnPrefix: names.prefix,
    dnSuffix: names.suffix,
    attributeMasks: maskAttributes(columns, entryOfDoc),
  };
}

/** `sharedSizes`: for each doc, what its two blocks take. */
function encodeOwn(
  shown: readonly ShownAttribute[],
  names: DnParts,
  entryOfDoc: Uint32Array,
  sharedSizes: Uint32Array,
): Pick<Segment, 'own' | 'ownStarts'> {
  const docCount = entryOfDoc.length;
  const ownStarts = new Uint32Array(docCount + 1);
  let total = 0;
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    const size = attributesSize(shown, entry);
    total += names.size(entry) + headerSize(size + (sharedSizes[doc] ?? 0)) + size;
    ownStarts[doc + 1] = total;
  }
  assertAddressable(total);
  const writer = new BerWriter(Buffer.allocUnsafeSlow(total));
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    names.write(writer, entry);
    writer.header(sequence, attributesSize(shown, entry) + (sharedSizes[doc] ?? 0));
    writeAttributes(writer, shown, entry);
  }
  return { own: writer.bytes, ownStarts };
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
