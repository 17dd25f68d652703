// What lines must agree on across the file: one line is one BAL × one attachment, and a BAL has one holder.
import { rattachementOf, type BalOperateur } from '../domain/bal-operateur.js';

export type LineConflict = {
  readonly kind: 'repeated' | 'divergent';
  readonly firstLine: number;
};

/** Remembers the accepted lines as numbers only (about 120 bytes a BAL): an inventory may hold half a million. */
export class Attachments {
  /** Address -> index of its first line in the lists below. */
  private readonly firstByAdresse = new Map<string, number>();
  private readonly lines: number[] = [];
  private readonly identities: number[] = [];
  private readonly rattachements: number[] = [];
  /** Index of the next line of the same address, or -1. */
  private readonly nexts: number[] = [];

  /** Accepts the line or says which earlier one it contradicts. */
  add(bal: BalOperateur, line: number): LineConflict | undefined {
    const identity = hashOf(identityOf(bal));
    const rattachement = hashOf(rattachementOf(bal));
    const first = this.firstByAdresse.get(bal.adresse);
    if (first === undefined) {
      this.firstByAdresse.set(bal.adresse, this.append(line, identity, rattachement));
      return undefined;
    }
    let last = first;
    for (let index = first; index !== -1; index = this.nexts[index] ?? -1) {
      if (this.rattachements[index] === rattachement) return this.conflict('repeated', index);
      last = index;
    }
    if (this.identities[first] !== identity) return this.conflict('divergent', first);
    this.nexts[last] = this.append(line, identity, rattachement);
    return undefined;
  }

  private append(line: number, identity: number, rattachement: number): number {
    this.lines.push(line);
    this.identities.push(identity);
    this.rattachements.push(rattachement);
    return this.nexts.push(-1) - 1;
  }

  private conflict(kind: LineConflict['kind'], index: number): LineConflict {
    return { kind, firstLine: this.lines[index] ?? 0 };
  }
}

function identityOf(bal: BalOperateur): string {
  const holder = `${bal.typeIdentifiantPp ?? ''}|${bal.identifiantPp ?? ''}`;
  return `${bal.typeBal}|${holder}|${bal.listeRouge ? 'o' : 'n'}`;
}

/** 52 bits of two multiplicative hashes: only lines of one address are ever compared. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}
