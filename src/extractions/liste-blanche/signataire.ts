// Whether the certificate that signed the liste blanche is one that the administrator trusts.
import { X509Certificate } from 'node:crypto';
import { UsageError, messageOf } from '../../errors.js';
import type { SignatureFault } from './signature.js';

export type SignataireTrust = {
  /** PEM texts, each with one or several certificates: the signer's own, or of the authority that issued it. */
  readonly trustedPems: readonly string[];
  /**
   * The CN that a certificate issued by a trusted authority must bear: the IGC-Santé authority that issues the signer's also
   * issues those of every opérateur. Not asked of a certificate that is itself trusted.
   */
  readonly signataireCn: string | undefined;
};

export type Signataire = {
  readonly kind: 'trusted';
  /** CN of its subject. */
  readonly cn: string;
  readonly expireLe: Date;
};

/** Judges the signer at `at`, when the list was generated: a list outlives the certificate that signed it. */
export function judgeSignataire(
  certificates: readonly [X509Certificate, ...X509Certificate[]],
  trust: SignataireTrust,
  at: Date,
): Signataire | SignatureFault {
  const [signer, ...intermediates] = certificates;
  const trusted = parseTrusted(trust.trustedPems);
  const cn = commonName(signer);
  if (!isValidAt(signer, at)) {
    return fault(
      'SIGNATURE_INVALIDE',
      `le certificat du signataire « ${cn} » n'était pas valide à la date de génération ` +
        `(valide du ${day(signer.validFrom)} au ${day(signer.validTo)})`,
    );
  }
  const signataire: Signataire = { kind: 'trusted', cn, expireLe: new Date(signer.validTo) };
  if (trusted.some((known) => known.fingerprint256 === signer.fingerprint256)) return signataire;
  if (!isChained(signer, trusted, intermediates, at)) {
    return fault(
      'SIGNATAIRE_INCONNU',
      `le signataire « ${cn} » (empreinte SHA-256 ${signer.fingerprint256}) n'est pas de confiance`,
    );
  }
  if (trust.signataireCn !== undefined && cn !== trust.signataireCn) {
    return fault(
      'SIGNATAIRE_INCONNU',
      `le signataire est « ${cn} » alors que « ${trust.signataireCn} » est attendu`,
    );
  }
  return signataire;
}

/** Reads the trusted certificates, all of them, so that a damaged setting is told before a signature is judged. */
export function parseTrusted(pems: readonly string[]): X509Certificate[] {
  return pems.flatMap((pem) => {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw invalidPem('aucun certificat PEM');
    return blocks.map(parsePem);
  });
}

function parsePem(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw invalidPem(messageOf(error));
  }
}

function invalidPem(what: string): UsageError {
  return new UsageError(
    'CERTIFICAT_INVALIDE',
    `Un certificat de confiance de la liste blanche est illisible (${what}). ` +
      `Donnez un fichier PEM (-----BEGIN CERTIFICATE-----).`,
  );
}

/** Longer than any chain of IGC-Santé (signer, authority, root). */
const chainMax = 5;

/** Follows the issuers from the signer up to a trusted authority, each of which must be an authority and valid. */
function isChained(
  signer: X509Certificate,
  trusted: readonly X509Certificate[],
  intermediates: readonly X509Certificate[],
  at: Date,
): boolean {
  let current = signer;
  for (let depth = 0; depth < chainMax; depth++) {
    const child = current;
    const issues = (issuer: X509Certificate): boolean => isIssuer(issuer, child, at);
    if (trusted.some(issues)) return true;
    const next = intermediates.find(
      (issuer) => issuer.fingerprint256 !== child.fingerprint256 && issues(issuer),
    );
    if (!next) return false;
    current = next;
  }
  return false;
}

function isIssuer(issuer: X509Certificate, child: X509Certificate, at: Date): boolean {
  return (
    issuer.ca &&
    isValidAt(issuer, at) &&
    child.checkIssued(issuer) &&
    child.verify(issuer.publicKey)
  );
}

function isValidAt(certificate: X509Certificate, at: Date): boolean {
  return new Date(certificate.validFrom) <= at && at <= new Date(certificate.validTo);
}

/** Node writes a subject one attribute a line. */
function commonName(certificate: X509Certificate): string {
  const line = certificate.subject.split('\n').find((attribute) => attribute.startsWith('CN='));
  return line?.slice('CN='.length) ?? certificate.subject.replaceAll('\n', ',');
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function fault(code: SignatureFault['code'], motif: string): SignatureFault {
  return { kind: 'fault', code, motif };
}
