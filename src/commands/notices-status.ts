// The notices in « status »: what waits, what did not leave, endpoints that said that they are gone.
import type { Settings } from '../config/settings.js';
import type { Db } from '../db/pool.js';
import { listEcartes } from '../notify/send-webhooks.js';
import { compterEtats, type CompteEtat } from '../store/file-envoi.js';
import { formatDate } from './format-date.js';
import { nombre } from './push-result.js';

export type AvisStatus = {
  readonly courriels: readonly CompteEtat[];
  readonly webhooks: readonly CompteEtat[];
  readonly isSmtpRegle: boolean;
  /** Endpoints of the settings that answered 410. */
  readonly pointsEcartes: readonly string[];
};

export async function readAvisStatus(db: Db, { avis }: Settings): Promise<AvisStatus> {
  return {
    courriels: await compterEtats(db, 'avis'),
    webhooks: await compterEtats(db, 'evenement_envoi'),
    isSmtpRegle: avis.mail !== undefined,
    pointsEcartes: [...(await listEcartes(db, avis.webhook.points))],
  };
}

/** No line before the first notice. */
export function describeAvisStatus(status: AvisStatus): string[] {
  const { courriels, webhooks, isSmtpRegle, pointsEcartes } = status;
  return [
    ...describeFile('courriels', courriels),
    ...(courriels.some(({ etat }) => etat === 'a-envoyer') && !isSmtpRegle
      ? ['    aucun serveur de courriel réglé (« avis.smtp ») : rien ne part']
      : []),
    ...describeFile('webhooks', webhooks),
    ...pointsEcartes.map(
      (point) =>
        `! webhook « ${point} » laissé de côté (il a répondu 410) : changez son adresse, ou « annuaire-sync notices retry »`,
    ),
  ];
}

function describeFile(what: string, comptes: readonly CompteEtat[]): string[] {
  const of = (etat: CompteEtat['etat']): CompteEtat | undefined =>
    comptes.find((one) => one.etat === etat);
  const [waiting, refused, abandoned] = [of('a-envoyer'), of('refuse'), of('abandonne')];
  if (comptes.length === 0) return [];
  const parts = [
    waiting &&
      `${nombre(waiting.nombre)} à envoyer (le plus ancien du ${formatDate(waiting.plusAncienLe)})`,
    refused && `${nombre(refused.nombre)} refusés`,
    abandoned && `${nombre(abandoned.nombre)} abandonnés`,
  ].filter((part) => part !== undefined);
  const isStuck = refused !== undefined || abandoned !== undefined;
  const text = parts.length === 0 ? 'rien n’attend' : parts.join(', ');
  return [
    `${isStuck ? '!' : '✓'} ${what} : ${text}${isStuck ? ' (« annuaire-sync notices list »)' : ''}`,
  ];
}
