// Reads the certificates that the program uses and says how long they still serve: for `status`, `doctor`, the metrics, the
// events and the console, which all show the same.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import {
  jugerEcheance,
  type CertificatIllisible,
  type CertificatInspecte,
  type FichierCertificat,
  type InspectionCertificats,
} from '../domain/certificat.js';
import { AppError, messageOf } from '../errors.js';
import { splitCertificates } from './pem.js';
import { remarquesCertificat } from './served-certificate.js';

/** A chain or a bundle of authorities; the public ones all together are under 300 KiB. */
const fileBytesMax = 2 * 1024 * 1024;
const perFileMax = 300;

/** Never throws: a file that cannot be read is among `illisibles`. */
export function inspecterCertificats(
  fichiers: readonly FichierCertificat[],
  { alerteJours, now }: { readonly alerteJours: number; readonly now: Date },
): InspectionCertificats {
  const certificats: CertificatInspecte[] = [];
  const illisibles: CertificatIllisible[] = [];
  for (const fichier of fichiers) {
    try {
      const lus = readCertificates(fichier);
      for (const [rang, lu] of lus.entries()) {
        const nom = lus.length > 1 ? `${fichier.nom} (${rang + 1}/${lus.length})` : fichier.nom;
        certificats.push(inspecter({ ...fichier, nom }, lu, rang, alerteJours, now));
      }
    } catch (error) {
      illisibles.push({ ...publicPart(fichier), message: explain(fichier, error) });
    }
  }
  certificats.sort((x, y) => x.expireLe.getTime() - y.expireLe.getTime());
  return { certificats, illisibles };
}

function inspecter(
  fichier: FichierCertificat,
  certificate: X509Certificate,
  rang: number,
  alerteJours: number,
  now: Date,
): CertificatInspecte {
  const dates = {
    valableDes: new Date(certificate.validFrom),
    expireLe: new Date(certificate.validTo),
  };
  const isServedOne = fichier.genre === 'servi' && rang === 0;
  return {
    ...publicPart(fichier),
    sujet: describeSubject(certificate),
    ...dates,
    ...jugerEcheance(dates, alerteJours, now),
    empreinte: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    remarques: isServedOne ? remarquesCertificat(certificate) : [],
  };
}

function publicPart({
  reglage,
  nom,
  genre,
  chemin,
}: FichierCertificat): Omit<FichierCertificat, 'motDePasse'> {
  return { reglage, nom, genre, chemin };
}

function describeSubject({ subject }: X509Certificate): string {
  const text = subject.replace(/\n/gu, ', ').replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

/** The certificate itself first, then its chain, as the file has them; of a PKCS#12 file, the certificate alone. */
function readCertificates({ chemin, motDePasse }: FichierCertificat): X509Certificate[] {
  if (statSync(chemin).size > fileBytesMax) throw new Error('trop gros pour un certificat');
  const bytes = readFileSync(chemin);
  const blocks = splitCertificates(bytes.toString('latin1'));
  if (blocks.length > perFileMax) throw new Error(`plus de ${perFileMax} certificats`);
  if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
  return [readPfx(bytes, motDePasse)];
}

/** Node.js opens PKCS#12 for a connection only: the context that it makes gives the certificate back. */
function readPfx(pfx: Buffer, passphrase: string | undefined): X509Certificate {
  const secret = passphrase === undefined ? {} : { passphrase };
  const native: unknown = createSecureContext({ pfx, ...secret }).context;
  if (hasCertificate(native)) {
    const der = native.getCertificate();
    if (der) return new X509Certificate(der);
  }
  throw new Error('aucun certificat');
}

function hasCertificate(native: unknown): native is { getCertificate(): Buffer | null } {
  return (
    typeof native === 'object' &&
    native !== null &&
    'getCertificate' in native &&
    typeof native.getCertificate === 'function'
  );
}

function explain({ chemin, reglage }: FichierCertificat, error: unknown): string {
  const why = error instanceof AppError ? error.message : messageOf(error);
  return `Certificat illisible : ${chemin} (${why}). Vérifiez le réglage « ${reglage} » et les droits du fichier.`;
}
