// The guards of a plan in front of a person who decides: lifted with a reason, or in the way.
import { estLevee, retient, type GardePassee } from '../domain/plan.js';
import type { Client } from '../db/pool.js';
import { RefusedError } from '../errors.js';
import { insertDecision, type CompteChoisi } from '../store/plan-decision.js';
import type { MesureDomaine } from '../store/plan-mesure.js';
import { updateGardes, type Plan } from '../store/plan.js';
import { lift } from './guards.js';

export type Passage = {
  readonly auteur: string;
  readonly now: Date;
  /** The reason; undefined: the guards stay as they are. */
  readonly override: string | undefined;
  /** Undefined: everywhere. */
  readonly domaine: string | undefined;
  readonly cle: string | undefined;
};

export function addGuards(
  known: readonly GardePassee[],
  now: readonly GardePassee[],
): GardePassee[] {
  const isKnown = (garde: GardePassee): boolean =>
    known.some((other) => other.garde === garde.garde && other.domaine === garde.domaine);
  return [...known, ...now.filter((garde) => !isKnown(garde))];
}

/** The guards, lifted when the options say so; the lifting is traced. */
export async function overrule(
  client: Client,
  plan: Plan,
  passees: readonly GardePassee[],
  mesures: readonly MesureDomaine[],
  { override, domaine, auteur, now, cle }: Passage,
): Promise<readonly GardePassee[]> {
  if (override === undefined || passees.every(estLevee)) return passees;
  const gardes = lift(passees, { auteur, le: now, motif: override, domaine }, mesures);
  await updateGardes(client, plan.id, gardes, gardes.every(estLevee) ? 'ouvert' : 'bloque');
  const concernees = mesures.filter(
    (mesure) => domaine === undefined || mesure.domaine === domaine,
  );
  await insertDecision(client, {
    planId: plan.id,
    auteur,
    le: now,
    action: 'override',
    filtre: {
      ...(domaine === undefined ? {} : { domaine }),
      gardes: passees.map((g) => g.garde),
    },
    raison: override,
    nombre: concernees.reduce((sum, { changements }) => sum + changements, 0),
    cle,
  });
  return gardes;
}

/** @throws RefusedError `PLAN_BLOQUE` */
export function assertNotBlocked(
  gardes: readonly GardePassee[],
  comptes: readonly CompteChoisi[],
): void {
  const bloquantes = gardesBloquantes(gardes, comptes);
  if (bloquantes.length === 0) return;
  const shown = bloquantes.slice(0, 20).map(({ message }) => `  - ${message}`);
  const more = bloquantes.length > 20 ? `\n  … et ${bloquantes.length - 20} autres` : '';
  throw new RefusedError(
    'PLAN_BLOQUE',
    `Le plan est bloqué, rien n’a été décidé :\n${shown.join('\n')}${more}\n` +
      'Relisez ce que ces gardes arrêtent. Si c’est voulu, relancez avec « --override "la raison" » ' +
      '(avec « --domaine D » pour un domaine seulement) ; la raison et votre nom sont gardés.',
  );
}

/** Those that stand in the way of something of the choice. */
export function gardesBloquantes(
  gardes: readonly GardePassee[],
  comptes: readonly { readonly domaine: string }[],
): GardePassee[] {
  const domaines = [...new Set(comptes.map(({ domaine }) => domaine))];
  return gardes.filter((garde) => domaines.some((domaine) => retient(garde, domaine)));
}
