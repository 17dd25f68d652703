// What every format of the hygiene report starts from: the figures of each measured day, and those of each domain.
import {
  catalogueChiffres,
  partDe,
  type Base,
  type Chiffre,
  type Valeurs,
} from '../../domain/chiffre-hygiene.js';
import type { Db } from '../../db/pool.js';
import {
  findPremierJour,
  listJours,
  listValeurs,
  listVariations,
  type ValeurDomaine,
} from '../../store/mesure-lecture.js';

export type HygieneOptions = {
  readonly format: 'table' | 'csv' | 'json' | 'html';
  readonly operateur: string;
  readonly domaine: string | undefined;
  /** aaaa-mm-jj. */
  readonly depuis: string;
  readonly width: number;
  readonly now: Date;
  /** French sentences on the freshness of the sources. */
  readonly fraicheur: readonly string[];
};

export type Releve = {
  readonly jour: string;
  readonly mesureLe: Date;
  readonly nonEvalues: ReadonlySet<Chiffre>;
  readonly valeurs: Valeurs;
};

export type DomaineMesure = { readonly domaine: string; readonly valeurs: Valeurs };

export type Hygiene = {
  /** In the order of days; empty before the first reconciliation. */
  readonly releves: readonly Releve[];
  /** First day ever measured: nothing is known before. */
  readonly premierJour: string | undefined;
  /** Of the last day, the one that needs most attention first. */
  readonly domaines: readonly DomaineMesure[];
};

export async function readHygiene(db: Db, options: HygieneOptions): Promise<Hygiene> {
  const { depuis, domaine } = options;
  const jours = await listJours(db, depuis);
  const variations = await listVariations(db, depuis, domaine);
  const releves: Releve[] = [];
  const cumul = new Map<Chiffre | Base, number>();
  let suivante = 0;
  for (const { jour, mesureLe, nonEvalues } of jours) {
    for (let one = variations[suivante]; one && one.jour <= jour; one = variations[suivante]) {
      cumul.set(one.chiffre, (cumul.get(one.chiffre) ?? 0) + one.delta);
      suivante += 1;
    }
    releves.push({ jour, mesureLe, nonEvalues: new Set(nonEvalues), valeurs: new Map(cumul) });
  }
  const dernier = releves.at(-1);
  return {
    releves,
    premierJour: await findPremierJour(db),
    domaines: dernier ? parDomaine(await listValeurs(db, dernier.jour, domaine)) : [],
  };
}

function parDomaine(valeurs: readonly ValeurDomaine[]): DomaineMesure[] {
  const domaines = new Map<string, Map<Chiffre | Base, number>>();
  for (const { domaine, chiffre, valeur } of valeurs) {
    const siennes = domaines.get(domaine) ?? new Map<Chiffre | Base, number>();
    domaines.set(domaine, siennes.set(chiffre, valeur));
  }
  return [...domaines]
    .map(([domaine, siennes]) => ({ domaine, valeurs: siennes }))
    .sort((x, y) => attention(y) - attention(x) || (x.domaine < y.domaine ? -1 : 1));
}

/** What a domain has to settle: its BAL with a constat, its own faults, and the look-alikes of its name. */
export function attention({ valeurs }: DomaineMesure): number {
  const chiffres: readonly Chiffre[] = [
    'a_traiter',
    'domaines_hors_liste_blanche',
    'domaines_sans_bal',
    'domaines_ressemblants',
  ];
  return chiffres.reduce((sum, chiffre) => sum + (valeurs.get(chiffre) ?? 0), 0);
}

export type Tendance = {
  readonly valeur: number;
  readonly part: number | undefined;
  /** Against the measure of about 30 days before, or the first one; undefined when there is only one. */
  readonly ecart: number | undefined;
  readonly depuis: string | undefined;
};

const tendanceJours = 30;

/** Undefined when the figure was not evaluated on the last day. */
export function tendanceDe(chiffre: Chiffre, releves: readonly Releve[]): Tendance | undefined {
  const connus = releves.filter(({ nonEvalues }) => !nonEvalues.has(chiffre));
  const dernier = releves.at(-1);
  if (!dernier || connus.at(-1) !== dernier) return undefined;
  const limite = joursAvant(dernier.jour, tendanceJours);
  const avant = connus.findLast(({ jour }) => jour <= limite) ?? connus[0];
  const valeur = dernier.valeurs.get(chiffre) ?? 0;
  const isSeul = avant === undefined || avant === dernier;
  return {
    valeur,
    part: partDe(chiffre, dernier.valeurs),
    ecart: isSeul ? undefined : valeur - (avant.valeurs.get(chiffre) ?? 0),
    depuis: isSeul ? undefined : avant.jour,
  };
}

export function joursAvant(jour: string, n: number): string {
  return new Date(Date.parse(`${jour}T00:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);
}

export type Etat = 'bon' | 'a-surveiller' | 'mauvais' | 'neutre' | 'inconnu';

/** Whether it is good or bad: none left is good, fewer is worth watching, as many or more is bad. */
export function etatDe(chiffre: Chiffre, tendance: Tendance | undefined): Etat {
  if (!tendance) return 'inconnu';
  const { sens } = catalogueChiffres[chiffre];
  const { valeur, part, ecart = 0 } = tendance;
  switch (sens) {
    case 'neutre':
      return 'neutre';
    case 'plus':
      return part === undefined
        ? 'neutre'
        : part >= 0.99
          ? 'bon'
          : part >= 0.9
            ? 'a-surveiller'
            : 'mauvais';
    case 'moins':
      return valeur === 0 ? 'bon' : ecart < 0 ? 'a-surveiller' : 'mauvais';
  }
}
