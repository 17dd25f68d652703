// The file name that a server announces: RFC 6266, with what the ANS really sends (an unquoted name).

/** The announced name, made safe; undefined when there is none that can be used. */
export function fileNameOfDisposition(header: string | undefined): string | undefined {
  if (header === undefined || header.length > headerCharsMax) return undefined;
  const extended = /;\s*filename\*\s*=\s*([^;]+)/i.exec(header)?.[1];
  const fromExtended = extended === undefined ? undefined : decodeExtended(extended.trim());
  const name = fromExtended ?? plainName(header);
  return name === undefined ? undefined : safeFileName(name);
}

const headerCharsMax = 4_096;

/** Last segment of a name that may be a path, without control or shell characters; never `.`, `..` or hidden. */
export function safeFileName(name: string): string | undefined {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const safe = last
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._()@+, -]/gu, '_')
    .replace(/^[. ]+/, '')
    .trim();
  if (safe === '') return undefined;
  if (safe.length <= fileNameCharsMax) return safe;
  const extension = /(\.[A-Za-z0-9]{1,5}){0,2}$/.exec(safe)?.[0] ?? '';
  return safe.slice(0, fileNameCharsMax - extension.length) + extension;
}

const fileNameCharsMax = 120;

function plainName(header: string): string | undefined {
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  const bare = /;\s*filename\s*=\s*([^;]+)/i.exec(header)?.[1];
  return bare?.trim();
}

/** RFC 5987: `UTF-8''na%C3%AFf.zip`; undefined when it does not decode, so that `filename` is used. */
function decodeExtended(value: string): string | undefined {
  const match = /^"?([A-Za-z0-9-]+)'[^']*'([^"]*)"?$/.exec(value);
  const [, charset = '', encoded = ''] = match ?? [];
  if (encoded === '') return undefined;
  try {
    if (charset.toLowerCase() === 'utf-8') return decodeURIComponent(encoded);
    if (charset.toLowerCase() === 'iso-8859-1') return decodeLatin1(encoded);
  } catch {
    return undefined;
  }
  return undefined;
}

function decodeLatin1(encoded: string): string {
  return encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
