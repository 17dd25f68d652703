// What ends a case: its notices that did not leave are given up, its deletion is withdrawn if one was decided.
import {
  ajouterJours,
  originesDe,
  type CauseCloture,
  type EtatClos,
} from '../domain/cycle-inactivite.js';
import type { Db } from '../db/pool.js';
import { cancelAvis } from './avis.js';
import { referenceCas } from './cas-inactivite-avance.js';

export type Cloture = {
  readonly vers: EtatClos;
  readonly cause: CauseCloture;
  readonly now: Date;
  readonly conserveeJusqua?: Date | undefined;
  readonly auteur?: string | undefined;
  readonly motif?: string | undefined;
  readonly posteAdresse?: string | undefined;
  readonly posteAgent?: string | undefined;
};

/** In the caller's transaction. The numbers of the cases that were open and no longer are. */
export async function cloreCas(
  db: Db,
  ids: readonly number[],
  cloture: Cloture,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number; adresse: string; cles: string[] }>(
    `update cas_inactivite set etat = $2::text, cloture = $3::text, clos_le = $4::timestamptz, attente = null,
       conservee_jusqua = $5::timestamptz, auteur = $6::text, motif = $7::text, poste_adresse = $8::text,
       poste_agent = $9::text
     where id = any($1::bigint[]) and etat = any($10::text[])
     returning id::float8 as id, adresse, avis_cles || rappel_cles as cles`,
    [
      ids,
      cloture.vers,
      cloture.cause,
      cloture.now,
      cloture.conserveeJusqua ?? null,
      cloture.auteur ?? null,
      cloture.motif ?? null,
      cloture.posteAdresse ?? null,
      cloture.posteAgent ?? null,
      originesDe(cloture.vers),
    ],
  );
  if (rows.length === 0) return [];
  await cancelAvis(
    db,
    rows.flatMap(({ cles }) => cles),
    cloture.now,
  );
  await withdrawSuppressions(
    db,
    rows.map(({ id }) => referenceCas(id)),
    cloture.now,
  );
  return rows.map(({ id }) => id);
}

export type Conservation = {
  readonly now: Date;
  /** Until the next limit: a sign of life counts from the day it is given. */
  readonly limiteJours: number;
  readonly cause: 'opposition' | 'administrateur';
  readonly auteur: string;
  readonly motif: string | undefined;
  readonly posteAdresse?: string | undefined;
  readonly posteAgent?: string | undefined;
};

/** Somebody keeps the BAL, in the caller's transaction; false when the case was closed already. */
export async function conserverCas(
  db: Db,
  id: number,
  { limiteJours, ...conservation }: Conservation,
): Promise<boolean> {
  const clos = await cloreCas(db, [id], {
    ...conservation,
    vers: 'conservee',
    conserveeJusqua: ajouterJours(conservation.now, limiteJours),
  });
  return clos.length > 0;
}

/**
 * A plan that is being written holds `feed_operation`: the second statement waits for it and then sees what it proposed; one
 * that comes after sees the withdrawal. What is being sent goes on, and the next plan publishes the BAL again.
 */
async function withdrawSuppressions(
  db: Db,
  references: readonly string[],
  now: Date,
): Promise<void> {
  const { rows } = await db.query<{ adresse: string }>(
    `update suppression_decidee set withdrawn_at = $2::timestamptz
     where motif = 'INACTIVE' and reference = any($1::text[]) and withdrawn_at is null returning adresse`,
    [references, now],
  );
  if (rows.length === 0) return;
  await db.query(
    `update feed_operation set state = 'superseded'
     where adresse = any($1::text[]) and kind = 'delete' and motif = 'INACTIVE'
       and state in ('planned', 'approved', 'retry', 'held', 'dead')`,
    [rows.map(({ adresse }) => adresse)],
  );
}
