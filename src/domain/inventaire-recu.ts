// What a mail platform sends of the inventory over HTTP, and what came of it.

export const formatsInventaire = ['ndjson', 'csv'] as const;
export type FormatInventaire = (typeof formatsInventaire)[number];

export type FauteRecue = {
  /** Of the content, from 1. */
  readonly ligne?: number;
  /** Place in the list of events, from 0. */
  readonly evenement?: number;
  /** Undefined when the whole line or event is at fault. */
  readonly champ?: string;
  readonly code: string;
  /** French. */
  readonly message: string;
};

export type ProblemeRecu = {
  readonly code: string;
  /** French: what to do. */
  readonly message: string;
  /** The first ones. */
  readonly fautes: readonly FauteRecue[];
  readonly nombreFautes: number;
};

/** Of what is kept and answered. */
export const fautesMontreesMax = 100;

/** `refuse`: the content or a guard; `echec`: the service; `interrompu`: the program stopped. Nothing was changed then. */
export type EtatImport = 'en-cours' | 'charge' | 'inchange' | 'refuse' | 'echec' | 'interrompu';

export type CompteImport = {
  readonly lignes: number;
  readonly lignesRejetees: number;
  /** In service afterwards, the closed ones left out. */
  readonly bals: number;
  readonly lignesOuvertes: number;
  readonly lignesFermees: number;
  readonly lignesActualisees: number;
};

/** How the content is to be read. */
export type LectureRecue = {
  /** What the media type said; undefined: detected. */
  readonly encodage?: 'utf-8' | 'windows-1252' | undefined;
  /** Wrong lines are left aside. */
  readonly ignorerFautives: boolean;
};

/** One snapshot received. */
export type ImportRecu = {
  readonly id: number;
  readonly source: string;
  readonly format: FormatInventaire;
  readonly etat: EtatImport;
  readonly recuLe: Date;
  readonly termineLe: Date | undefined;
  readonly instantaneLe: Date | undefined;
  /** Decompressed. */
  readonly octets: number;
  /** Of the decompressed content, hexadecimal. */
  readonly sha256: string;
  readonly lecture: LectureRecue;
  readonly chargement: number | undefined;
  readonly compte: CompteImport | undefined;
  readonly avertissements: readonly string[];
  readonly probleme: ProblemeRecu | undefined;
  /** Name of the file kept while an administrator can accept what a guard refused. */
  readonly fichier: string | undefined;
  readonly acceptePar: string | undefined;
};

/** A JSON list, or one event per line. */
export type FormatEvenements = 'json' | 'ndjson';

export const typesEvenement = ['creee', 'modifiee', 'supprimee'] as const;
export type TypeEvenement = (typeof typesEvenement)[number];

/** Which of two events about one BAL is the newer one. */
export type RangEvenement = {
  /** Microseconds since 1970. */
  readonly horodatageUs: bigint;
  readonly sequence: number;
};

export function compareRangs(a: RangEvenement, b: RangEvenement): number {
  if (a.horodatageUs !== b.horodatageUs) return a.horodatageUs < b.horodatageUs ? -1 : 1;
  return a.sequence - b.sequence;
}

export type CompteEvenements = {
  readonly evenements: number;
  readonly appliques: number;
  /** Older than what is known of their BAL. */
  readonly perimes: number;
  /** BAL created, changed and deleted in the end; an event that changes nothing is in none of them. */
  readonly balsCreees: number;
  readonly balsModifiees: number;
  readonly balsSupprimees: number;
};

/** What a list of events is answered, again for the same key. */
export type VerdictEvenements =
  | {
      readonly kind: 'applique';
      /** Undefined: nothing changed. */
      readonly chargement?: number | undefined;
      readonly compte: CompteEvenements;
      readonly avertissements: readonly string[];
    }
  | { readonly kind: 'invalide' | 'garde' | 'sans-instantane'; readonly probleme: ProblemeRecu };
