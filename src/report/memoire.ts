// The memory of the directory, told about one address.
import type { Presence } from '../store/bal-annuaire.js';
import { formatDate } from './layout.js';

/** French sentences: when the BAL was published, since when it is absent, what is not known. */
export function raconter(presences: readonly Presence[]): string[] {
  if (presences.length === 0) return ['Jamais vue dans une extraction de l’Annuaire.'];
  return presences.map(raconterPresence);
}

function raconterPresence(presence: Presence): string {
  const { depuis, isDepuisPremiere, derniereVue, absenteDepuis, isTrou, modifications } = presence;
  const debut = isDepuisPremiere
    ? `Publiée dès la première extraction reçue (${formatDate(depuis.date)})`
    : `Publiée depuis l’extraction du ${formatDate(depuis.date)}`;
  const modifiee =
    modifications.length === 0
      ? ''
      : `, modifiée dans ${modifications.length > 1 ? 'celles' : 'celle'} du ${modifications
          .map(({ date }) => formatDate(date))
          .join(', du ')}`;
  if (!absenteDepuis) return `${debut}${modifiee}, encore publiée.`;
  const trou = isTrou
    ? ' (aucune extraction reçue entre les deux : le jour exact n’est pas connu)'
    : '';
  return (
    `${debut}${modifiee}, vue pour la dernière fois dans l’extraction du ${formatDate(derniereVue.date)}, ` +
    `absente depuis celle du ${formatDate(absenteDepuis.date)}${trou}.`
  );
}
