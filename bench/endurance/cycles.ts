// What the daemon did meanwhile, by its own account: a load on nothing proves nothing.
import type { Pool } from '../../src/db/pool.js';

export type Cycles = {
  readonly done: number;
  readonly failed: readonly string[];
  /** Of each run of `push`, in order: the requests that it sent. */
  readonly sent: readonly number[];
};

/** A refusal counts as a failure too: nothing here is for a guard to refuse. */
export async function readCycles(pool: Pool): Promise<Cycles> {
  const { rows } = await pool.query<{
    etape: string;
    issue: string | null;
    message: string | null;
    sent: number;
  }>(
    `select p.etape, p.issue, p.message, case when p.etape <> 'push' then 0 else
       (select count(*)::integer from feed_attempt a
        where a.outcome <> 'read' and a.started_at between p.commence_le and p.fini_le) end as sent
     from passage p where p.fini_le is not null order by p.id`,
  );
  const failed = rows.filter(({ issue }) => issue !== 'reussite');
  return {
    done: rows.length,
    failed: failed.map(({ etape, issue, message }) => `${etape} : ${issue} ${message ?? ''}`),
    sent: rows.filter(({ etape }) => etape === 'push').map(({ sent }) => sent),
  };
}

/** A `push` that comes ahead of the plan of its minute sends nothing, and the next one sends both: never two in a row. */
export function findIdlePushes({ sent }: Pick<Cycles, 'sent'>): string[] {
  if (sent.every((count) => count === 0)) return ['rien n’a été envoyé'];
  const idle = sent.filter((count, index) => count === 0 && sent[index - 1] === 0).length;
  return idle === 0 ? [] : [`${idle} envois n’ont rien envoyé, ni celui d’avant`];
}
