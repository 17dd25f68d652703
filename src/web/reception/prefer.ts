// The Prefer header (RFC 7240): what the client would like, which is never an error.

export type Preferences = {
  /** `wait`: seconds that the client is ready to wait for the end; undefined when it did not say. */
  readonly waitSeconds: number | undefined;
  /** `handling=lenient`: leave wrong lines aside. */
  readonly isLenient: boolean;
};

export function readPrefer(header: string | readonly string[] | undefined): Preferences {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const wanted = new Map<string, string>();
  for (const preference of text.split(',')) {
    const [name = '', value = ''] = (preference.split(';')[0] ?? '').split('=');
    const key = name.trim().toLowerCase();
    // The first of a repeated preference counts (§2).
    if (!wanted.has(key)) wanted.set(key, value.trim().replaceAll('"', ''));
  }
  const wait = wanted.get('wait') ?? '';
  return {
    waitSeconds: /^\d{1,5}$/u.test(wait) ? Number(wait) : undefined,
    isLenient: wanted.get('handling')?.toLowerCase() === 'lenient',
  };
}
