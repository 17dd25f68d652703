// What lines must agree on across the file: one line is one BAL × one attachment, and a BAL has one holder.
import { rattachementOf, type BalOperateur } from '../domain/bal-operateur.js';

export type LineConflict = {
  readonly kind: 'repeated' | 'divergent';
  readonly firstLine: number;
};

/**
 * Remembers the accepted lines as 24 bytes of numbers each, outside the JavaScript heap: an inventory may hold half a
 * million. Addresses are told apart by 64 bits of hash; at that size two of them clash once in a hundred million files.
 */
export class Attachments {
  /** Hash table, linear probing: 1 + number of the first entry of an address, or 0. */
  private slots = new Uint32Array(1024);
  private entries = new Uint32Array(512 * fieldCount);
  private entryCount = 0;

  /** Accepts the line or says which earlier one it contradicts. */
  add(bal: BalOperateur, line: number): LineConflict | undefined {
    const high = hashOf(bal.adresse, 0x9747b28c);
    const low = hashOf(bal.adresse, 0x811c9dc5);
    const identity = hashOf(identityOf(bal), 0);
    const rattachement = hashOf(rattachementOf(bal), 0);
    const slot = this.findSlot(high, low);
    const first = (this.slots[slot] ?? 0) - 1;
    if (first < 0) {
      this.slots[slot] = 1 + this.append([high, low, identity, rattachement, line, 0]);
      if (this.entryCount * 2 > this.slots.length) this.growSlots();
      return undefined;
    }
    let last = first;
    for (let entry = first; entry >= 0; entry = this.field(entry, nextField) - 1) {
      if (this.field(entry, rattachementField) === rattachement)
        return { kind: 'repeated', firstLine: this.field(entry, lineField) };
      last = entry;
    }
    if (this.field(first, identityField) !== identity)
      return { kind: 'divergent', firstLine: this.field(first, lineField) };
    const added = this.append([0, 0, identity, rattachement, line, 0]);
    this.entries[last * fieldCount + nextField] = 1 + added;
    return undefined;
  }

  /** The slot of an address, or the free one that it is to have. */
  private findSlot(high: number, low: number): number {
    const mask = this.slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.slots[slot] ?? 0) - 1;
      if (entry < 0) return slot;
      if (this.field(entry, highField) === high && this.field(entry, lowField) === low) return slot;
    }
  }

  private field(entry: number, field: number): number {
    return this.entries[entry * fieldCount + field] ?? 0;
  }

  private append(fields: readonly number[]): number {
    const start = this.entryCount * fieldCount;
    if (start === this.entries.length) {
      const grown = new Uint32Array(this.entries.length * 2);
      grown.set(this.entries);
      this.entries = grown;
    }
    this.entries.set(fields, start);
    return this.entryCount++;
  }

  private growSlots(): void {
    const firsts = this.slots.filter((first) => first > 0);
    this.slots = new Uint32Array(this.slots.length * 2);
    for (const first of firsts)
      this.slots[this.findSlot(this.field(first - 1, highField), this.field(first - 1, lowField))] =
        first;
  }
}

const [highField, lowField, identityField, rattachementField, lineField, nextField] = [
  0, 1, 2, 3, 4, 5,
] as const;
const fieldCount = 6;

function identityOf(bal: BalOperateur): string {
  const holder = `${bal.typeIdentifiantPp ?? ''}|${bal.identifiantPp ?? ''}`;
  return `${bal.typeBal}|${holder}|${bal.listeRouge ? 'o' : 'n'}`;
}

/** MurmurHash3 (32 bits) over UTF-16 code units, one at a time. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    let unit = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    unit = Math.imul((unit << 15) | (unit >>> 17), 0x1b873593);
    hash ^= unit;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
