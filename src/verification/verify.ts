// The checks, from the question to the verdict: the API and the command line both come through here.
import type { Db } from '../db/pool.js';
import { readFaitsCreation, readFaitsTransfert } from '../store/verification.js';
import { judgeCreation, questionOf, type CreationNormalisee } from './creation.js';
import { readDemande, type DemandeCreation } from './demande.js';
import type { ReglagesVerification } from './reglages.js';
import {
  judgeTransfert,
  readTransfert,
  type DemandeTransfert,
  type TransfertNormalise,
} from './transfert.js';
import type { Verdict } from './verdict.js';

export async function verifyCreation(
  db: Db,
  demande: DemandeCreation,
  reglages: ReglagesVerification,
  now: Date,
): Promise<Verdict<CreationNormalisee>> {
  const lue = readDemande(demande);
  const faits = await readFaitsCreation(db, questionOf(lue, reglages), now);
  return judgeCreation(lue, faits, reglages, now);
}

export async function verifyTransfert(
  db: Db,
  demande: DemandeTransfert,
  reglages: ReglagesVerification,
  now: Date,
): Promise<Verdict<TransfertNormalise>> {
  const lue = readTransfert(demande);
  const faits = await readFaitsTransfert(db, lue.source, lue.cible);
  return judgeTransfert(lue, faits, reglages, now);
}
