// What the verdicts depend on besides the data.
import { createHash } from 'node:crypto';
import { UsageError } from '../errors.js';

export type DomaineDeclare = {
  readonly nom: string;
  /** idNatStruct of the structure that the domain belongs to, when declared. */
  readonly structure?: string | undefined;
};

export type ReconcileSettings = {
  readonly domaines: readonly DomaineDeclare[];
  readonly inactiviteJours: number;
  /** Regular expression (PostgreSQL's) of an address that the Annuaire accepts. */
  readonly motifAdresse: string;
  /** Days after which an accepted operation that no extraction shows is told; 7 unless set. */
  readonly confirmationJoursMax?: number | undefined;
};

// Raise it when a rule changes its mind on the same data: everything is then judged again.
const revisionRegles = 2;

/** Tells whether two runs judged by the same rules; independent of the order of the domains. */
export function fingerprintSettings(settings: ReconcileSettings): string {
  const domaines = settings.domaines
    .map((domaine) => [domaine.nom.toLowerCase(), domaine.structure?.toUpperCase() ?? ''])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  return createHash('sha256')
    .update(
      JSON.stringify([revisionRegles, domaines, settings.inactiviteJours, settings.motifAdresse]),
    )
    .digest('hex');
}

/** Refuses settings that no verdict can be given with. */
export function assertSettings(settings: ReconcileSettings): void {
  const { inactiviteJours } = settings;
  if (!Number.isInteger(inactiviteJours) || inactiviteJours < 1 || inactiviteJours > 365) {
    throw new UsageError(
      'REGLAGE_INACTIVITE',
      `reconcile.inactiviteJours vaut ${inactiviteJours} : indiquez un nombre entier de jours, de 1 à 365 (un an au plus : CNIL, délibération 2014-239).`,
    );
  }
  const vus = new Set<string>();
  for (const { nom } of settings.domaines) {
    const cle = nom.toLowerCase();
    if (vus.has(cle)) {
      throw new UsageError(
        'DOMAINE_EN_DOUBLE',
        `Le domaine ${cle} est déclaré deux fois dans operateur.domaines : n’en gardez qu’une ligne.`,
      );
    }
    vus.add(cle);
  }
}
