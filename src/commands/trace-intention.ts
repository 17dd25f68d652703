// A decision of the command line and its trace are two transactions, and a run of the program writes and sends long before its own: what is
// about to be done is written first, so that a kill before the trace still leaves one.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { transaction } from '../db/transaction.js';
import type { Pool } from '../db/pool.js';
import type { ActionTracee, NouvelleTrace } from '../domain/trace.js';
import { codeOf } from '../errors.js';
import { recordTrace } from '../store/journal.js';
import {
  deleteIntention,
  insertIntention,
  listIntentions,
  type Intention,
} from '../store/trace-intention.js';

/** They change nothing here. */
const sansIntention: readonly ActionTracee[] = [
  'consultation',
  'recherche',
  'export',
  'journal.verification',
  // The backup itself would hold it, and the restored base take it for a run that was killed.
  'sauvegarde',
  'sauvegarde.verification',
];

/** Its number; undefined for what needs none. */
export async function annoncerIntention(
  pool: Pool,
  trace: Intention['trace'],
  now: Date,
): Promise<string | undefined> {
  if (sansIntention.includes(trace.action)) return undefined;
  await reprendreIntentions(pool, now);
  const id = randomUUID();
  const place = { hote: hostname(), pid: process.pid, commenceLe: now };
  await insertIntention(pool, { id, ...place, trace });
  return id;
}

/** The trace takes the place of the intention, or neither does. */
export function tracerIntention(
  pool: Pool,
  id: string,
  trace: NouvelleTrace | undefined,
  now: Date,
): Promise<void> {
  return transaction(pool, async (db) => {
    await deleteIntention(db, id);
    if (trace) await recordTrace(db, trace, now);
  });
}

// No command lasts as long: its machine died, or has another name.
const oubliMs = 86_400_000;

/** Traces those whose program is no more: nobody knows what came of them but the table of the decision. */
export async function reprendreIntentions(pool: Pool, now: Date): Promise<void> {
  const avant = new Date(now.getTime() - oubliMs);
  for (const { id, hote, pid, commenceLe, trace } of await listIntentions(
    pool,
    hostname(),
    avant,
  )) {
    if (hote === hostname() && commenceLe >= avant && isAlive(pid)) continue;
    await transaction(pool, async (db) => {
      if (!(await deleteIntention(db, id))) return;
      const reponse = {
        faute: 'INTERROMPU',
        message: trace.auteur.genre === 'programme' ? passageArrete : decisionArretee,
        commenceLe: commenceLe.toISOString(),
      };
      await recordTrace(db, { ...trace, issue: 'echec', reponse }, now);
    });
  }
}

const decisionArretee =
  'Le programme s’est arrêté avant de tracer cette action : elle a pu être faite, sa table le dit.';
const passageArrete =
  'Le programme s’est arrêté avant la fin de ce passage : ce qu’il avait fait jusque-là (chargement, envois, effacements) reste fait, ' +
  'et ses tables le disent.';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
