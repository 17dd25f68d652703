// What this opérateur served of the Annuaire to others: look-ups by LDAP and by the API, from what was counted (pure).
import type { CompteConsultations } from '../../store/consultation.js';
import { formatNombre, grid, wrap } from '../layout.js';
import type { Observation } from './modele.js';

export type ConsultationsServies = {
  readonly interface: 'ldap' | 'api';
  readonly libelle: string;
  readonly operation: string;
  readonly nombre: number;
  readonly reussites: number;
  readonly echecs: number;
  /** Entries of the directory that were given. */
  readonly entrees: number;
  /** Days on which there was any. */
  readonly jours: number;
  /** Means over the days observed. */
  readonly parJour: number;
  readonly parMois: number;
};

type Compte = Omit<CompteConsultations, 'compte'>;

const libelles = {
  ldap: 'Annuaire servi par LDAP aux carnets d’adresses',
  api: 'API servie à la plateforme de messagerie',
} as const;

const joursParMois = 365.25 / 12;

/** `observation`: of these counts, which are younger than those of the downloads. */
export function dresserConsultations(
  comptes: readonly Compte[],
  { jours: observes }: Observation,
): ConsultationsServies[] {
  const groupes = new Map<string, Compte[]>();
  for (const un of comptes) {
    const cle = `${un.interface}|${un.operation}`;
    const groupe = groupes.get(cle);
    if (groupe) groupe.push(un);
    else groupes.set(cle, [un]);
  }
  return [...groupes.values()].flatMap((groupe) => {
    const [premier] = groupe;
    if (!premier) return [];
    const nombre = somme(groupe, (un) => un.nombre);
    const reussites = somme(groupe, (un) => (estReussie(un) ? un.nombre : 0));
    const parJour = observes === 0 ? 0 : nombre / observes;
    return [
      {
        interface: premier.interface,
        libelle: libelles[premier.interface],
        operation: premier.operation,
        ...{ nombre, reussites, echecs: nombre - reussites },
        entrees: somme(groupe, (un) => un.entrees),
        jours: new Set(groupe.map(({ jour }) => jour)).size,
        ...{ parJour, parMois: parJour * joursParMois },
      },
    ];
  });
}

/** RFC 4511: success, and what was found up to the client's own limit (4); a comparison answers 5 or 6. Of HTTP, 2xx. */
function estReussie({ interface: par, resultat }: Compte): boolean {
  return par === 'ldap' ? ['0', '4', '5', '6'].includes(resultat) : /^2\d\d$/u.test(resultat);
}

function somme(groupe: readonly Compte[], de: (un: Compte) => number): number {
  return groupe.reduce((total, un) => total + de(un), 0);
}

export function consultationsLines(
  servies: readonly ConsultationsServies[],
  { premierJour, jours }: Observation,
  page: number,
): string[] {
  if (servies.length === 0) return [];
  const moyenne = (value: number): string =>
    value.toLocaleString('fr-FR', { maximumSignificantDigits: 3 });
  const tete = [
    ...['Service', 'Opération', 'Total', 'Réussies', 'Échecs'],
    ...['Entrées', 'Par jour', 'Par mois'],
  ];
  const rows = servies.map((une) => [
    une.interface === 'ldap' ? 'LDAP' : 'API',
    une.operation,
    ...[une.nombre, une.reussites, une.echecs, une.entrees].map(formatNombre),
    ...[une.parJour, une.parMois].map(moyenne),
  ]);
  return [
    '',
    ...wrap(
      `Consultations servies, comptées depuis le ${new Date(`${premierJour}T12:00:00Z`).toLocaleDateString('fr-FR')} (${formatNombre(jours)} ${jours > 1 ? 'jours' : 'jour'})`,
      page,
      '',
    ),
    ...grid([tete, ...rows], page - 2, 2).map((line) => `  ${line}`),
  ];
}
