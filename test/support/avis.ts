// Notices in the queue, and senders of them, for the tests.
import type { NouvelAvis } from '../../src/domain/avis.js';
import type { Pool } from '../../src/db/pool.js';
import { Gabarits } from '../../src/notify/gabarit.js';
import { sendMails, type BilanEnvoi, type EnvoiOptions } from '../../src/notify/send-mails.js';
import type { MailSettings } from '../../src/notify/settings.js';
import { enqueueAvis, findAvis, type Avis } from '../../src/store/avis.js';

export const maintenant = new Date('2027-01-15T12:00:00Z');

export function nouvelAvis(cle: string, more: Partial<NouvelAvis> = {}): NouvelAvis {
  return {
    cle,
    gabarit: 'quota-80',
    domaine: 'chu-exemple.mssante.fr',
    adresse: `${cle}@chu-exemple.mssante.fr`,
    destinataire: `${cle}@chu-exemple.mssante.fr`,
    donnees: { taille: '1,7 Go', quota: '2 Go' },
    ...more,
  };
}

export function gabaritsEssai(dossier?: string): Gabarits {
  return new Gabarits({ dossier, operateur: 'Opérateur d’exemple' });
}

/** A clock that stands still, and moves only when a sender waits. */
export function horlogeEssai(debut = maintenant) {
  let now = debut;
  return {
    now: () => now,
    sleep: (ms: number): Promise<void> => {
      now = new Date(now.getTime() + Math.max(0, ms));
      return Promise.resolve();
    },
  };
}

export function envoiOptions(more: Partial<EnvoiOptions> = {}): EnvoiOptions {
  return {
    horloge: horlogeEssai(),
    random: () => 0.5,
    envoyeur: 'essai',
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  };
}

export function envoyer(
  pool: Pool,
  settings: MailSettings,
  more: Partial<EnvoiOptions> = {},
): Promise<BilanEnvoi> {
  return sendMails(pool, settings, gabaritsEssai(), envoiOptions(more));
}

export async function mettreEnFile(pool: Pool, ...cles: readonly string[]): Promise<void> {
  await enqueueAvis(
    pool,
    cles.map((cle) => nouvelAvis(cle)),
    maintenant,
  );
}

export async function getAvis(pool: Pool, cle: string): Promise<Avis> {
  const [avis] = await findAvis(pool, [cle]);
  if (!avis) throw new Error(`no notice ${cle}`);
  return avis;
}

export function plusTard(minutes: number): Date {
  return new Date(maintenant.getTime() + minutes * 60_000);
}
