// The settings as a programme: which stages run by themselves, in which order, and what calls each of them.
import { gigue, type Appel, type VueEtape } from './due.js';
import { nomsEtapes, type NomEtape } from './etapes.js';
import { createHoraire, type Horaire } from './horaire.js';

export type ReglagesPlanification = {
  readonly fuseau: string;
  /** A cron expression; false: there is no daily chain. */
  readonly cycle: string | false;
  readonly etapes: Readonly<Record<NomEtape, string | false>>;
};

type Place =
  | { readonly kind: 'horaire'; readonly horaire: Horaire }
  /** `horaire`: that of the head of its chain. */
  | { readonly kind: 'suite'; readonly amont: NomEtape; readonly horaire: Horaire };

/** In the order of the chain. A stage that is not in it never runs by itself. */
export type Programme = ReadonlyMap<NomEtape, Place>;

/** `utiles`: the stages for which the other settings give something to do. */
export function programme(
  { fuseau, cycle, etapes }: ReglagesPlanification,
  utiles: ReadonlySet<NomEtape>,
): Programme {
  const places = new Map<NomEtape, Place>();
  let amont: NomEtape | undefined;
  const chaine = cycle === false ? undefined : createHoraire(cycle, fuseau);
  for (const nom of nomsEtapes) {
    const quand = etapes[nom];
    if (quand === false || !utiles.has(nom)) continue;
    if (quand !== 'cycle') {
      places.set(nom, { kind: 'horaire', horaire: createHoraire(quand, fuseau) });
    } else if (chaine) {
      const horaire = chaine;
      places.set(nom, amont ? { kind: 'suite', amont, horaire } : { kind: 'horaire', horaire });
      amont = nom;
    }
  }
  return places;
}

export function appelDe(
  nom: NomEtape,
  places: Programme,
  vues: ReadonlyMap<string, VueEtape>,
  { now, noeud, gigueMaxMs }: { now: Date; noeud: string; gigueMaxMs: number },
): Appel {
  const place = places.get(nom);
  const echeances = place?.horaire.autour(now) ?? { precedente: undefined, prochaine: undefined };
  if (place?.kind === 'suite') {
    const amont = vues.get(place.amont) ?? { dernier: undefined, estPris: false };
    return { kind: 'suite', amont, prochaine: echeances.prochaine };
  }
  return { kind: 'horaire', ...echeances, gigueMs: gigue(noeud, nom, echeances, gigueMaxMs) };
}
