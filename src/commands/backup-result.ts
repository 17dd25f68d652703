// What came of a backup, of its check, and of a restoration, for people.
import type { Controle, Restauration } from '../sauvegarde/restaurer.js';
import type { SauvegardeFaite } from '../sauvegarde/sauvegarder.js';
import type { EtatRestaure } from '../store/restauration.js';

export function describeBackup({ dossier, octets, manifeste }: SauvegardeFaite): string {
  return [
    `✓ Sauvegarde faite : ${dossier} (${mo(octets)}, base de ${mo(manifeste.octetsDecompresses)}).`,
    `  Elle contient :`,
    ...manifeste.secrets.map((secret) => `  - ${secret}`),
  ].join('\n');
}

export function describeSupprimees(supprimees: readonly string[]): string[] {
  return supprimees.map((ancienne) => `  Ancienne sauvegarde supprimée : ${ancienne}`);
}

export function describeControle({ sauvegarde, etat, migrations, journal }: Controle): string {
  const comptes = Object.entries(etat.comptes).map(([nom, nombre]) => `${count(nombre)} ${nom}`);
  return [
    journal.estIntacte
      ? `✓ Sauvegarde vérifiée : ${sauvegarde.dossier} se restaure, démarre, et son journal est intact (${count(journal.tracesCount)} traces).`
      : `✗ ${sauvegarde.dossier} se restaure et démarre, mais son journal est atteint : ${count(journal.fautesCount)} fautes.`,
    ...journal.fautes.slice(0, 10).map(({ message }) => `  ! ${message}`),
    `  ${comptes.join(', ')} ; schéma ${etat.schema.nom}${migrations.length === 0 ? '' : `, que ce programme mène à ${migrations.at(-1) ?? ''}`}.`,
  ].join('\n');
}

export function describeRestauration(faite: Restauration, etat: EtatRestaure): string {
  const { manifeste } = faite.sauvegarde;
  return [
    `✓ Base restaurée, dans l’état du ${dateFr(manifeste.commenceeLe)}.`,
    ...(faite.ancienne === undefined ? [] : [`  L’ancienne est gardée dans ${faite.ancienne}.`]),
    describeControle(faite),
    describeSuites(etat),
  ].join('\n');
}

/** What a restored state does not know, and what to do about it. */
export function describeSuites({
  operationsEnFile,
  avisEnFile,
  sessionsFermees,
}: EtatRestaure): string {
  return `
Ce qui a été fait depuis cette sauvegarde, cette base ne le sait pas :
  - Envois : « push » est retenu. ${count(operationsEnFile)} opérations y attendent un envoi qui a peut-être déjà eu lieu. Il reprend de lui-même
    après, dans cet ordre : extract (une extraction générée après la restauration), inventory sync ou import, reconcile, plan.
  - Avis : ${count(avisEnFile)} courriels en file peuvent repartir une seconde fois, sous le même Message-ID : « notices list » les montre.
  - Accès : ${count(sessionsFermees)} sessions fermées. Les comptes désactivés et les clés d’API révoquées depuis sont de nouveau valables :
    « comptes list », « api-key list ».
  - Demandes et décisions prises depuis : à reprendre. Un point de contrôle du journal plus récent que la sauvegarde ne se retrouve pas.`;
}

function dateFr(iso: string): string {
  return new Date(iso).toLocaleString('fr-FR', {
    timeZone: 'Europe/Paris',
    dateStyle: 'long',
    timeStyle: 'short',
  });
}

function mo(octets: number): string {
  return `${(octets / 1e6).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} Mo`;
}

function count(value: number): string {
  return value.toLocaleString('fr-FR');
}
