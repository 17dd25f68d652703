// What an administrator asks at 8 a.m., read from the base and from the files beside it.
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { catalogueConstats, codesConstat, type GroupeConstat } from '../domain/constat.js';
import { echeanceDemande } from '../domain/demande.js';
import { readManifest } from '../ldap/snapshot/manifest.js';
import { lireDerniere, type DerniereSauvegarde } from '../sauvegarde/dernier.js';
import { countDemandes } from '../store/demande.js';
import { findCreationBase } from '../store/etat-base.js';
import { listNoeuds, type Noeud } from '../store/noeud.js';
import { listPassages, type Passage } from '../store/passage.js';
import {
  countEnvoisDepuis,
  countNouveauxConstats,
  findDernierCycle,
  findDerniereVerification,
  type DernierCycle,
  type DerniereTrace,
  type EnvoisDepuis,
} from '../store/statut.js';
import { lireFaits, type CompteDemandes, type Faits } from '../web/console/accueil/faits.js';
import { lireFraicheur } from './accueil-fraicheur.js';
import { lireCertificats } from './certificats.js';
import type { OpenProgram } from './program.js';

export type Instantane = {
  readonly construitLe: Date;
  readonly entrees: number;
  /** Of the extraction that it shows. */
  readonly extractionDu: Date | undefined;
};

/** Undefined: the base is the opérateur's, saved by his own means. */
export type Sauvegarde = { readonly derniere: DerniereSauvegarde | undefined } | undefined;

export type PlaceDisque = { readonly libres: number; readonly total: number };

export type Matin = {
  readonly accueil: Faits;
  /** The last run of each stage within a day, the first begun first. */
  readonly passages: readonly Passage[];
  readonly noeuds: readonly Noeud[];
  /** Opened within a day, by group. */
  readonly nouveaux: ReadonlyMap<GroupeConstat, number>;
  readonly envois: EnvoisDepuis;
  readonly cycle: DernierCycle | undefined;
  readonly verification: DerniereTrace | undefined;
  /** Of the base. */
  readonly creeeLe: Date | undefined;
  readonly instantane: Instantane | undefined;
  readonly disque: PlaceDisque | undefined;
  readonly sauvegarde: Sauvegarde;
};

const dayMs = 86_400_000;
/** A node that stopped as it should, or not, since yesterday is worth a line. */
const passagesMax = 200;

export async function lireMatin({ pool, settings }: OpenProgram, now: Date): Promise<Matin> {
  const hier = new Date(now.getTime() - dayMs);
  const accueil = await lireFaits({
    db: pool,
    now: () => now,
    fraicheur: () => lireFraicheur(pool, settings, now),
    compterDemandes: () => compterDemandes(pool, settings, now),
    certificats: () => lireCertificats(settings, now),
  });
  return {
    accueil,
    passages: derniers(await listPassages(pool, passagesMax), hier),
    noeuds: await listNoeuds(pool, hier),
    nouveaux: parGroupe(await countNouveauxConstats(pool, codesConstat, hier)),
    envois: await countEnvoisDepuis(pool, hier),
    cycle: await findDernierCycle(pool),
    verification: await findDerniereVerification(pool),
    creeeLe: await findCreationBase(pool),
    ...(await lireFichiers(settings)),
  };
}

/** What can be known without the base. */
export async function lireFichiers({
  dataDir,
  database,
}: Pick<Settings, 'dataDir' | 'database'>): Promise<
  Pick<Matin, 'instantane' | 'disque' | 'sauvegarde'>
> {
  const manifest = await readManifest(join(dataDir, 'ldap')).catch(() => undefined);
  const place = await statfs(dataDir).catch(() => undefined);
  return {
    instantane: manifest && {
      construitLe: manifest.builtAt,
      entrees: manifest.base.entryCount + (manifest.difference?.entryCount ?? 0),
      extractionDu: manifest.extractionDate,
    },
    sauvegarde: database.url === undefined ? { derniere: await lireDerniere(dataDir) } : undefined,
    disque: place && { libres: place.bavail * place.bsize, total: place.blocks * place.bsize },
  };
}

function derniers(passages: readonly Passage[], depuis: Date): Passage[] {
  const parEtape = new Map<string, Passage>();
  for (const passage of passages) {
    if (passage.commenceLe >= depuis && !parEtape.has(passage.etape)) {
      parEtape.set(passage.etape, passage);
    }
  }
  return [...parEtape.values()].reverse();
}

function parGroupe(
  parCode: Awaited<ReturnType<typeof countNouveauxConstats>>,
): Map<GroupeConstat, number> {
  const groupes = new Map<GroupeConstat, number>();
  for (const [code, n] of parCode) {
    const { groupe } = catalogueConstats[code];
    groupes.set(groupe, (groupes.get(groupe) ?? 0) + n);
  }
  return groupes;
}

async function compterDemandes(
  pool: Pool,
  { demandes: { delaiJours } }: Settings,
  now: Date,
): Promise<CompteDemandes> {
  const { parEtat, enRetard } = await countDemandes(pool, echeanceDemande(now, -delaiJours));
  const enAttente = (parEtat.get('recue') ?? 0) + (parEtat.get('en-examen') ?? 0);
  return { enAttente, enRetard };
}
