// Users are told when their BAL passes 80, 90 and 100 % of its quota (EX_GBM_4470).
import type { NouvelAvis } from '../domain/avis.js';
import { suivreQuota, type SeuilQuota } from '../domain/seuil-quota.js';
import type { Db } from '../db/pool.js';
import { enqueueAvis } from '../store/avis.js';
import { listBalRemplies, noterSeuils, type BalRemplie } from '../store/avis-quota.js';
import { autresBal } from './avis.js';
import type { HygieneSettings } from './settings.js';

export type BilanQuota = {
  /** BAL told. */
  readonly seuils: number;
  /** BAL that fell back enough to be told again. */
  readonly rearmes: number;
  readonly avis: number;
};

/** One transaction, the caller's: a threshold is noted with its notice, or neither is. */
export async function avertirQuotas(
  db: Db,
  settings: HygieneSettings,
  now: Date,
): Promise<BilanQuota> {
  const bals = await listBalRemplies(db, settings.avisParPassageMax);
  const suites = bals.map((bal) => ({ bal, suite: suivreQuota(bal.seuil, bal.pourcent) }));
  const pleines = suites.filter(({ suite }) => suite.avis === 100).map(({ bal }) => bal.adresse);
  const autres = await autresBal(db, pleines, settings, now);
  const avis = suites.flatMap(({ bal, suite }) =>
    suite.avis === undefined
      ? []
      : avisQuota(bal, suite.avis, autres.get(bal.adresse) ?? [], settings),
  );
  const queued = await enqueueAvis(db, avis, now);
  await noterSeuils(
    db,
    suites.map(({ bal, suite }) => ({
      ...bal,
      seuil: suite.seuil,
      occasion: suite.avis === undefined ? bal.occasion : bal.occasion + 1,
    })),
    now,
  );
  const seuils = suites.filter(({ suite }) => suite.avis !== undefined).length;
  return { seuils, rearmes: suites.length - seuils, avis: queued };
}

/** A full BAL receives nothing: whoever else can act is told too. */
function avisQuota(
  bal: BalRemplie,
  seuil: SeuilQuota,
  autres: readonly string[],
  { contact, quota }: HygieneSettings,
): NouvelAvis[] {
  const secours = seuil === 100 ? [...autres, ...listOf(quota.administrateur)] : [];
  return [...new Set([bal.adresse, ...secours])].map((destinataire) => ({
    cle: `quota:${bal.adresse}:${seuil}:${bal.occasion + 1}:${destinataire}`,
    gabarit: `quota-${seuil}`,
    domaine: bal.domaine,
    adresse: bal.adresse,
    destinataire,
    donnees: {
      ...(contact !== undefined && { contact }),
      ...(autres.includes(destinataire) && { autreBal: true }),
      adresse: bal.adresse,
      part: bal.pourcent,
      taille: octets(bal.tailleOctets),
      quota: octets(bal.quotaOctets),
    },
  }));
}

function listOf(adresse: string | undefined): string[] {
  return adresse === undefined ? [] : [adresse];
}

function octets(n: number): string {
  const unites = ['octets', 'Ko', 'Mo', 'Go', 'To'];
  const rang = Math.min(unites.length - 1, Math.max(0, Math.floor(Math.log2(n || 1) / 10)));
  const valeur = n / 2 ** (10 * rang);
  return `${valeur.toLocaleString('fr-FR', { maximumFractionDigits: 1 })} ${unites[rang] ?? ''}`;
}
