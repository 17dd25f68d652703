// What the machine tells: the room on the disk of dataDir, and how long the certificates that are served are valid.
import { X509Certificate } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import { famille, instant, simple, type Famille } from './famille.js';

export type CertificatServi = {
  /** `web`, `ldap`. */
  readonly usage: string;
  /** PEM, the certificate first, its chain behind it. */
  readonly fichier: string;
};

export async function lireMachine(
  dataDir: string,
  certificats: readonly CertificatServi[],
): Promise<Famille[]> {
  const disque = await statfs(dataDir).catch(() => undefined);
  const fins = await Promise.all(
    certificats.map(
      async ({ usage, fichier }) => [{ usage }, await finDeValidite(fichier)] as const,
    ),
  );
  return [
    simple('annuaire_sync_disque_libre_bytes', disque && disque.bavail * disque.bsize),
    simple('annuaire_sync_disque_bytes', disque && disque.blocks * disque.bsize),
    famille('annuaire_sync_certificat_expiration_timestamp_seconds', fins),
  ];
}

/** Undefined when it cannot be read: whoever serves it says why. */
async function finDeValidite(fichier: string): Promise<number | undefined> {
  try {
    return instant(new Date(new X509Certificate(await readFile(fichier)).validTo));
  } catch {
    return undefined;
  }
}
