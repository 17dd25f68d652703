/** Until dn/dn.ts is here: types and values without case, without the spaces around separators. */
export function prepareDn(text: string): string | undefined {
  if (text !== '' && !/^[a-z0-9.-]+\s*=/i.test(text)) return undefined;
  return text
    .split(/(?<!\\),/)
    .map((rdn) =>
      rdn
        .trim()
        .replace(/\s*=\s*/, '=')
        .toLowerCase(),
    )
    .join(',');
}
