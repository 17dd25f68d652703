// How far the sources that a verdict rests on can be trusted: what was never loaded cannot refuse, what is late says so.
import { judgeFreshness, type Freshness } from '../domain/freshness.js';
import type { LoadSource } from '../domain/source.js';
import type { FaitsSource } from '../store/verification.js';
import { warn, type Remark } from './verdict.js';

export type SourcesFreshness = Readonly<Record<LoadSource, Freshness>>;
export type AgesMaxHeures = Readonly<Record<LoadSource, number>>;

export function judgeSources(
  facts: Readonly<Partial<Record<LoadSource, FaitsSource>>>,
  ages: AgesMaxHeures,
  now: Date,
): SourcesFreshness {
  const judge = (source: LoadSource): Freshness =>
    judgeFreshness(freshnessFacts(source, facts[source] ?? {}), ages[source], now);
  return {
    bals: judge('bals'),
    professionnels: judge('professionnels'),
    identites: judge('identites'),
    finess: judge('finess'),
    'liste-blanche': judge('liste-blanche'),
    'adeli-rpps': judge('adeli-rpps'),
    inventaire: judge('inventaire'),
  };
}

function freshnessFacts(
  source: LoadSource,
  { enServiceDepuis, dernierContact, derniereTentative, echec }: FaitsSource,
): Parameters<typeof judgeFreshness>[0] {
  // The same inventory given again is no new load, and is fresh all the same.
  const since =
    source === 'inventaire' && enServiceDepuis !== undefined
      ? (dernierContact ?? enServiceDepuis)
      : enServiceDepuis;
  return {
    inServiceSince: dateOf(since),
    lastContactAt: dateOf(dernierContact),
    lastRunAt: dateOf(derniereTentative),
    lastFailure: echec,
  };
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/** One warning for each source in use that is absent or late. */
export function remarksOnSources(
  sources: readonly LoadSource[],
  freshness: SourcesFreshness,
): Remark[] {
  return sources.flatMap((source) => {
    const judged = freshness[source];
    switch (judged.kind) {
      case 'a-jour':
        return [];
      case 'jamais-chargee':
        return [
          warn(
            'SOURCE_ABSENTE',
            `La source ${source} n’a jamais été chargée (${judged.cause}) : ${withoutIt[source]}.`,
          ),
        ];
      case 'en-retard':
        return [
          warn(
            'SOURCE_EN_RETARD',
            `La source ${source} date de ${Math.round(judged.ageHours)} h : la réponse peut ignorer ce qui a changé depuis (${judged.cause}).`,
          ),
        ];
    }
  });
}

const withoutIt: Readonly<Record<LoadSource, string>> = {
  bals: 'les BAL publiées par les autres opérateurs sont inconnues',
  professionnels: 'ni le titulaire ni son exercice ne sont vérifiés',
  identites: 'les professionnels absents des fichiers en libre accès sont inconnus',
  finess: 'la fermeture de la structure n’est pas vérifiée',
  'liste-blanche': 'le domaine n’est pas vérifié',
  'adeli-rpps': 'le RPPS qui remplace un ADELI est inconnu',
  inventaire: 'vos propres BAL sont inconnues',
};

export function isLoaded(freshness: SourcesFreshness, source: LoadSource): boolean {
  return freshness[source].kind !== 'jamais-chargee';
}
