// A list of events (PATCH): one transaction, all or nothing, answered once for each key.
import { createHash } from 'node:crypto';
import type { Client, Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import type {
  FormatEvenements,
  ProblemeRecu,
  VerdictEvenements,
} from '../../domain/inventaire-recu.js';
import type { SourceInventaire } from '../../domain/source-inventaire.js';
import { codeOf } from '../../errors.js';
import { claimLot, findLot, insertLot } from '../../store/inventaire-lot.js';
import {
  findInventaireLoad,
  finishRun,
  startRun,
  versionEvenements,
  type RunEnd,
} from '../../store/source-load.js';
import { annoncerRefus } from '../annoncer.js';
import { applyEvenements, type Applied } from './apply-evenements.js';
import { readEvenements, type EvenementsLus } from './evenements.js';

export type LotRecu = {
  readonly source: SourceInventaire;
  readonly keyId: number;
  /** Name of the API's key. */
  readonly par: string;
  /** Idempotency-Key. */
  readonly cle: string;
  readonly format: FormatEvenements;
  readonly content: Buffer;
};

export type LotSettings = {
  readonly evenementsMax: number;
  readonly lignesParBalMax: number;
  /** Events dated before are refused. */
  readonly evenementJoursMax: number;
  /** For the inventory to be free, behind an import or another list. */
  readonly attenteMs: number;
  readonly garde: {
    readonly fenetreHeures: number;
    /** Of the BAL that the source had in service, over the window. */
    readonly suppressionsPartMax: number;
    /** Up to this number the share is not looked at. */
    readonly suppressionsPlancher: number;
  };
};

export type ReponseLot =
  | { readonly kind: 'verdict'; readonly verdict: VerdictEvenements; readonly isRepeated: boolean }
  /** The same key came with another content before. */
  | { readonly kind: 'autre-contenu' }
  /** The same key is being answered right now. */
  | { readonly kind: 'cle-en-cours' }
  /** The inventory is held by a long import. */
  | { readonly kind: 'occupe' };

export async function applyLot(
  pool: Pool,
  lot: LotRecu,
  settings: LotSettings,
  now: Date,
): Promise<ReponseLot> {
  const oldest = new Date(now.getTime() - settings.evenementJoursMax * 86_400_000);
  const empreinte = createHash('sha256').update(`${lot.format}\n`).update(lot.content).digest();
  const lus = readEvenements(lot.content, {
    format: lot.format,
    source: lot.source,
    evenementsMax: settings.evenementsMax,
    lignesMax: settings.lignesParBalMax,
    oldest,
    now,
  });
  try {
    return await transaction(pool, (client) =>
      answerOnce(client, { lot, lus, empreinte, settings, now }),
    );
  } catch (error) {
    // lock_not_available
    if (codeOf(error) === '55P03') return { kind: 'occupe' };
    throw error;
  }
}

export type Work = {
  readonly lot: LotRecu;
  readonly lus: EvenementsLus;
  readonly empreinte: Buffer;
  readonly settings: LotSettings;
  readonly now: Date;
};

async function answerOnce(client: Client, work: Work): Promise<ReponseLot> {
  const { lot, empreinte, now } = work;
  const cle = { source: lot.source.nom, keyId: lot.keyId, cle: lot.cle };
  if (!(await claimLot(client, cle))) return { kind: 'cle-en-cours' };
  const known = await findLot(client, cle);
  if (known)
    return known.empreinte.equals(empreinte)
      ? { kind: 'verdict', verdict: known.verdict, isRepeated: true }
      : { kind: 'autre-contenu' };
  const { verdict, perdues, loadId } = await judge(client, work);
  await recordRun(client, work, { verdict, loadId });
  // What depends on the moment may be asked again under the same key; what is said of the content is said for good.
  if (verdict.kind === 'applique' || verdict.kind === 'invalide')
    await insertLot(client, { ...cle, empreinte, verdict, recuLe: now, loadId, perdues });
  return { kind: 'verdict', verdict, isRepeated: false };
}

async function judge(client: Client, work: Work): Promise<Applied> {
  const { fautes, nombreFautes } = work.lus;
  if (nombreFautes === 0) return applyEvenements(client, work);
  return { verdict: invalid(fautes, nombreFautes), perdues: 0, loadId: undefined };
}

export function invalid(
  fautes: ProblemeRecu['fautes'],
  nombreFautes: number,
): VerdictEvenements & { readonly kind: 'invalide' } {
  return {
    kind: 'invalide',
    probleme: {
      code: 'EVENEMENTS_INVALIDES',
      message: `${nombreFautes} faute(s) : aucun événement n’a été appliqué. Corrigez-les, puis renvoyez la liste sous une autre clé.`,
      fautes,
      nombreFautes,
    },
  };
}

/** In the same transaction: an attempt is never open over a load that is in service. */
async function recordRun(
  client: Client,
  { lot, now }: Work,
  { verdict, loadId }: Pick<Applied, 'verdict' | 'loadId'>,
): Promise<void> {
  const runId = await startRun(client, 'inventaire', lot.source.nom);
  const end: RunEnd =
    verdict.kind === 'applique'
      ? { outcome: loadId === undefined ? 'unchanged' : 'loaded', loadId }
      : { outcome: 'refused', code: verdict.probleme.code, message: verdict.probleme.message };
  await finishRun(client, runId, { ...end, version: versionEvenements, origin: originOf(lot) });
  if (verdict.kind !== 'garde') return;
  // A platform asks again until it is let: it is told once for what is in service.
  const source = lot.source.nom;
  const inService = await findInventaireLoad(client, source);
  const { code, message } = verdict.probleme;
  const cle = `evenements:${source}:${inService?.id ?? 0}:${code}`;
  await annoncerRefus(client, { source, runId, code, message, cle }, now);
}

export function originOf({ par }: Pick<LotRecu, 'par'>): string {
  return `événements de « ${par} »`;
}
