// The checks, from the question to the verdict: the API and the command line both come through here.
import type { Db } from '../db/pool.js';
import { readFaitsCreation, readFaitsTransfert } from '../store/verification.js';
import { judgeCreation, questionOf, type NormalizedCreation } from './creation.js';
import { readDemande, type DemandeCreation } from './demande.js';
import type { VerificationSettings } from './settings.js';
import {
  judgeTransfert,
  readTransfert,
  type DemandeTransfert,
  type NormalizedTransfert,
} from './transfert.js';
import type { Verdict } from './verdict.js';

export async function verifyCreation(
  db: Db,
  demande: DemandeCreation,
  settings: VerificationSettings,
  now: Date,
): Promise<Verdict<NormalizedCreation>> {
  const demandeLue = readDemande(demande);
  const facts = await readFaitsCreation(db, questionOf(demandeLue, settings), now);
  return judgeCreation(demandeLue, facts, settings, now);
}

export async function verifyTransfert(
  db: Db,
  demande: DemandeTransfert,
  settings: VerificationSettings,
  now: Date,
): Promise<Verdict<NormalizedTransfert>> {
  const demandeLue = readTransfert(demande);
  const facts = await readFaitsTransfert(db, demandeLue.source, demandeLue.cible);
  return judgeTransfert(demandeLue, facts, settings, now);
}
