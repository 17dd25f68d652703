// Tells the programs of the opérateur what an import found or why it was refused.
import type { Db } from '../db/pool.js';
import type { CreationsInterdites } from '../store/bal-operateur.js';
import { publishEvenement } from '../store/evenement.js';

/** PER without an identified professional that the previous import did not have (EX_GBM_4312). */
export async function annoncerType10(
  db: Db,
  loadId: number,
  { nombre, adresses }: CreationsInterdites,
  now: Date,
): Promise<void> {
  if (nombre === 0) return;
  await publishEvenement(
    db,
    {
      type: 'type10.detecte',
      cle: `type10.detecte:${loadId}`,
      // The first ones: « annuaire-sync report » has them all.
      donnees: { chargement: loadId, nombre, adresses },
    },
    now,
  );
}

const messageCharsMax = 500;

export type Refus = {
  /** Name of the source of the inventory. */
  readonly source: string;
  /** The attempt. */
  readonly runId: number;
  readonly code: string;
  readonly message: string;
  /** The same refusal asked for again and again is told once; undefined: each attempt is. */
  readonly cle?: string;
};

export async function annoncerRefus(
  db: Db,
  { source, runId, code, message, cle = String(runId) }: Refus,
  now: Date,
): Promise<void> {
  const [debut = ''] = message.split('\n');
  await publishEvenement(
    db,
    {
      type: 'inventaire.refuse',
      cle: `inventaire.refuse:${cle}`,
      donnees: { tentative: runId, source, code, message: debut.slice(0, messageCharsMax) },
    },
    now,
  );
}
