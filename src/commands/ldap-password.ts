// `ldap mot-de-passe`: the hash of a password, for an account of the settings. The password itself is written nowhere.
import { hashPassword } from '../ldap/server/password-hash.js';
import type { CommandContext } from './context.js';
import { readPassword } from './saisie.js';

export async function printPasswordHash(
  { surroundings }: CommandContext,
  isJson: boolean,
  input: NodeJS.ReadStream,
): Promise<void> {
  const password = await readPassword(input, surroundings.err);
  const hash = await hashPassword(Buffer.from(password));
  const text = isJson ? JSON.stringify({ motDePasse: hash }) : `motDePasse: '${hash}'`;
  surroundings.out.write(`${text}\n`);
}
