// What lines must agree on across the file: one line is one BAL × one attachment, and a BAL has one holder.
import { rattachementOf, type BalOperateur } from '../domain/bal-operateur.js';

export type LineConflict =
  | { readonly kind: 'repeated'; readonly firstLine: number }
  | { readonly kind: 'divergent'; readonly firstLine: number; readonly columns: readonly string[] };

/** Remembers the lines that were accepted: about 150 bytes a BAL, since almost all have one line. */
export class Attachments {
  private readonly byAdresse = new Map<string, Seen>();

  /** Accepts the line or says which earlier one it contradicts. */
  add(bal: BalOperateur, line: number): LineConflict | undefined {
    const identity = identityOf(bal);
    const rattachement = rattachementOf(bal);
    const first = this.byAdresse.get(bal.adresse);
    if (first === undefined) {
      this.byAdresse.set(bal.adresse, { line, identity, rattachement, next: undefined });
      return undefined;
    }
    let last = first;
    for (let seen: Seen | undefined = first; seen !== undefined; seen = seen.next) {
      if (seen.rattachement === rattachement) return { kind: 'repeated', firstLine: seen.line };
      last = seen;
    }
    if (first.identity !== identity)
      return {
        kind: 'divergent',
        firstLine: first.line,
        columns: divergentColumns(first.identity, identity),
      };
    last.next = { line, identity: first.identity, rattachement, next: undefined };
    return undefined;
  }
}

const identityColumns = ['typeBal', 'typeIdentifiantPp', 'identifiantPp', 'listeRouge'] as const;

function identityOf(bal: BalOperateur): string {
  return [
    bal.typeBal,
    bal.typeIdentifiantPp ?? '',
    bal.identifiantPp ?? '',
    bal.listeRouge ? 'oui' : 'non',
  ].join('|');
}

function divergentColumns(first: string, second: string): readonly string[] {
  const theirs = second.split('|');
  const ours = first.split('|');
  return identityColumns.filter((_, index) => ours[index] !== theirs[index]);
}

type Seen = {
  readonly line: number;
  readonly identity: string;
  readonly rattachement: string;
  next: Seen | undefined;
};
