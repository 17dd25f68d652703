// What a request of the inventory's routes says beside its content.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type {
  FormatEvenements,
  FormatInventaire,
  LectureRecue,
} from '../../domain/inventaire-recu.js';
import type { ApiKey } from '../../store/api-key.js';
import { badMediaType, foreignSource, keyMissing, unknownSource } from './inventaire-problems.js';

/** The source of the address, or the only one; the key must be for it. Throws ProblemError. */
export function readSource(
  { params }: FastifyRequest,
  key: ApiKey,
  known: readonly string[],
): string {
  const { source: nom } = z.object({ source: z.string().optional() }).parse(params);
  const source = nom ?? (known.length === 1 ? known[0] : undefined);
  if (source === undefined || !known.includes(source)) throw unknownSource(known, nom);
  if (!mayUse(key, source)) throw foreignSource(source, key.nom);
  return source;
}

export function mayUse({ sourcesInventaire }: ApiKey, source: string): boolean {
  return sourcesInventaire?.includes(source) ?? true;
}

const ndjson = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];
const charsets: Readonly<Record<string, LectureRecue['encodage']>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'windows-1252': 'windows-1252',
  'iso-8859-1': 'windows-1252',
};

export function readSnapshotType({ headers }: FastifyRequest): {
  readonly format: FormatInventaire;
  readonly encodage: LectureRecue['encodage'];
} {
  const refuse = badMediaType(['application/x-ndjson', 'text/csv'], 'accept');
  const { type, charset } = readMediaType(headers['content-type']);
  const encodage = charset === undefined ? undefined : charsets[charset];
  if (charset !== undefined && encodage === undefined) throw refuse;
  if (type === 'text/csv') return { format: 'csv', encodage };
  if (ndjson.includes(type) && encodage !== 'windows-1252') return { format: 'ndjson', encodage };
  throw refuse;
}

export function readEventsType({ headers }: FastifyRequest): FormatEvenements {
  const { type, charset = 'utf-8' } = readMediaType(headers['content-type']);
  const isUtf8 = charsets[charset] === 'utf-8';
  if (type === 'application/json' && isUtf8) return 'json';
  if (ndjson.includes(type) && isUtf8) return 'ndjson';
  throw badMediaType(['application/json', 'application/x-ndjson'], 'accept-patch');
}

function readMediaType(header: string | undefined): {
  readonly type: string;
  readonly charset: string | undefined;
} {
  const [type = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]*)"?\s*$/iu.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset?.toLowerCase() };
}

/** A structured string or bare (draft-ietf-httpapi-idempotency-key-header §2.1, clients do both). */
export function readIdempotencyKey({ headers }: FastifyRequest): string {
  const header = headers['idempotency-key'];
  const text = (typeof header === 'string' ? header : '').trim();
  const key = /^"(.*)"$/u.exec(text)?.[1] ?? text;
  if (!/^[\x21-\x7e]{1,128}$/u.test(key)) throw keyMissing();
  return key;
}

const instant = z.iso.datetime({
  offset: true,
  error: 'un instant avec son décalage attendu, par exemple 2026-06-15T10:00:00Z',
});

/** When the snapshot was taken. */
export function readInstantaneLe({ query }: FastifyRequest, now: Date): Date | undefined {
  const form = z.strictObject({
    instantaneLe: instant
      .transform((text) => new Date(text))
      .refine((date) => date.getTime() <= now.getTime() + skewMs, 'un instant passé attendu')
      .optional(),
  });
  return form.parse(query).instantaneLe;
}

/** A clock may be ahead of ours. */
const skewMs = 300_000;
