export type DnAttribute = { readonly type: string; readonly value: string };

/**
 * The attributes of a distinguished name written as RFC 4514 says (`CN=…,OU=…,O=…`), in its order; `+` separates like `,`, and
 * the quoted values of RFC 2253 are accepted. What is not `type=value` is left out.
 */
export function parseDn(dn: string): DnAttribute[] {
  return splitDn(dn).flatMap((part) => {
    const equals = part.indexOf('=');
    if (equals <= 0) return [];
    const type = part.slice(0, equals).trim().toUpperCase();
    return [{ type, value: unescapeValue(part.slice(equals + 1)) }];
  });
}

/** The first value of `type` that pleases `isWanted`. */
export function findInDn(
  attributes: readonly DnAttribute[],
  type: string,
  isWanted: (value: string) => boolean = () => true,
): string | undefined {
  return attributes.find(
    (found) => found.type === type && found.value !== '' && isWanted(found.value),
  )?.value;
}

function splitDn(dn: string): string[] {
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  for (let index = 0; index < dn.length; index++) {
    const char = dn.charAt(index);
    if (char === '\\') {
      part += char + dn.charAt(++index);
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    if (!isQuoted && (char === ',' || char === ';' || char === '+')) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part];
}

function unescapeValue(raw: string): string {
  // A space that ends a value is part of it only when escaped.
  const trimmed = raw.replace(/^\s+/, '').replace(/(?<!\\)\s+$/, '');
  const bare = /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
  // A run of escaped bytes is one or more UTF-8 characters.
  return bare
    .replace(/(?:\\[0-9a-fA-F]{2})+/g, (run) =>
      Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8'),
    )
    .replace(/\\(.)/gs, '$1');
}
