// What a file is, by its first bytes: the name is never trusted.
import { open, stat } from 'node:fs/promises';
import { AppError, RefusedError } from '../errors.js';
import { fileFault } from './file-faults.js';

export type FileKind = 'zip' | 'gzip' | 'text';

export type InspectedFile = {
  readonly path: string;
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
};

/** Refuses, with what to do, a file that is not one, is empty, cannot be read, or is in a format not handled. */
export async function inspectFile(path: string): Promise<InspectedFile> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      throw new AppError('FICHIER_ILLISIBLE', `${path} n'est pas un fichier ordinaire.`);
    }
    if (stats.size === 0) {
      throw new RefusedError(
        'FICHIER_VIDE',
        `${path} est vide : copie ou téléchargement non terminé ? Déposez-le de nouveau.`,
      );
    }
    const kind = kindOfHead(await readHead(path), path);
    return { path, kind, sizeBytes: stats.size, modifiedAt: stats.mtime };
  } catch (error) {
    throw fileFault(error, path);
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const foreignKinds: readonly (readonly [name: string, magic: string])[] = [
  ['7-Zip', '377abcaf271c'],
  ['RAR', '526172211a07'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['Zstandard', '28b52ffd'],
  ['Excel ou Word', 'd0cf11e0a1b11ae1'],
  ['PDF', '255044462d'],
];

function kindOfHead(head: Buffer, path: string): FileKind {
  const hex = head.subarray(0, 8).toString('hex');
  if (isZipHead(head)) return 'zip';
  if (hex.startsWith('1f8b')) return 'gzip';
  const foreign = foreignKinds.find(([, magic]) => hex.startsWith(magic));
  if (foreign) {
    throw new AppError(
      'FORMAT_INCONNU',
      `${path} est au format ${foreign[0]} : fournissez le fichier tel que publié (zip, gz ou texte).`,
    );
  }
  if (isHtmlHead(head)) {
    throw new AppError(
      'FORMAT_INCONNU',
      `${path} est une page web et non une extraction : sans doute une page d'erreur ou de connexion ` +
        "enregistrée à la place du fichier. Téléchargez-le de nouveau en vérifiant l'adresse.",
    );
  }
  return 'text';
}

/** A local header, or the end record of an empty archive. */
export function isZipHead(head: Buffer): boolean {
  const hex = head.subarray(0, 4).toString('hex');
  return hex === '504b0304' || hex === '504b0506';
}

function isHtmlHead(head: Buffer): boolean {
  return /^(?:\ufeff)?\s*<(!doctype html|html)[\s>]/i.test(head.toString('utf8'));
}
