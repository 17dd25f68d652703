// The DNs of entries, most of which follow from their first value and take no room.
import type { ServedSchema } from '../schema/served-schema.js';
import { sizeAt, tlvSize, type BerWriter } from './attribute-encoder.js';
import type { CollectedColumn } from './column-builder.js';
import { listFlag, noValue } from './segment.js';

/** DNs in UTF-8, one after the other in the order of entries; where each begins, and the length. */
export type Dns = { readonly encoded: Buffer; readonly starts: Uint32Array };

/** DNs, and which of them follow from the value that they begin with: all but those of odd addresses. */
export class DnParts {
  readonly prefix: Buffer;
  readonly suffix: Buffer;
  readonly #dns: Dns;
  readonly #rdn: CollectedColumn | undefined;

  constructor(schema: ServedSchema, columns: readonly CollectedColumn[], dns: Dns) {
    this.#dns = dns;
    const rdn = schema.attributes[schema.rdnIndex];
    this.prefix = Buffer.from(`${rdn?.name ?? ''}=`);
    // Readers find the value in the first attribute.
    this.#rdn = schema.rdnIndex === 0 && rdn?.part === 'own' ? columns[0] : undefined;
    this.suffix = this.#findSuffix();
  }

  /** What follows the value in the first DN that begins with one. */
  #findSuffix(): Buffer {
    const { encoded, starts } = this.#dns;
    for (let entry = 0; entry + 1 < starts.length; entry++) {
      const start = (starts[entry] ?? 0) + this.prefix.length + this.#valueSize(entry);
      const suffix = encoded.subarray(start, starts[entry + 1]);
      if (this.#rdn && suffix.length > 0 && this.#beginsWithValue(entry))
        return Buffer.from(suffix);
    }
    return Buffer.alloc(0);
  }

  /** 0 for one that is left out. */
  size(entry: number): number {
    return this.#follows(entry) ? 0 : tlvSize(sizeAt(this.#dns.starts, entry));
  }

  write(writer: BerWriter, entry: number): void {
    if (!this.#follows(entry)) writer.octets(this.#dns.encoded, this.#dns.starts, entry);
  }

  #follows(entry: number): boolean {
    const { encoded, starts } = this.#dns;
    const { prefix, suffix } = this;
    const size = prefix.length + this.#valueSize(entry) + suffix.length;
    if (!this.#rdn || sizeAt(starts, entry) !== size) return false;
    const end = starts[entry + 1] ?? 0;
    return (
      isSame(suffix, 0, encoded, end - suffix.length, suffix.length) && this.#beginsWithValue(entry)
    );
  }

  #beginsWithValue(entry: number): boolean {
    const { encoded, starts } = this.#dns;
    const { prefix } = this;
    const start = starts[entry] ?? 0;
    const code = this.#valueCode(entry);
    if (!this.#rdn || code === noValue) return false;
    const valueStart = this.#rdn.encodedStarts[code] ?? 0;
    return (
      isSame(prefix, 0, encoded, start, prefix.length) &&
      isSame(this.#rdn.encoded, valueStart, encoded, start + prefix.length, this.#valueSize(entry))
    );
  }

  #valueSize(entry: number): number {
    const code = this.#valueCode(entry);
    return this.#rdn && code !== noValue ? sizeAt(this.#rdn.encodedStarts, code) : 0;
  }

  /** Text id of the first value. */
  #valueCode(entry: number): number {
    const code = this.#rdn?.ofEntry[entry] ?? noValue;
    if (code < listFlag || code === noValue) return code;
    return this.#rdn?.lists[code - listFlag + 1] ?? noValue;
  }
}

function isSame(
  left: Buffer,
  leftAt: number,
  right: Buffer,
  rightAt: number,
  size: number,
): boolean {
  for (let i = 0; i < size; i++) if (left[leftAt + i] !== right[rightAt + i]) return false;
  return true;
}
