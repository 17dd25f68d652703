// Is a source as recent as it should be, and if not, whose doing is it (pure).

export type FreshnessFacts = {
  /** Generation time of the version in service, else when it was loaded; undefined when never loaded. */
  readonly inServiceSince: Date | undefined;
  /** Last attempt that reached the publisher, whatever he answered. */
  readonly lastContactAt: Date | undefined;
  /** Last attempt of all. */
  readonly lastRunAt: Date | undefined;
  /** French, when the last attempt did not succeed. */
  readonly lastFailure: string | undefined;
};

export type Freshness =
  | { readonly kind: 'jamais-chargee'; readonly cause: string }
  | { readonly kind: 'a-jour' }
  /** `cause` says whether the publisher had nothing new or we could not fetch it. */
  | { readonly kind: 'en-retard'; readonly ageHours: number; readonly cause: string };

export function judgeFreshness(facts: FreshnessFacts, ageMaxHours: number, now: Date): Freshness {
  if (!facts.inServiceSince) {
    const cause =
      facts.lastFailure ?? (facts.lastRunAt ? 'aucune version publiée' : 'jamais demandée');
    return { kind: 'jamais-chargee', cause };
  }
  const ageHours = hoursBetween(facts.inServiceSince, now);
  if (ageHours <= ageMaxHours) return { kind: 'a-jour' };
  return { kind: 'en-retard', ageHours, cause: causeOf(facts, ageMaxHours, now) };
}

function causeOf(facts: FreshnessFacts, ageMaxHours: number, now: Date): string {
  if (facts.lastFailure !== undefined)
    return `la dernière tentative a échoué : ${facts.lastFailure}`;
  if (!facts.lastContactAt || hoursBetween(facts.lastContactAt, now) > ageMaxHours) {
    return "aucune tentative récente : lancez « annuaire-sync extract » ou vérifiez qu'il est planifié";
  }
  return "l'éditeur n'a rien publié de plus récent (dernière vérification réussie)";
}

function hoursBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 3_600_000;
}
