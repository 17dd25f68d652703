// `manifeste.json`: what a backup is, written last. A folder without a whole one is no backup.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.js';

export const nomManifeste = 'manifeste.json';
/** The tar of the data folder, as PostgreSQL gives it, compressed. */
export const nomArchive = 'base.tar.gz';
/** PostgreSQL's list of the files of the archive, under its own name: pg_verifybackup reads it. */
export const nomListe = 'backup_manifest';

const partie = z.strictObject({
  /** Relative, with « / ». */
  fichier: z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\\0][^\\\0]*$/u),
  octets: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/u),
});

const schema = z.strictObject({
  format: z.literal(1),
  commenceeLe: z.iso.datetime(),
  finieLe: z.iso.datetime(),
  programme: z.string(),
  schema: z.strictObject({ numero: z.number().int().positive(), nom: z.string() }),
  postgresql: z.strictObject({
    version: z.string(),
    majeure: z.number().int().positive(),
    systeme: z.string(),
    /** Platform and processor, e.g. « linux-x64 »: PostgreSQL's files are those of one kind of machine. */
    machine: z.string(),
  }),
  /** Bytes of the tar, before compression. */
  octetsDecompresses: z.number().int().positive(),
  parties: z.array(partie).min(2).max(1_000),
  /** When it began: more may have been written until it ended. */
  comptes: z.record(z.string(), z.number()),
  journal: z
    .strictObject({
      sequence: z.number().int().nonnegative(),
      empreinte: z.string().regex(/^[0-9a-f]{64}$/u),
    })
    .optional(),
  /** Where each file of the settings came from, by its name in the backup. */
  reglages: z.record(z.string(), z.string()),
  /** French: what a reader of the backup gets to know. */
  secrets: z.array(z.string()),
});

export type Manifeste = z.infer<typeof schema>;
export type Partie = z.infer<typeof partie>;

/** The last line is the SHA-256 of all that stands before it. */
export function formatManifeste(manifeste: Manifeste): string {
  const text = `${JSON.stringify(manifeste, null, 2)}\n`;
  return `${text}${empreinte(text)}\n`;
}

/** @throws AppError `SAUVEGARDE_ALTEREE` */
export function parseManifeste(text: string): Manifeste {
  const [, json = '', sum] = /^([^]*\n)([0-9a-f]{64})\n$/u.exec(text) ?? [];
  if (sum === undefined || sum !== empreinte(json)) throw altered('il est tronqué ou altéré');
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    throw altered('il n’est pas d’une version connue de ce programme : prenez-en une plus récente');
  }
}

function altered(reason: string): AppError {
  return new AppError('SAUVEGARDE_ALTEREE', `${nomManifeste} ne peut pas servir : ${reason}.`);
}

function empreinte(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
