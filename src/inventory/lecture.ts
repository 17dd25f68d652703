// What a source gives, whatever it is: a stream of right lines, and what is wrong with the others.
import type { BalOperateur } from '../domain/bal-operateur.js';
import type { SourceLoad } from '../store/source-load.js';
import type { InventaireReport } from './faults.js';

/** `rows` is read once; everything else is whole when it ends. */
export type Lecture = {
  readonly report: InventaireReport;
  /** What messages call it: the name of the file, or what the source is. */
  readonly nom: string;
  /** What an administrator corrects: « le fichier », « l’annuaire LDAP ». */
  readonly objet: string;
  /** Where it comes from, without secrets. */
  readonly origin: string;
  readonly version: string;
  /** Ends with `|` and the columns that it has, separated by commas (`columnsOfLayout`). */
  readonly layout: string;
  /** Columns that need not be there and are not. */
  readonly missingColumns: readonly string[];
  readonly sizeBytes: number;
  /** Lines or entries read, those at fault included. */
  readonly lineCount: number;
  /** Whether it is what is in service already, told before it is read. */
  isSameAs(inService: SourceLoad): boolean;
  rows(): AsyncGenerator<readonly BalOperateur[]>;
  close(): Promise<void>;
};

/** How a lecture is begun, under the lock of its source; `open` throws an AppError in French when it cannot be. */
export type Ouverture = {
  readonly origin: string;
  readonly open: (onProgress: (done: number, lines: number) => void) => Promise<Lecture>;
};
