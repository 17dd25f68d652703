// What was asked of each interface of the Annuaire over a period, from what was counted (pure).
import { interfacesAnnuaire, type InterfaceAnnuaire } from '../../domain/interface-annuaire.js';
import { isRequete, type OperationUsage } from '../../domain/usage-interface.js';
import type { CompteUsage, PeriodeUsage } from '../../store/usage-interface.js';

export const pasUsage = ['jour', 'semaine', 'mois'] as const;
export type PasUsage = (typeof pasUsage)[number];

export type Comptage = {
  readonly nombre: number;
  readonly reussites: number;
  readonly inchanges: number;
  readonly redirections: number;
  readonly echecs: number;
  /** Bytes; of a « chargement », lines. */
  readonly volume: number;
  readonly premierLe: Date;
  readonly dernierLe: Date;
};

export type UsageOperation = Comptage & {
  readonly operation: OperationUsage;
  readonly hote: string;
  /** Days on which it was used. */
  readonly jours: number;
  /** Means over the days observed. */
  readonly parJour: number;
  readonly parSemaine: number;
  readonly parMois: number;
  readonly maximum: { readonly jour: string; readonly nombre: number };
};

export type UsageInterface = InterfaceAnnuaire & {
  /** Set up today, used or not. */
  readonly estReglee: boolean;
  readonly operations: readonly UsageOperation[];
};

export type Observation = {
  /** Days of the period on which anything could be counted, the first and the last included. */
  readonly premierJour: string;
  readonly dernierJour: string;
  readonly jours: number;
};

/** Without what is neither set up nor used. `reglees`: see `cleInterface`. */
export function dresserInterfaces(
  comptes: readonly CompteUsage[],
  reglees: ReadonlySet<string>,
  observation: Observation,
): UsageInterface[] {
  return interfacesAnnuaire
    .map((declaree) => {
      const siens = comptes.filter((compte) => cleInterface(compte) === cleInterface(declaree));
      return {
        ...declaree,
        estReglee: reglees.has(cleInterface(declaree)),
        operations: grouper(siens, ({ operation, hote }) => `${operation}|${hote}`)
          .map((groupe) => surOperation(groupe, observation))
          .sort((x, y) => Number(isRequete(y.operation)) - Number(isRequete(x.operation))),
      };
    })
    .filter(({ estReglee, operations }) => estReglee || operations.length > 0);
}

export function cleInterface(
  one: Pick<InterfaceAnnuaire, 'interface'> & { readonly source: string },
): string {
  return `${one.interface}|${one.source}`;
}

export type UsagePas = Comptage &
  Pick<CompteUsage, 'interface' | 'source' | 'hote' | 'operation'> & {
    /** 2026-10-09, 2026-S41, 2026-10. */
    readonly periode: string;
  };

/** The same counts, by day, week (ISO 8601) or month. */
export function detailler(comptes: readonly CompteUsage[], pas: PasUsage): UsagePas[] {
  const periodeDe = (jour: string): string =>
    pas === 'jour' ? jour : pas === 'mois' ? jour.slice(0, 7) : semaineDe(jour);
  return grouper(comptes, (compte) =>
    [periodeDe(compte.jour), cleInterface(compte), compte.hote, compte.operation].join('|'),
  ).map((groupe) => {
    const [{ jour, interface: nom, source, hote, operation }] = groupe;
    return { periode: periodeDe(jour), interface: nom, source, hote, operation, ...somme(groupe) };
  });
}

/** ISO 8601: a week belongs to the year of its Thursday. */
export function semaineDe(jour: string): string {
  const date = new Date(`${jour}T00:00:00Z`);
  const jeudi = date.getTime() + (4 - (date.getUTCDay() || 7)) * dayMs;
  const annee = new Date(jeudi).getUTCFullYear();
  const rang = 1 + Math.floor((jeudi - Date.UTC(annee, 0, 1)) / (7 * dayMs));
  return `${annee}-S${String(rang).padStart(2, '0')}`;
}

/** From the first day that anything was counted, when it is later than what is asked. */
export function observer(
  { premierJour, dernierJour }: PeriodeUsage,
  premierCompte: string | undefined,
): Observation {
  const premier =
    premierCompte !== undefined && premierCompte > premierJour ? premierCompte : premierJour;
  const ms = Date.parse(dernierJour) - Date.parse(premier);
  const jours = premierCompte === undefined ? 0 : Math.max(0, Math.round(ms / dayMs) + 1);
  return { premierJour: premier, dernierJour, jours };
}

const dayMs = 86_400_000;
const joursParMois = 365.25 / 12;

type Groupe = readonly [CompteUsage, ...CompteUsage[]];

function surOperation(groupe: Groupe, { jours: observes }: Observation): UsageOperation {
  const [{ operation, hote }] = groupe;
  const total = somme(groupe);
  const parJour = observes === 0 ? 0 : total.nombre / observes;
  const jours = grouper(groupe, ({ jour }) => jour).map((un) => ({
    jour: un[0].jour,
    nombre: somme(un).nombre,
  }));
  const maximum = jours.reduce((plus, un) => (un.nombre > plus.nombre ? un : plus));
  return {
    ...{ operation, hote, ...total, jours: jours.length, maximum },
    ...{ parJour, parSemaine: parJour * 7, parMois: parJour * joursParMois },
  };
}

function grouper(comptes: readonly CompteUsage[], cle: (compte: CompteUsage) => string): Groupe[] {
  const groupes = new Map<string, [CompteUsage, ...CompteUsage[]]>();
  for (const compte of comptes) {
    const groupe = groupes.get(cle(compte));
    if (groupe) groupe.push(compte);
    else groupes.set(cle(compte), [compte]);
  }
  return [...groupes.values()];
}

function somme(groupe: Groupe): Comptage {
  const de = (...issues: readonly CompteUsage['issue'][]): number =>
    groupe.reduce((total, { issue, nombre }) => total + (issues.includes(issue) ? nombre : 0), 0);
  const instants = groupe.flatMap(({ premierLe, dernierLe }) => [
    premierLe.getTime(),
    dernierLe.getTime(),
  ]);
  return {
    nombre: groupe.reduce((total, { nombre }) => total + nombre, 0),
    reussites: de('reussite'),
    inchanges: de('inchange'),
    redirections: de('redirection'),
    echecs: de('refus', 'indisponible', 'coupee', 'sans-reponse'),
    volume: groupe.reduce((total, { volume }) => total + volume, 0),
    premierLe: new Date(Math.min(...instants)),
    dernierLe: new Date(Math.max(...instants)),
  };
}
