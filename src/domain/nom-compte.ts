// The name that signs in to the console. Compared in small letters, without the spaces that a keyboard adds.

const forme = /^[a-z0-9][a-z0-9._@-]{1,63}$/u;

/** Undefined for what no account can bear. */
export function parseNomCompte(text: string): string | undefined {
  const nom = text.normalize('NFKC').trim().toLowerCase();
  return forme.test(nom) ? nom : undefined;
}
