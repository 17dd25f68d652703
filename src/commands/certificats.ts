// The certificates that the settings name: how long they still serve, and who is told when one ends soon.
import type { Settings } from '../config/settings.js';
import type { Db } from '../db/pool.js';
import { seuilAtteint, type InspectionCertificats } from '../domain/certificat.js';
import { inspecterCertificats } from '../net/certificats.js';
import { publishEvenement } from '../store/evenement.js';

/** The files are read each time: they are renewed while the program runs. */
export function lireCertificats(
  { certificats }: Pick<Settings, 'certificats'>,
  now: Date,
): InspectionCertificats {
  const { fichiers, alerteJours } = certificats;
  return inspecterCertificats(fichiers, { alerteJours, now });
}

/** Tells the programs of the opérateur, once for each certificate and threshold: that of the settings, 7 days, the end. */
export async function annoncerCertificats(
  db: Db,
  settings: Pick<Settings, 'certificats'>,
  now: Date,
): Promise<void> {
  const { alerteJours } = settings.certificats;
  for (const certificat of lireCertificats(settings, now).certificats) {
    const seuil = seuilAtteint(certificat, alerteJours);
    if (seuil === undefined) continue;
    const { empreinte, reglage, nom, sujet, expireLe, joursRestants } = certificat;
    await publishEvenement(
      db,
      {
        type: 'certificat.expire-bientot',
        cle: `certificat.expire-bientot:${empreinte}:${seuil}`,
        donnees: { reglage, nom, sujet, expireLe: expireLe.toISOString(), joursRestants, seuil },
      },
      now,
    );
  }
}
