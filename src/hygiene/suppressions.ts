// The end of the cycle: cases whose delay is over are proposed for deletion, unless they are too many at once.
import { ajouterJours, deciderCas } from '../domain/cycle-inactivite.js';
import type { Db } from '../db/pool.js';
import { countDecidees, lockCas } from '../store/cas-inactivite.js';
import { deciderSuppressions, noterAttentes } from '../store/cas-inactivite-avance.js';
import type { Arret } from './monde.js';
import type { GardesSuppression, HygieneSettings } from './settings.js';

/** Who decided, as the plan shows it. */
export const auteurCycle = 'le cycle d’inactivité';

/** Undefined when the cases due, with those of the last hours, are within the limits. */
export async function jugerGarde(
  db: Db,
  dues: number,
  perCount: number,
  gardes: GardesSuppression,
  now: Date,
): Promise<Arret | undefined> {
  if (dues === 0) return undefined;
  const recentes = await countDecidees(db, ajouterJours(now, -gardes.fenetreHeures / 24));
  const total = dues + recentes;
  const part = perCount === 0 ? 1 : total / perCount;
  const { suppressionsMax, suppressionsPartMax, suppressionsPlancher } = gardes;
  const faute =
    total > suppressionsMax
      ? `au plus ${suppressionsMax} sont permises (hygiene.gardes.suppressionsMax)`
      : total > suppressionsPlancher && part > suppressionsPartMax
        ? `soit ${(part * 100).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} % des BAL PER, au plus ${suppressionsPartMax * 100} % (hygiene.gardes.suppressionsPartMax)`
        : undefined;
  if (faute === undefined) return undefined;
  const avant =
    recentes === 0 ? '' : ` (avec ${recentes} des ${gardes.fenetreHeures} dernières heures)`;
  return {
    code: 'SUPPRESSIONS',
    message:
      `${total} BAL inactives seraient proposées à la suppression${avant} : ${faute}. Aucune ne l’est. ` +
      'Lisez « annuaire-sync hygiene list --etat delai-en-cours », puis relancez avec --accept si c’est exact.',
    estLevable: true,
  };
}

/** Looks at them again, locked: somebody may have objected, or come back, since they were counted. */
export async function proposerSuppressions(
  db: Db,
  ids: readonly number[],
  settings: HygieneSettings,
  now: Date,
): Promise<number> {
  const encore = (await lockCas(db, ids)).filter(
    (cas) => deciderCas(cas, cas.vue, { kind: 'en-file' }, settings, now).kind === 'supprimer',
  );
  return deciderSuppressions(
    db,
    encore.map(({ id }) => id),
    now,
    auteurCycle,
  );
}

export function retenirParGarde(db: Db, ids: readonly number[]): Promise<void> {
  return noterAttentes(
    db,
    ids.map((id) => ({ id, raison: 'GARDE' })),
  );
}
