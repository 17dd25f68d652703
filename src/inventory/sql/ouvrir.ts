// A select on a PostgreSQL as a source of the inventory: its columns bear the inventory's names.
import {
  openForeignSelect,
  type ForeignColumn,
  type ForeignSelect,
} from '../../db/foreign-select.js';
import type { SourceInventaire } from '../../domain/source-inventaire.js';
import { UsageError } from '../../errors.js';
import { inventaireColumnNames, readHeader, type InventaireColumn } from '../columns.js';
import { LectureFlux, type Enregistrement } from '../flux.js';
import type { FluxContext } from '../ldap/ouvrir.js';
import type { Ouverture } from '../lecture.js';
import { assertTypes, toCell } from './cellules.js';
import { describeSqlUrl, explainSqlFault } from './faults.js';

export type SourceSql = {
  readonly url: string;
  readonly requete: string;
  readonly totalMs: number;
  readonly requeteMaxMs: number;
};

export function ouvrirSql(
  sql: SourceSql,
  source: SourceInventaire,
  { now, limits, signal }: FluxContext,
): Ouverture {
  const origin = describeSqlUrl(sql.url);
  return {
    origin,
    open: async (onProgress) => {
      const select = await begin(sql, origin, signal);
      try {
        const { columns, places, unknown } = readColumns(select.columns);
        return new LectureFlux({
          nom: `la requête sur ${origin}`,
          objet: 'les données, ou la requête',
          origin,
          source,
          columns,
          nommer: (column) => column,
          mot: 'ligne',
          lots: lireLignes(select, places, sql, origin),
          remarques: () => unknown,
          fermer: () => select.close(),
          now,
          limits,
          signal,
          onProgress,
        });
      } catch (error) {
        await select.close();
        throw error;
      }
    },
  };
}

async function begin(
  sql: SourceSql,
  origin: string,
  signal: AbortSignal | undefined,
): Promise<ForeignSelect> {
  try {
    return await openForeignSelect({
      url: sql.url,
      select: sql.requete,
      statementMs: sql.requeteMaxMs,
      totalMs: sql.totalMs,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw explainSqlFault(error, origin, sql);
  }
}

type Place = { readonly place: number; readonly column: ForeignColumn };

type Columns = {
  readonly columns: readonly InventaireColumn[];
  readonly places: readonly Place[];
  /** French sentences. */
  readonly unknown: readonly string[];
};

/** @throws UsageError when a column that is needed is absent, or one is there twice. */
function readColumns(foreign: readonly ForeignColumn[]): Columns {
  const header = readHeader(foreign.map(({ name }) => name));
  const missing = header.missingNeeded.map((name) => `la colonne « ${name} » manque`);
  const repeated = header.repeated.map((name) => `la colonne « ${name} » y est deux fois`);
  const faults = [...missing, ...repeated];
  if (faults.length > 0)
    throw new UsageError(
      'SQL_COLONNES',
      `La requête ne donne pas un inventaire : ${faults.join(' ; ')}. Nommez ses colonnes par « as » : ${inventaireColumnNames.join(', ')}.`,
    );
  const places = [...header.places].flatMap(([name, place]) => {
    const column = foreign[place];
    return column ? [{ name, place, column }] : [];
  });
  assertTypes(places);
  return {
    columns: places.map(({ name }) => name),
    places,
    unknown: header.unknown.map(
      ({ name, closest }) =>
        `Colonne inconnue « ${name} », ignorée` +
        (closest === undefined ? '.' : ` : vouliez-vous dire « ${closest} » ?`),
    ),
  };
}

async function* lireLignes(
  select: ForeignSelect,
  places: readonly Place[],
  sql: SourceSql,
  origin: string,
): AsyncGenerator<readonly Enregistrement[]> {
  try {
    for await (const rows of select.rows())
      yield rows.map((row) => ({
        place: undefined,
        lignes: [places.map(({ place, column }) => toCell(row[place] ?? null, column.typeOid))],
        fautes: [],
      }));
  } catch (error) {
    throw explainSqlFault(error, origin, sql);
  }
}
