/** Takes our secrets out of a text: a server may repeat them in its answer. */
export type Redactor = (text: string) => string;

export type SecretKeeper = {
  readonly redact: Redactor;
  /** Of a secret met on the way, such as a token. */
  add(secret: string): void;
};

/** A shorter one would hide words of every text, and protects nothing. */
const lengthMin = 4;
/** Tokens follow one another; those that are still valid are few. */
const addedMax = 16;

export function createSecretKeeper(secrets: readonly (string | undefined)[]): SecretKeeper {
  const own = secrets.flatMap(formsOf);
  let added: readonly string[] = [];
  return {
    redact: (text) =>
      [...own, ...added].reduce((masked, secret) => masked.replaceAll(secret, '***'), text),
    add: (secret) => {
      added = [...added, ...formsOf(secret)].slice(-addedMax);
    },
  };
}

/** As it is, and as an address, JSON or a header would write it; the longest first. */
function formsOf(secret: string | undefined): readonly string[] {
  if (secret === undefined || secret.length < lengthMin) return [];
  const forms = [
    secret,
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ];
  return [...new Set(forms)].sort((left, right) => right.length - left.length);
}
