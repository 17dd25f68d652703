// The runs of the scheduled stages. Whoever begins or ends one holds the advisory lock of its stage.
import type { Db } from '../db/pool.js';
import type { IssuePassage } from '../domain/etat-noeud.js';

/** Name of the advisory lock (`withAdvisoryLock`) of a stage. */
export function verrouDeEtape(etape: string): string {
  return `etape:${etape}`;
}

export type NouveauPassage = {
  readonly etape: string;
  readonly prevuLe: Date;
  readonly noeud: string;
  readonly pid: number;
  readonly correlation: string;
  /** One that was begun so many times is begun no more. */
  readonly tentativesMax: number;
};

export type FinPassage = {
  readonly issue: IssuePassage;
  readonly code: string | undefined;
  /** French. */
  readonly message: string;
  readonly exitCode: number | undefined;
};

export type Passage = {
  readonly id: string;
  readonly etape: string;
  readonly prevuLe: Date;
  readonly commenceLe: Date;
  readonly finiLe: Date | undefined;
  readonly noeud: string;
  readonly pid: number;
  readonly tentative: number;
  readonly issue: IssuePassage | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly correlation: string;
};

/**
 * Undefined: nothing is left to do, because this run ended well or for good, because a later one was begun, or because
 * it was begun too often. An older run that is begun again keeps its row.
 */
export async function commencerPassage(
  db: Db,
  passage: NouveauPassage,
  now: Date,
): Promise<{ readonly id: string; readonly tentative: number } | undefined> {
  const { etape, prevuLe, noeud, pid, correlation, tentativesMax } = passage;
  const { rows } = await db.query<{ id: string; tentative: number }>(
    `insert into passage (etape, prevu_le, commence_le, noeud, pid, correlation)
     select $1::text, $2::timestamptz, $3::timestamptz, $4::text, $5::integer, $6::uuid
     where not exists (select from passage where etape = $1::text
       and prevu_le > $2::timestamptz and prevu_le <= $3::timestamptz)
     on conflict (etape, prevu_le) do update
       set commence_le = excluded.commence_le, fini_le = null, issue = null, code = null,
         message = null, exit_code = null, noeud = excluded.noeud, pid = excluded.pid,
         correlation = excluded.correlation, tentative = passage.tentative + 1
       where passage.tentative < $7::integer
         and (passage.fini_le is null or passage.issue in ('echec', 'interrompu'))
     returning id::text as id, tentative`,
    [etape, prevuLe, now, noeud, pid, correlation, tentativesMax],
  );
  return rows[0];
}

/** False: the run is no longer this process's (its session was lost, another one took over). */
export async function finirPassage(
  db: Db,
  run: { readonly id: string; readonly tentative: number },
  fin: FinPassage,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passage set fini_le = greatest(commence_le, $3::timestamptz), issue = $4::text,
       code = $5::text, message = left($6::text, 2000), exit_code = $7::integer
     where id = $1::bigint and tentative = $2::integer and fini_le is null`,
    [run.id, run.tentative, now, fin.issue, fin.code ?? null, fin.message, fin.exitCode ?? null],
  );
  return rowCount === 1;
}

/** The end of a run whose process cannot write it any more. */
export async function finirPassageDe(
  db: Db,
  run: Pick<NouveauPassage, 'etape' | 'prevuLe' | 'noeud' | 'pid'>,
  fin: FinPassage,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passage set fini_le = greatest(commence_le, $5::timestamptz), issue = $6::text,
       code = $7::text, message = left($8::text, 2000), exit_code = $9::integer
     where etape = $1::text and prevu_le = $2::timestamptz and noeud = $3::text
       and pid = $4::integer and fini_le is null`,
    [
      run.etape,
      run.prevuLe,
      run.noeud,
      run.pid,
      now,
      fin.issue,
      fin.code ?? null,
      fin.message,
      fin.exitCode ?? null,
    ],
  );
  return rowCount === 1;
}

/** The last run of each stage that was due by `now`, and whether some process works on the stage at this moment. */
export async function listDerniersPassages(
  db: Db,
  etapes: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, { readonly dernier?: Passage; readonly estPris: boolean }>> {
  const { rows } = await db.query<LigneEtape>(
    `select voulue.etape as "nomEtape", ${colonnes},
       exists (select from pg_locks, hashtextextended('annuaire-sante-sync:etape:' || voulue.etape, 0) as cle
         where locktype = 'advisory' and granted and objsubid = 1
           and database = (select oid from pg_database where datname = current_database())
           and classid::bigint = (cle >> 32) & 4294967295
           and objid::bigint = cle & 4294967295) as "estPris"
     from unnest($1::text[]) as voulue (etape)
     left join lateral (select * from passage
       where passage.etape = voulue.etape and prevu_le <= $2::timestamptz
       order by prevu_le desc limit 1) as passage on true`,
    [etapes, now],
  );
  return new Map(
    rows.map(({ nomEtape, estPris, ...row }) => [
      nomEtape,
      { estPris, ...(row.id !== null && { dernier: passageOf({ ...row, id: row.id }) }) },
    ]),
  );
}

/** Newest first. */
export async function listPassages(db: Db, max: number): Promise<readonly Passage[]> {
  const { rows } = await db.query<LignePassage>(
    `select ${colonnes} from passage order by commence_le desc, id desc limit $1::integer`,
    [max],
  );
  return rows.map(passageOf);
}

/** Those that began before `avant` and of which a later one of their stage is known; at most `max`. */
export async function purgePassages(db: Db, avant: Date, max: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from passage where id in (select vieux.id from passage as vieux
       where vieux.commence_le < $1::timestamptz
         and exists (select from passage as suivant
           where suivant.etape = vieux.etape and suivant.prevu_le > vieux.prevu_le)
       order by vieux.commence_le limit $2::integer)`,
    [avant, max],
  );
  return rowCount ?? 0;
}

const colonnes = `passage.id::text as id, passage.etape, passage.prevu_le as "prevuLe",
  passage.commence_le as "commenceLe", passage.fini_le as "finiLe", passage.noeud, passage.pid,
  passage.tentative, passage.issue, passage.code, passage.message, passage.correlation`;

function passageOf({ finiLe, issue, code, message, ...row }: LignePassage): Passage {
  return {
    ...row,
    finiLe: finiLe ?? undefined,
    issue: issue ?? undefined,
    code: code ?? undefined,
    message: message ?? undefined,
  };
}

type LignePassage = Omit<Passage, 'finiLe' | 'issue' | 'code' | 'message'> & {
  readonly finiLe: Date | null;
  readonly issue: IssuePassage | null;
  readonly code: string | null;
  readonly message: string | null;
};

type LigneEtape = Omit<LignePassage, 'id'> & {
  readonly id: string | null;
  readonly nomEtape: string;
  readonly estPris: boolean;
};
