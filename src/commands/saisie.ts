// Passwords as they come: typed twice on a terminal and shown nowhere, or the first line of what is piped in.
import type { Readable } from 'node:stream';
import { UsageError } from '../errors.js';

const passwordBytesMax = 1_024;

/** Typed twice, or piped in. Throws UsageError for none, one too long, or two that differ. */
export async function readPassword(
  input: NodeJS.ReadStream,
  err: NodeJS.WritableStream,
): Promise<string> {
  const password = input.isTTY ? await askTwice(input, err) : await readLine(input);
  if (password === '') {
    throw new UsageError(
      'MOT_DE_PASSE_VIDE',
      'Aucun mot de passe lu : tapez-le, ou envoyez-le sur l’entrée standard.',
    );
  }
  return password;
}

/** The first line, without its end. */
async function readLine(input: Readable): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > passwordBytesMax) break;
  }
  return checked(text.split(/\r?\n/u)[0] ?? '');
}

async function askTwice(input: NodeJS.ReadStream, err: NodeJS.WritableStream): Promise<string> {
  const first = await readHidden(input, () => err.write('Mot de passe : '));
  const second = await readHidden(input, () => err.write('\nEncore une fois : '));
  err.write('\n');
  if (first !== second) {
    throw new UsageError('MOTS_DE_PASSE_DIFFERENTS', 'Les deux saisies diffèrent : recommencez.');
  }
  return checked(first);
}

function checked(password: string): string {
  if (Buffer.byteLength(password) <= passwordBytesMax) return password;
  throw new UsageError(
    'MOT_DE_PASSE_LONG',
    `Mot de passe trop long : ${passwordBytesMax} octets au plus.`,
  );
}

/** Keys as they are typed, shown nowhere: the terminal stops showing them before it asks. */
function readHidden(input: NodeJS.ReadStream, ask: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (finish: () => void): void => {
      input.off('data', onData);
      input.setRawMode(false).pause();
      finish();
    };
    const onData = (chunk: Buffer): void => {
      for (const key of chunk.toString()) {
        if (key === '\r' || key === '\n' || key === '\u0004') {
          end(() => resolve(text));
          return;
        }
        if (key === '\u0003') {
          end(() => reject(new UsageError('INTERROMPU', 'Saisie interrompue.')));
          return;
        }
        text =
          key === '\u007f' || key === '\b' ? Array.from(text).slice(0, -1).join('') : text + key;
      }
    };
    input.setRawMode(true).resume();
    input.on('data', onData);
    ask();
  });
}
