// LDIF (RFC 2849) of the whole tree: what slapadd takes.
import type { ServedSchema } from '../schema/served-schema.js';
import type { DirectoryEntry, StaticEntry } from './directory.js';

/**
 * User attributes only: a server that loads it makes its own operational ones. No `version: 1` goes before the first entry:
 * slapadd takes it for an attribute.
 */
export function writeLdifEntry(schema: ServedSchema, entry: DirectoryEntry): string {
  let text = line('dn', entry.dn);
  schema.attributes.forEach(({ name, isOperational }, index) => {
    if (isOperational) return;
    for (const value of entry.values[index] ?? []) text += line(name, value);
  });
  return `${text}\n`;
}

export function writeLdifStatic(entry: StaticEntry): string {
  const lines = entry.attributes
    .filter(({ isOperational }) => !isOperational)
    .flatMap(({ name, values }) => values.map((value) => line(name, value)));
  return `${line('dn', entry.dn)}${lines.join('')}\n`;
}

// SAFE-STRING, without control characters and the space at the end that the note 8 warns of.
const safe = /^(?![ :<])[ -~]*$(?<! )/;

function line(name: string, value: string): string {
  const text = safe.test(value)
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value).toString('base64')}`;
  return text.length <= lineMax ? `${text}\n` : fold(text);
}

const lineMax = 76;

/** ASCII only: a line may be cut anywhere. */
function fold(text: string): string {
  let folded = text.slice(0, lineMax);
  for (let at = lineMax; at < text.length; at += lineMax - 1) {
    folded += `\n ${text.slice(at, at + lineMax - 1)}`;
  }
  return `${folded}\n`;
}
