// The trace of what the API answered: who, when, from where, about what, the verdict. Never a body, never a name.
import type { Db } from '../db/pool.js';

export type ApiCall = {
  readonly at: Date;
  /** Undefined when nobody could be recognised. */
  readonly keyId: number | undefined;
  /** Network address. */
  readonly origine: string;
  readonly action: string;
  /** The address, the RPPS or the structure that it was about. */
  readonly objet: string | undefined;
  readonly status: number;
  readonly verdict: 'autorise' | 'refuse' | undefined;
  readonly codes: readonly string[];
  readonly dureeMs: number;
};

/**
 * One round trip: the trace, and the last use of the key. Its commit does not wait for the disk: a stop of this program or
 * of the server loses nothing, only that of the machine may lose its last second of traces.
 */
export async function insertApiCall(db: Db, call: ApiCall): Promise<void> {
  await db.query({
    name: 'api-call',
    text: `with souple as materialized (select set_config('synchronous_commit', 'off', true)),
      emploi as (update api_key set last_used_at = $1::timestamptz
        where id = $2::integer
          and (last_used_at is null or last_used_at < $1::timestamptz - interval '1 minute'))
      insert into api_call (at, key_id, origine, action, objet, status, verdict, codes, duree_ms)
      select $1::timestamptz, $2::integer, $3::text, $4::text, $5::text, $6::integer, $7::text,
        $8::text[], $9::integer
      from souple`,
    values: [
      call.at,
      call.keyId ?? null,
      call.origine,
      call.action,
      call.objet ?? null,
      call.status,
      call.verdict ?? null,
      call.codes,
      call.dureeMs,
    ],
  });
}

const deletedMax = 50_000;

/** Keeps the youngest `keptMax` calls; returns how many went, bounded at each call. Those at their term go with the purge. */
export async function trimApiCalls(db: Db, keptMax: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from api_call where id in (
       select id from api_call
       where id <= (select max(id) from api_call) - $1::bigint
       order by id limit ${deletedMax})`,
    [keptMax],
  );
  return rowCount ?? 0;
}
