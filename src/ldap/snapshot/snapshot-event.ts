// What happens to the snapshot, for the log: an administrator reads it.
import { messageOf } from '../../errors.js';
import type { BuildOutcome } from './build-snapshot.js';
import type { Snapshot } from './segment.js';

export type SnapshotEvent =
  | { readonly kind: 'served'; readonly snapshot: Snapshot; readonly ageMs: number }
  | { readonly kind: 'broken'; readonly file: string; readonly error: unknown }
  | { readonly kind: 'unreadable'; readonly error: unknown }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'database-lost'; readonly error: unknown }
  | { readonly kind: 'database-back' }
  | { readonly kind: 'no-notices'; readonly error: unknown }
  | { readonly kind: 'build-started' }
  | { readonly kind: 'build-done'; readonly outcome: BuildOutcome; readonly durationMs: number }
  | { readonly kind: 'build-failed'; readonly error: unknown; readonly retryMs: number };

/**
 * One French sentence or two: what happened, and what to do when something is to be done.
 *
 * @param describeFault what the disk may refuse, in French with its remedy
 */
export function describeSnapshotEvent(
  event: SnapshotEvent,
  describeFault: (error: unknown) => string = messageOf,
): string {
  switch (event.kind) {
    case 'served':
      return `Annuaire LDAP servi : ${event.snapshot.entryCount.toLocaleString('fr-FR')} entrées, ${describeDate(event.snapshot)}.`;
    case 'broken':
      return (
        `Le fichier ${event.file} de l'instantané LDAP est abîmé (${messageOf(event.error)}) : il est mis de côté ` +
        `et sera reconstruit ; ce qui était servi le reste. Si cela se répète, vérifiez le disque.`
      );
    case 'unreadable':
      return (
        `L'instantané LDAP ne peut pas être lu ou mis de côté (${describeFault(event.error)}) ; ce qui était servi le ` +
        `reste. Vérifiez les droits et la place du dossier de données.`
      );
    case 'vanished':
      return (
        `L'instantané LDAP a disparu du dossier de données : ce qui était servi le reste, et il va être reconstruit. ` +
        `Si personne ne l'a effacé, vérifiez le disque.`
      );
    case 'database-lost':
      return (
        `Base de données injoignable (${messageOf(event.error)}) : l'annuaire LDAP continue avec son dernier ` +
        `instantané, et se mettra à jour dès qu'elle répondra.`
      );
    case 'database-back':
      return 'Base de données de nouveau joignable : mise à jour de l’annuaire LDAP.';
    case 'no-notices':
      return (
        `La base n'annonce pas les chargements (${messageOf(event.error)}) : elle sera consultée régulièrement. ` +
        `C'est normal sur un réplica.`
      );
    case 'build-started':
      return 'Construction de l’instantané LDAP…';
    case 'build-done':
      return `${describeOutcome(event.outcome)} (${(event.durationMs / 1000).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} s).`;
    case 'build-failed':
      return (
        `L'instantané LDAP n'a pas pu être construit (${messageOf(event.error)}) ; ce qui était servi le reste. ` +
        `Nouvel essai dans ${Math.round(event.retryMs / 1000)} s, puis d'autres, sans le redire.`
      );
    default:
      return event satisfies never;
  }
}

function describeDate({ extractionDate, builtAt }: Snapshot): string {
  const date = (extractionDate ?? builtAt).toLocaleString('fr-FR');
  return extractionDate ? `extraction du ${date}` : `construit le ${date}, sans extraction`;
}

function describeOutcome(outcome: BuildOutcome): string {
  const count = (value: number): string => value.toLocaleString('fr-FR');
  switch (outcome.kind) {
    case 'unchanged':
      return 'Instantané LDAP déjà à jour';
    case 'busy':
      return 'Instantané LDAP en construction par un autre processus';
    case 'whole':
      return `Instantané LDAP entier construit : ${count(outcome.entryCount)} entrées`;
    case 'difference':
      return (
        `Instantané LDAP mis à jour : ${count(outcome.entryCount)} entrées nouvelles ou modifiées depuis le dernier ` +
        `entier, ${count(outcome.removedCount)} remplacées ou retirées`
      );
    default:
      return outcome satisfies never;
  }
}
