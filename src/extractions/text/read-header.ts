import { isUtf8 } from 'node:buffer';
import { AppError, RefusedError } from '../../errors.js';

/** Far longer than any published header (1,573 bytes): a file without newline is not read to its end. */
const headerBytesMax = 64 * 1024;

type HeaderSource = { readonly fileName: string; open(): AsyncIterable<Buffer> };

export type OpenedText = {
  readonly headerLine: string;
  /** All the chunks of the file, header included. */
  readonly chunks: AsyncIterable<Buffer>;
};

/**
 * Reads up to the end of the header line.
 *
 * @throws AppError `FICHIER_VIDE`, `ENTETE_ABSENT`, `CHARSET_INCONNU`.
 */
export async function readHeader(
  source: HeaderSource,
  options: { readonly fallbackCharset: 'iso-8859-1' | undefined },
): Promise<OpenedText> {
  const iterator = source.open()[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    bytes += next.value.length;
    if (next.value.includes(10) || bytes > headerBytesMax) break;
  }
  const head = Buffer.concat(first);
  const end = head.indexOf(10);
  try {
    const headerLine = decodeHeader(
      source.fileName,
      end < 0 ? head : head.subarray(0, end),
      options,
    );
    return { headerLine, chunks: resume(head, iterator) };
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

function decodeHeader(
  fileName: string,
  line: Buffer,
  options: { readonly fallbackCharset: 'iso-8859-1' | undefined },
): string {
  if (line.length === 0) {
    throw new RefusedError(
      'FICHIER_VIDE',
      `${fileName} est vide. Rien n'a été chargé ; la dernière version reste en service. ` +
        `Attendez la prochaine publication ou téléchargez de nouveau.`,
    );
  }
  if (line.length > headerBytesMax) {
    throw new AppError(
      'ENTETE_ABSENT',
      `${fileName}, ligne 1 : pas de fin de ligne dans les ${headerBytesMax} premiers octets. ` +
        `Ce n'est pas une extraction de l'Annuaire Santé. Rien n'a été chargé.`,
    );
  }
  if (isUtf8(line))
    return line
      .toString('utf8')
      .replace(/^\uFEFF/u, '')
      .replace(/\r$/u, '');
  if (options.fallbackCharset) return line.toString('latin1').replace(/\r$/u, '');
  throw new AppError(
    'CHARSET_INCONNU',
    `${fileName}, ligne 1 : l'en-tête n'est pas en UTF-8. Rien n'a été chargé. ` +
      `Si ce fichier est bien en ISO-8859-1, réglez « charsetSecours: iso-8859-1 » pour cette source.`,
  );
}

async function* resume(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Reached when the reader stops early too: the archive then closes its file.
    await iterator.return?.();
  }
}
