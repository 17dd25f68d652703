// What a run of « notices send » did, for the person who ran it.
import type { EtatEnvoi } from '../domain/avis.js';
import type { Bilan } from '../notify/send.js';
import { nombre } from './push-result.js';

export const libellesEnvoi: Readonly<Record<EtatEnvoi, string>> = {
  'a-envoyer': 'à envoyer',
  'en-envoi': 'en cours d’envoi',
  parti: 'partis',
  refuse: 'refusés',
  abandonne: 'abandonnés',
  annule: 'annulés',
};

type Comptes = Omit<Bilan['webhooks'], 'muets'>;

export function describeBilan({
  courriels,
  webhooks,
  avertissements,
  isInterrupted,
}: Bilan): string {
  return [
    courriels
      ? describeComptes('courriels', courriels)
      : '  Courriels : aucun serveur réglé (« avis.smtp ») ; ils attendent dans la file.',
    ...(courriels?.arret
      ? [`! Envoi des courriels arrêté (${courriels.arret.code}) : ${courriels.arret.message}`]
      : []),
    describeComptes('webhooks', webhooks),
    ...webhooks.muets.map(
      ({ point, message }) => `! Point « ${point} » laissé de côté : ${message}`,
    ),
    ...avertissements.map((text) => `! ${text}`),
    ...(isInterrupted ? ['! Interrompu : le reste attend dans la file.'] : []),
  ].join('\n');
}

function describeComptes(what: string, comptes: Comptes): string {
  const { partis, refuses, abandonnes, reportes, repris, perdus } = comptes;
  const parts = [
    [refuses, 'refusés'],
    [abandonnes, 'abandonnés'],
    [reportes, 'à reprendre plus tard'],
    [repris, 'repris d’un envoi interrompu'],
    [perdus, 'réglés par un autre envoi'],
  ] as const;
  const more = parts.flatMap(([count, label]) => (count > 0 ? [`${nombre(count)} ${label}`] : []));
  const mark = refuses + abandonnes > 0 ? '!' : partis > 0 ? '✓' : ' ';
  return `${mark} ${nombre(partis)} ${what} partis${more.length > 0 ? `, ${more.join(', ')}` : ''}`;
}

/** docs/avis.md, « Codes de sortie ». */
export function exitCodeOf({ courriels, webhooks, isInterrupted }: Bilan): number {
  const stuck = [courriels, webhooks].some(
    (one) => (one?.refuses ?? 0) + (one?.abandonnes ?? 0) > 0,
  );
  const isStopped = courriels?.arret !== undefined || webhooks.muets.length > 0;
  return stuck || isStopped || isInterrupted ? 1 : 0;
}

/** Something left, or will be tried again. */
export function hasMoved({ courriels, webhooks }: Bilan): boolean {
  return [courriels, webhooks].some(
    (one) => one !== undefined && one.partis + one.reportes + one.repris + one.perdus > 0,
  );
}
