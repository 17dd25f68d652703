// What the first page reads: a bounded handful of rows, whatever the size of the country.
import type { EtatCas } from '../../../domain/cycle-inactivite.js';
import type { InspectionCertificats } from '../../../domain/certificat.js';
import type { Freshness } from '../../../domain/freshness.js';
import type { FeedState } from '../../../domain/feed-state.js';
import type { NombreBorne } from '../../../domain/nombre-borne.js';
import type { Db } from '../../../db/pool.js';
import {
  compterCasOuverts,
  compterEnvois,
  compterOperations,
  findArretsHygiene,
  type Comptes,
} from '../../../store/accueil.js';
import type { EtatEnvoi } from '../../../domain/avis.js';
import { countRessemblants } from '../../../store/domaine-ressemblant.js';
import { findChannel, type ChannelState } from '../../../store/feed-channel.js';
import { findPlanInForce, type Plan } from '../../../store/plan.js';
import { findLastRun, type ReconcileRun } from '../../../store/reconcile-run.js';

export type SourceFraiche = {
  readonly nom: string;
  readonly libelle: string;
  readonly estInventaire: boolean;
  readonly freshness: Freshness;
  /** Of the version in service: when it was generated, else loaded. */
  readonly date: Date | undefined;
  readonly lignes: number | undefined;
  /** French: why the last attempt did not succeed. */
  readonly echec: string | undefined;
  /** The load in service. */
  readonly loadId: number | undefined;
};

export type CompteDemandes = {
  /** Neither accepted, refused nor withdrawn: for a person to answer. */
  readonly enAttente: number;
  /** Of these and of the accepted ones, beyond the delay of the settings. */
  readonly enRetard: number;
};

export type AccueilOptions = {
  readonly db: Db;
  readonly now: () => Date;
  /** Needs the settings, which a page does not know. */
  readonly fraicheur: () => Promise<readonly SourceFraiche[]>;
  /** Needs the settings too. */
  readonly certificats: () => InspectionCertificats;
  /** Undefined: demandes are not served here. */
  readonly compterDemandes?: (() => Promise<CompteDemandes>) | undefined;
};

export type Faits = {
  readonly sources: readonly SourceFraiche[];
  readonly run: ReconcileRun | undefined;
  readonly plan: Plan | undefined;
  readonly operations: Comptes<FeedState>;
  readonly canal: ChannelState;
  readonly courriels: Comptes<EtatEnvoi>;
  readonly webhooks: Comptes<EtatEnvoi>;
  readonly cas: { readonly total: NombreBorne; readonly etats: ReadonlyMap<EtatCas, number> };
  readonly arretsHygiene: readonly string[];
  readonly demandes: CompteDemandes | undefined;
  readonly ressemblants: number;
  readonly certificats: InspectionCertificats;
};

export async function lireFaits(options: AccueilOptions): Promise<Faits> {
  const { db } = options;
  return {
    sources: await options.fraicheur(),
    run: await findLastRun(db),
    plan: await findPlanInForce(db),
    operations: await compterOperations(db),
    canal: await findChannel(db),
    courriels: await compterEnvois(db, 'avis'),
    webhooks: await compterEnvois(db, 'evenement_envoi'),
    cas: await compterCasOuverts(db),
    arretsHygiene: await findArretsHygiene(db),
    demandes: await options.compterDemandes?.(),
    ressemblants: (await countRessemblants(db)).aExaminer,
    certificats: options.certificats(),
  };
}
