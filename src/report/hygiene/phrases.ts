// The figures in French words, the same in every format.
import { catalogueChiffres, type Base, type Chiffre } from '../../domain/chiffre-hygiene.js';
import { formatNombre } from '../layout.js';
import { etatDe, type Etat, type Tendance } from './modele.js';

/** The handful that matters first. */
export const principaux: readonly Chiffre[] = [
  'type_10',
  'orphelines',
  'perimees',
  'inactives',
  'quota_100',
  'non_publiees',
  'domaines_ressemblants',
  'operations_confirmees',
];

export const libellesBase: Readonly<Record<Base, string>> = {
  parc: 'BAL',
  per: 'BAL personnelles',
  inventaire: 'BAL hébergées',
  inventaire_per: 'BAL personnelles hébergées',
  publiees: 'BAL publiées',
  publiables: 'BAL publiables',
  quota_suivies: 'BAL dont le quota est connu',
  operations_acceptees: 'opérations acceptées',
};

export const libellesEtat: Readonly<Record<Etat, string>> = {
  bon: 'Bon',
  'a-surveiller': 'À surveiller',
  mauvais: 'À traiter',
  neutre: 'Pour information',
  inconnu: 'Non évalué',
};

const pourcent = new Intl.NumberFormat('fr-FR', { style: 'percent', maximumFractionDigits: 1 });

/** Never 0 % nor 100 % of what is not. */
export function formatPart(part: number | undefined): string {
  if (part === undefined) return '';
  if (part > 0 && part < 0.001) return `< ${pourcent.format(0.001)}`;
  if (part < 1 && part > 0.999) return `> ${pourcent.format(0.999)}`;
  return pourcent.format(part);
}

export function formatJour(jour: string): string {
  return jour.split('-').reverse().join('/');
}

/** « +3 depuis le 09/09/2026 », « stable depuis… »; empty when there is nothing to compare with. */
export function direTendance({ ecart, depuis }: Tendance): string {
  if (ecart === undefined || depuis === undefined) return 'première mesure';
  const quand = `depuis le ${formatJour(depuis)}`;
  if (ecart === 0) return `stable ${quand}`;
  return `${ecart > 0 ? '+' : '−'}${formatNombre(Math.abs(ecart))} ${quand}`;
}

/** What it means, whether it is good or bad, and what to do. */
export function direChiffre(chiffre: Chiffre, tendance: Tendance | undefined): string {
  const { sensPropre, action, sens } = catalogueChiffres[chiffre];
  const etat = etatDe(chiffre, tendance);
  if (!tendance || etat === 'inconnu') {
    return 'Une source nécessaire n’a jamais été chargée : voyez « annuaire-sync status ».';
  }
  if (sens === 'moins' && etat === 'bon') return 'Il n’y en a pas : c’est l’état attendu.';
  if (sens === 'plus' && tendance.part === undefined) {
    return 'Rien n’a été accepté par l’Annuaire depuis 30 jours : rien à confirmer.';
  }
  if (sens === 'plus' && etat === 'bon') return `${sensPropre} C’est l’état attendu.`;
  const jugement = etat === 'a-surveiller' ? 'Leur nombre baisse : continuez.' : '';
  return [sensPropre, sens === 'moins' ? jugement : '', action]
    .filter((one) => one !== '')
    .join(' ');
}

/** « de 12 340 BAL »; empty without a denominator. */
export function direBase(chiffre: Chiffre, valeurs: ReadonlyMap<string, number>): string {
  const { base } = catalogueChiffres[chiffre];
  return base === undefined
    ? ''
    : `de ${formatNombre(valeurs.get(base) ?? 0)} ${libellesBase[base]}`;
}

/** Where the curve begins, and why. */
export function direDebut(premierJour: string | undefined): string {
  return premierJour === undefined
    ? 'Aucune mesure encore : lancez « annuaire-sync reconcile ».'
    : `Les chiffres sont relevés à chaque rapprochement depuis le ${formatJour(premierJour)} ; ` +
        'les jours d’avant ne sont pas connus, ceux sans rapprochement n’ont pas de point.';
}
