// Keys never reach the attempts that are kept; what a server answers may still echo one.

const headers =
  /^((?:proxy-)?authorization|cookie|set-cookie|[\w-]*(?:api-?key|token|secret|password|mot-de-passe)[\w-]*)(\s*[:=]\s*).+$/gimu;
const jsonFields =
  /("[^"]*(?:api_?-?key|token|secret|password|authorization|mot_?-?de_?-?passe)[^"]*"\s*:\s*")(?:[^"\\]|\\.)*/giu;
const bearers = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/giu;

/** What looks like a key, a token or a password is replaced by « *** ». */
export function masquerSecrets(text: string): string {
  return text.replace(headers, '$1$2***').replace(jsonFields, '$1***').replace(bearers, '$1 ***');
}
