// Content-Digest (RFC 9530 §2): a dictionary (RFC 8941 §3.2) of algorithms and byte sequences, over the bytes as sent.
import { ProblemError } from '../problem.js';

/** Those that RFC 9530 §5 calls active. */
const algorithms = ['sha-512', 'sha-256'] as const;
type Algorithm = (typeof algorithms)[number];

export type ExpectedDigest = { readonly algorithm: Algorithm; readonly value: Buffer };

/** What the content must hash to, undefined when no digest is sent and none is required. Throws ProblemError. */
export function readContentDigest(
  header: string | readonly string[] | undefined,
  isRequired: boolean,
): ExpectedDigest | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  const found = new Map(text.split(',').flatMap(readMember));
  for (const algorithm of algorithms) {
    const value = found.get(algorithm);
    if (value) return { algorithm, value };
  }
  if (text.trim() !== '') throw unusable('EMPREINTE_ILLISIBLE', 'ne peut pas être lu');
  if (isRequired) throw unusable('EMPREINTE_ABSENTE', 'est exigé et manque');
  return undefined;
}

const lengths: Readonly<Record<Algorithm, number>> = { 'sha-512': 64, 'sha-256': 32 };

function readMember(member: string): [Algorithm, Buffer][] {
  const [, name = '', base64 = ''] = /^\s*([a-z0-9*._-]+)=:([A-Za-z0-9+/=]*):/u.exec(member) ?? [];
  const algorithm = algorithms.find((known) => known === name);
  const value = Buffer.from(base64, 'base64');
  return algorithm && value.length === lengths[algorithm] ? [[algorithm, value]] : [];
}

function unusable(code: string, what: string): ProblemError {
  return new ProblemError({
    status: 400,
    code,
    title: 'Empreinte du contenu inutilisable',
    detail:
      `L’en-tête Content-Digest ${what} : envoyez « Content-Digest: sha-256=:…: », le SHA-256 en base64 ` +
      'des octets envoyés, compression comprise (RFC 9530).',
    headers: { 'want-content-digest': 'sha-256=10' },
  });
}

export function digestMismatch(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'EMPREINTE_DIFFERENTE',
    title: 'Le contenu reçu n’est pas celui qui a été envoyé',
    detail:
      'Les octets reçus n’ont pas l’empreinte de l’en-tête Content-Digest : rien n’a été changé, renvoyez-les.',
  });
}
