// What the routes of the inventory need of it: the program that builds both gives them the real one (inventory/http).
import type {
  FormatEvenements,
  FormatInventaire,
  ImportRecu,
  LectureRecue,
  VerdictEvenements,
} from '../../domain/inventaire-recu.js';

export type InventairePort = {
  /** Names of the http sources. */
  readonly sources: readonly string[];
  /** Undefined: a snapshot of this source, or too many of others, are under way. */
  reserve(source: string): { readonly release: () => void } | undefined;
  /** Takes the file over. */
  importInstantane(recu: {
    readonly source: string;
    readonly keyId: number;
    readonly par: string;
    readonly path: string;
    readonly format: FormatInventaire;
    readonly octets: number;
    readonly sha256: string;
    readonly lecture: LectureRecue;
    readonly recuLe: Date;
    readonly instantaneLe: Date | undefined;
  }): Promise<
    | { readonly kind: 'parti'; readonly id: number; readonly fini: Promise<void> }
    | { readonly kind: 'occupe' }
  >;
  findImport(id: number): Promise<ImportRecu | undefined>;
  applyLot(lot: {
    readonly source: string;
    readonly keyId: number;
    readonly par: string;
    readonly cle: string;
    readonly format: FormatEvenements;
    readonly content: Buffer;
  }): Promise<
    | {
        readonly kind: 'verdict';
        readonly verdict: VerdictEvenements;
        readonly isRepeated: boolean;
      }
    | { readonly kind: 'autre-contenu' | 'cle-en-cours' | 'occupe' }
  >;
};
