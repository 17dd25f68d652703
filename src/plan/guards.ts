// What stops a plan: pure figures against limits.
import type { CodeGarde, GardePassee } from '../domain/plan.js';
import type { MesureDomaine } from '../store/plan-mesure.js';
import type { ReglagesGardes } from './settings.js';

export type MesureSource = {
  readonly ageHeures: number;
  readonly ageMaxHeures: number;
  readonly isRefused: boolean;
  /** Of an inventory made of several sources: which one is the oldest, which one was refused. */
  readonly laPlusVieille?: string | undefined;
  readonly refusee?: string | undefined;
};

export type Mesures = {
  /** Counted no further than the minimum. */
  readonly inventaireBals: number;
  readonly inventaire: MesureSource;
  readonly annuaire: MesureSource;
  readonly domaines: readonly MesureDomaine[];
};

/** What was accepted after this counts with what is proposed. */
export function debutDeFenetre(now: Date, { fenetreHeures }: ReglagesGardes): Date {
  return new Date(now.getTime() - fenetreHeures * 3_600_000);
}

/** The guards over their limit; none when the plan can be approved. */
export function evaluateGuards(mesures: Mesures, reglages: ReglagesGardes): GardePassee[] {
  return [
    ...inventaireMinimum(mesures, reglages),
    ...source('inventaire', 'L’inventaire', mesures.inventaire),
    ...source('annuaire', 'L’extraction des BAL publiées', mesures.annuaire),
    ...changements(mesures, reglages),
    ...suppressions(mesures, reglages),
    ...mesures.domaines.flatMap((domaine) => suppressionsDuDomaine(domaine, reglages)),
  ];
}

function inventaireMinimum(mesures: Mesures, { inventaireMin }: ReglagesGardes): GardePassee[] {
  if (mesures.inventaireBals >= inventaireMin) return [];
  return [
    passee(
      'inventaire-minimum',
      inventaireMin,
      mesures.inventaireBals,
      undefined,
    )(
      `L’inventaire ne compte que ${nombre(mesures.inventaireBals)} BAL ; le minimum réglé est ${nombre(inventaireMin)} (plan.gardes.inventaireMin).`,
    ),
  ];
}

function source(
  nom: 'inventaire' | 'annuaire',
  libelle: string,
  mesure: MesureSource,
): GardePassee[] {
  const { ageHeures, ageMaxHeures, isRefused, laPlusVieille, refusee } = mesure;
  const age = Math.ceil(ageHeures);
  return [
    ...(ageHeures > ageMaxHeures
      ? [
          passee(
            `${nom}-age`,
            ageMaxHeures,
            age,
            undefined,
          )(
            `${nommer(libelle, laPlusVieille)} a ${nombre(age)} h ; la limite est de ${nombre(ageMaxHeures)} h (${nom === 'inventaire' ? 'plan.gardes.inventaireAgeMaxHeures' : 'sources.bals.fraicheurMaxHeures'}).`,
          ),
        ]
      : []),
    ...(isRefused
      ? [
          passee(
            `${nom}-refuse`,
            0,
            1,
            undefined,
          )(
            `${nommer(libelle, refusee)} en service est dépassé${nom === 'inventaire' && refusee === undefined ? '' : 'e'} : la version suivante a été refusée (voir « annuaire-sync status »).`,
          ),
        ]
      : []),
  ];
}

function nommer(libelle: string, part: string | undefined): string {
  return part === undefined ? libelle : `La source d’inventaire « ${part} »`;
}

function changements({ domaines }: Mesures, reglages: ReglagesGardes): GardePassee[] {
  const { changementsMax } = reglages;
  const proposes = sum(domaines, 'changements');
  const decides = sum(domaines, 'changementsDecides');
  const total = proposes + decides;
  if (proposes === 0 || total <= changementsMax) return [];
  return [
    passee(
      'changements',
      changementsMax,
      total,
      undefined,
    )(
      `Le plan propose ${nombre(proposes)} opération${proposes > 1 ? 's' : ''}${mentionDecidees(decides, total, reglages)} ; la limite est de ${nombre(changementsMax)} (plan.gardes.changementsMax).`,
    ),
  ];
}

function suppressions({ domaines }: Mesures, reglages: ReglagesGardes): GardePassee[] {
  const proposees = sum(domaines, 'suppressions');
  const decidees = sum(domaines, 'suppressionsDecidees');
  const total = proposees + decidees;
  if (proposees === 0) return [];
  const compte = `${enClair(proposees)}${mentionDeplacements(sum(domaines, 'deplacements'))}${mentionDecidees(decidees, total, reglages)}`;
  const publiees = sum(domaines, 'publiees');
  const limitePart = limiteDePart(publiees, reglages.suppressionsPartMax, reglages);
  return [
    ...(total > reglages.suppressionsMax
      ? [
          passee(
            'suppressions',
            reglages.suppressionsMax,
            total,
            undefined,
          )(
            `Le plan propose ${compte} ; la limite est de ${nombre(reglages.suppressionsMax)} (plan.gardes.suppressionsMax).`,
          ),
        ]
      : []),
    ...(total > limitePart
      ? [
          passee(
            'suppressions-part',
            limitePart,
            total,
            undefined,
          )(
            `Le plan propose ${compte}, soit ${part(total, publiees)} de ce qui est publié ; la limite est de ${pourcent(reglages.suppressionsPartMax)}, donc ${nombre(limitePart)} (plan.gardes.suppressionsPartMax).`,
          ),
        ]
      : []),
  ];
}

function suppressionsDuDomaine(mesure: MesureDomaine, reglages: ReglagesGardes): GardePassee[] {
  const { domaine, suppressions: proposees, suppressionsDecidees: decidees, publiees } = mesure;
  const total = proposees + decidees;
  if (proposees === 0) return [];
  const compte = `${enClair(proposees)}${mentionDeplacements(mesure.deplacements)} dans le domaine ${domaine}${mentionDecidees(decidees, total, reglages)}`;
  const { domaineSuppressionsMax, domaineSuppressionsPartMax } = reglages;
  const limitePart = limiteDePart(publiees, domaineSuppressionsPartMax, reglages);
  return [
    ...(total > domaineSuppressionsMax
      ? [
          passee(
            'domaine-suppressions',
            domaineSuppressionsMax,
            total,
            domaine,
          )(
            `${compte} ; la limite est de ${nombre(domaineSuppressionsMax)} par domaine (plan.gardes.domaineSuppressionsMax).`,
          ),
        ]
      : []),
    ...(total > limitePart
      ? [
          passee(
            'domaine-suppressions-part',
            limitePart,
            total,
            domaine,
          )(
            `${compte}, soit ${part(total, publiees)} de ce qui y est publié ; la limite est de ${pourcent(domaineSuppressionsPartMax)}, donc ${nombre(limitePart)} (plan.gardes.domaineSuppressionsPartMax).`,
          ),
        ]
      : []),
  ];
}

/** As a number of deletions, so that every limit reads alike. */
function limiteDePart(publiees: number, partMax: number, reglages: ReglagesGardes): number {
  return Math.max(reglages.suppressionsPlancher, Math.floor(publiees * partMax));
}

function passee(
  garde: CodeGarde,
  limite: number,
  valeur: number,
  domaine: string | undefined,
): (message: string) => GardePassee {
  return (message) => ({
    garde,
    domaine,
    limite,
    valeur,
    message,
    domainesLeves: [],
    leveePar: undefined,
    leveeLe: undefined,
    motif: undefined,
  });
}

export type Levee = {
  readonly auteur: string;
  readonly le: Date;
  readonly motif: string;
  /** Undefined: everywhere. */
  readonly domaine: string | undefined;
};

/** Guards that count operations: without those of a domain, they may be back under their limit. */
const decomptes: Partial<Record<CodeGarde, (mesure: MesureDomaine) => number>> = {
  changements: (mesure) => mesure.changements + mesure.changementsDecides,
  suppressions: (mesure) => mesure.suppressions + mesure.suppressionsDecidees,
  'suppressions-part': (mesure) => mesure.suppressions + mesure.suppressionsDecidees,
};

/** The guards once a person has lifted them, for the whole plan or for one domain. */
export function lift(
  gardes: readonly GardePassee[],
  levee: Levee,
  domaines: readonly MesureDomaine[],
): GardePassee[] {
  const signature = {
    leveePar: levee.auteur,
    leveeLe: levee.le.toISOString(),
    motif: levee.motif,
  };
  const { domaine } = levee;
  return gardes.map((garde) => {
    if (garde.leveePar !== undefined && garde.domainesLeves.length === 0) return garde;
    if (domaine === undefined || garde.domaine === domaine) {
      return { ...garde, ...signature, domainesLeves: [] };
    }
    if (garde.domaine !== undefined || garde.domainesLeves.includes(domaine)) return garde;
    const domainesLeves = [...garde.domainesLeves, domaine];
    const compte = decomptes[garde.garde];
    const reste =
      compte === undefined
        ? garde.valeur
        : domaines
            .filter((mesure) => !domainesLeves.includes(mesure.domaine))
            .reduce((total, mesure) => total + compte(mesure), 0);
    const isUnder = compte !== undefined && reste <= garde.limite;
    return { ...garde, ...signature, domainesLeves: isUnder ? [] : domainesLeves };
  });
}

function sum(
  domaines: readonly MesureDomaine[],
  compte: Exclude<keyof MesureDomaine, 'domaine'>,
): number {
  return domaines.reduce((total, mesure) => total + mesure[compte], 0);
}

function mentionDeplacements(n: number): string {
  return n === 0 ? '' : ` (dont ${nombre(n)} de BAL qui restent publiées autrement)`;
}

function mentionDecidees(decidees: number, total: number, reglages: ReglagesGardes): string {
  const s = decidees > 1 ? 's' : '';
  return decidees === 0
    ? ''
    : `, et ${nombre(decidees)} déjà approuvée${s} (à envoyer, ou acceptée${s} depuis moins de ${nombre(reglages.fenetreHeures)} h) : ${nombre(total)} en tout`;
}

function enClair(suppressions: number): string {
  return `${nombre(suppressions)} suppression${suppressions > 1 ? 's' : ''}`;
}

function part(n: number, total: number): string {
  return total === 0 ? '100 %' : pourcent(n / total);
}

function pourcent(share: number): string {
  return `${(share * 100).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} %`;
}

function nombre(n: number): string {
  return n.toLocaleString('fr-FR');
}
