// The `console:` section as the program uses it.
import type { RawConsole } from './console-schema.js';
import type { FileReader } from './secret.js';

export type ConsoleSettings = Omit<RawConsole, 'cleDesComptes'> & {
  /** Encrypts the second factors; without it, a key that the database keeps (store/cle-interne.ts). */
  readonly cleDesComptes: string | undefined;
};

export function resolveConsole(raw: RawConsole, reader: FileReader): ConsoleSettings {
  const { attenteSecondes, attenteMaxSecondes } = raw.verrouillage;
  if (attenteSecondes > attenteMaxSecondes) {
    reader.fault(
      `console.verrouillage.attenteMaxSecondes : ${attenteMaxSecondes} est plus court que la première attente (${attenteSecondes})`,
    );
  }
  const cleDesComptes = reader.secret('console.cleDesComptes', raw.cleDesComptes)?.trim();
  if (cleDesComptes !== undefined && cleDesComptes.length < 32) {
    reader.fault(
      'console.cleDesComptes : trop courte : au moins 32 caractères tirés au hasard (openssl rand -base64 32)',
    );
  }
  return { ...raw, cleDesComptes };
}
