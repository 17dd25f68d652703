// The only FHIRPath expressions that the draft shows (patch examples), read strictly: anything else is refused, as a server
// that pretends to understand more would hide a fault of its client.
import { metadataUrl, type ResourceType } from './systems.js';

export const attributes = ['type', 'listeRouge', 'description', 'service', 'responsible'] as const;
export type Attribute = (typeof attributes)[number];

export type Path =
  /** `R.telecom` */
  | { readonly kind: 'telecom' }
  /** `R.telecom.where(value = 'a')` */
  | { readonly kind: 'bal'; readonly adresse: string }
  /** `….rank` */
  | { readonly kind: 'rank'; readonly adresse: string }
  /** `….extension('<metadata>').extension('listeRouge').value` */
  | { readonly kind: 'attribute'; readonly adresse: string; readonly attribute: Attribute };

/** A French sentence when the expression is none of these. */
export function parsePath(text: string, resourceType: ResourceType): Path | string {
  const reader = new Reader(text);
  if (!reader.eat(`${resourceType}.telecom`)) {
    return `« ${resourceType}.telecom » attendu au début de l'expression`;
  }
  if (reader.isDone()) return { kind: 'telecom' };
  if (!reader.eat('.where(')) return '« .where( » ou la fin attendu après « telecom »';
  reader.skipBlanks();
  if (!reader.eat('value')) return '« value » attendu dans « where »';
  reader.skipBlanks();
  if (!reader.eat('=')) return '« = » attendu dans « where »';
  reader.skipBlanks();
  const adresse = reader.readString();
  if (adresse === undefined) return 'chaîne FHIRPath mal formée dans « where »';
  reader.skipBlanks();
  if (!reader.eat(')')) return '« ) » attendu à la fin de « where »';
  return readTail(reader, adresse);
}

function readTail(reader: Reader, adresse: string): Path | string {
  if (reader.isDone()) return { kind: 'bal', adresse };
  if (reader.eat('.rank')) {
    return reader.isDone() ? { kind: 'rank', adresse } : 'rien attendu après « rank »';
  }
  const url = readExtension(reader);
  if (url !== metadataUrl) return `« .rank » ou « .extension('${metadataUrl}') » attendu`;
  const name = readExtension(reader);
  const attribute = attributes.find((known) => known === name);
  if (attribute === undefined) return `extension attendue parmi : ${attributes.join(', ')}`;
  if (!reader.eat('.value') || !reader.isDone()) return '« .value » attendu, puis la fin';
  return { kind: 'attribute', adresse, attribute };
}

function readExtension(reader: Reader): string | undefined {
  if (!reader.eat('.extension(')) return undefined;
  const name = reader.readString();
  return reader.eat(')') ? name : undefined;
}

// FHIRPath (N1) grammar, ESC: '\\' ([`'\\/fnrt"] | UNICODE).
const escapes: Readonly<Record<string, string>> = {
  '`': '`',
  "'": "'",
  '"': '"',
  '\\': '\\',
  '/': '/',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isDone(): boolean {
    return this.#at === this.#text.length;
  }

  eat(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  skipBlanks(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  /** A string between simple quotes; undefined when it is not well formed. */
  readString(): string | undefined {
    if (!this.eat("'")) return undefined;
    let value = '';
    while (!this.isDone()) {
      const char = this.#text[this.#at++] ?? '';
      if (char === "'") return value;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const escaped = this.#readEscape();
      if (escaped === undefined) return undefined;
      value += escaped;
    }
    return undefined;
  }

  #readEscape(): string | undefined {
    const char = this.#text[this.#at++] ?? '';
    if (char !== 'u') return escapes[char];
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/u.test(hex)) return undefined;
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }
}
