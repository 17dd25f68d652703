// Decisions that commands are about to make: what is left of one whose program died before it could trace it.
import { borner } from '../domain/trace-contenu.js';
import type { NouvelleTrace } from '../domain/trace.js';
import type { Db } from '../db/pool.js';

export type Intention = {
  readonly id: string;
  readonly hote: string;
  readonly pid: number;
  readonly commenceLe: Date;
  readonly trace: Omit<NouvelleTrace, 'issue' | 'reponse'>;
};

/** Secrets are masked as in the trail. */
export async function insertIntention(db: Db, intention: Intention): Promise<void> {
  const { action, auteur, objets, poste, correlation } = intention.trace;
  const { requete } = borner({ ...intention.trace, issue: 'echec' });
  const kept = {
    ...{ action, auteur, poste, correlation, objets: objets.slice(0, 20) },
    requete: requete === null ? undefined : (JSON.parse(requete) as unknown),
  };
  await db.query(
    `insert into trace_intention (id, commence_le, hote, pid, trace)
     values ($1::uuid, $2::timestamptz, $3::text, $4::integer, $5::jsonb)`,
    [
      intention.id,
      intention.commenceLe,
      intention.hote,
      intention.pid,
      JSON.stringify(kept).replaceAll('\\u0000', '\\ufffd'),
    ],
  );
}

/** False when somebody else took it meanwhile. */
export async function deleteIntention(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query(`delete from trace_intention where id = $1::uuid`, [id]);
  return rowCount === 1;
}

const intentionsMax = 100;

/** Of this machine, or older than `avant` wherever they come from; the oldest first. */
export async function listIntentions(db: Db, hote: string, avant: Date): Promise<Intention[]> {
  const { rows } = await db.query<Intention>(
    `select id, hote, pid, commence_le as "commenceLe", trace from trace_intention
     where hote = $1::text or commence_le < $2::timestamptz order by commence_le limit ${intentionsMax}`,
    [hote, avant],
  );
  return rows;
}
