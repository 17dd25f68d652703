// What the 8 o'clock screen asks that no other page does: what is new since yesterday, when things were last done.
import type { CodeConstat } from '../domain/constat.js';
import type { IssueTrace } from '../domain/trace.js';
import type { Db } from '../db/pool.js';

/** Findings that opened since, and still hold; each code has its index. */
export async function countNouveauxConstats(
  db: Db,
  codes: readonly CodeConstat[],
  depuis: Date,
): Promise<ReadonlyMap<CodeConstat, number>> {
  const { rows } = await db.query<{ code: CodeConstat; n: number }>(
    `select voulu.code, n.n from unnest($1::text[]) as voulu (code)
     cross join lateral (select count(*)::integer as n from constat
       where constat.code = voulu.code and closed_run_id is null
         and opened_at >= $2::timestamptz) as n
     where n.n > 0`,
    [codes, depuis],
  );
  return new Map(rows.map(({ code, n }) => [code, n]));
}

export type EnvoisDepuis = {
  /** Accepted by the ANS, and proven by an extraction or a reading. */
  readonly acceptees: number;
  readonly confirmees: number;
};

export async function countEnvoisDepuis(db: Db, depuis: Date): Promise<EnvoisDepuis> {
  const { rows } = await db.query<EnvoisDepuis>(
    `select count(*) filter (where accepted_at >= $1::timestamptz)::integer as acceptees,
       count(*) filter (where confirmed_at >= $1::timestamptz)::integer as confirmees
     from feed_operation where state in ('accepted', 'confirmed')`,
    [depuis],
  );
  return rows[0] ?? { acceptees: 0, confirmees: 0 };
}

export type DerniereTrace = { readonly at: Date; readonly issue: IssueTrace };

/**
 * The last check of the trail that said something of it: `reussite`, intact; else what it found. One that was stopped, or that the database
 * cut short, proves nothing. Contents erased at their term leave the outcome alone to tell. The text is not cast: somebody may have
 * altered it. Undefined: none was ever done.
 */
export async function findDerniereVerification(db: Db): Promise<DerniereTrace | undefined> {
  const { rows } = await db.query<DerniereTrace>(
    `select at, issue from trace where action = 'journal.verification'
       and (issue = 'reussite' or reponse is null or reponse like '%"estIntacte":false%')
     order by trace.at desc, sequence desc limit 1`,
  );
  return rows[0];
}

export type DernierCycle = {
  readonly startedAt: Date;
  /** Undefined: it is under way, or was killed. */
  readonly finishedAt: Date | undefined;
  /** French: why nobody advanced. */
  readonly arrets: readonly string[];
};

/** The last run of the cycle of inactive BAL. */
export async function findDernierCycle(db: Db): Promise<DernierCycle | undefined> {
  const { rows } = await db.query<Omit<DernierCycle, 'finishedAt'> & { finishedAt: Date | null }>(
    `select started_at as "startedAt", finished_at as "finishedAt", arrets
     from hygiene_run order by id desc limit 1`,
  );
  const [row] = rows;
  return row && { ...row, finishedAt: row.finishedAt ?? undefined };
}
