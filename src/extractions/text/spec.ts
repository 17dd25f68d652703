// How one national text file (header line, `|`, no quoting: they are not CSV) becomes rows of a line table.

export type TextColumn = {
  /** Column of the line table. */
  readonly column: string;
  /** Accepted header cells, the published spelling first; compared without case, accents and double spaces. */
  readonly headers: readonly string[];
  /** A file without it is refused; otherwise the column stays null. */
  readonly isNeeded: boolean;
  /** A line where this cell is empty is rejected. */
  readonly isFilled?: true;
};

export type TextFileSpec = {
  /** What messages call the file. */
  readonly file: string;
  readonly table: 'bal_annuaire' | 'activite' | 'savoir_faire' | 'identite';
  readonly columns: readonly TextColumn[];
  /** Header cells that we know and deliberately do not keep; any other is reported as unknown. */
  readonly skipped: readonly string[];
  /** Columns kept apart, once for each distinct set of values, under `structure_hash` of the line. */
  readonly structure?: {
    readonly table: 'structure_exercice';
    readonly columns: readonly TextColumn[];
  };
  /** Column whose cell is a mail address: lower-cased as key, its domain beside it. */
  readonly addressColumn?: string;
  /** Raised when this description changes, so that hashes of earlier loads are not compared with new ones. */
  readonly revision: number;
  /** What source_change.kind the value of `changeColumn` is. */
  readonly change: { readonly kind: 'adresse' | 'titulaire'; readonly column: string };
};

/** A column kept under a name of ours. */
export function needed(column: string, ...headers: readonly string[]): TextColumn {
  return { column, headers, isNeeded: true };
}

export function optional(column: string, ...headers: readonly string[]): TextColumn {
  return { column, headers, isNeeded: false };
}

export function filled(column: string, ...headers: readonly string[]): TextColumn {
  return { column, headers, isNeeded: true, isFilled: true };
}
