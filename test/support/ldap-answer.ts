// What a server answered, as values.
import { applicationTag, readElement, readElements, type Element } from './ldap-wire.js';

export type AnsweredControl = { readonly type: string; readonly value: Buffer | undefined };

export type AnsweredEntry = {
  readonly kind: 'entry';
  readonly id: number;
  readonly dn: string;
  /** The SearchResultEntry as it came, tag and length included. */
  readonly bytes: Buffer;
};

export type AnsweredResult = {
  readonly kind: 'result';
  readonly id: number;
  readonly tag: number;
  readonly code: number;
  readonly matchedDn: string;
  readonly diagnostic: string;
  readonly controls: readonly AnsweredControl[];
  /** responseName and responseValue of an extended response. */
  readonly name: string | undefined;
  readonly value: Buffer | undefined;
};

export type Answer = AnsweredEntry | AnsweredResult;

/** `buffer` is one whole LDAPMessage; what no read-only server may send throws. */
export function decodeAnswer(buffer: Buffer): Answer {
  const outer = need(readElement(buffer, 0));
  if (outer.tag !== 0x30) throw new Error(`an answer that begins with tag ${outer.tag}`);
  const [idElement, operation, controls] = readElements(buffer, outer.start, outer.end);
  const id = readInteger(buffer, need(idElement));
  const element = need(operation);
  if (element.tag === applicationTag.searchResultEntry) {
    const [dn] = readElements(buffer, element.start, element.end);
    const bytes = buffer.subarray(need(idElement).end, element.end);
    return { kind: 'entry', id, dn: readText(buffer, need(dn)), bytes };
  }
  if (!resultTags.has(element.tag)) throw new Error(`an answer of an unknown tag ${element.tag}`);
  return decodeResult(buffer, id, element, controls);
}

const resultTags = new Set<number>([
  applicationTag.bindResponse,
  applicationTag.searchResultDone,
  0x67,
  0x69,
  0x6b,
  0x6d,
  applicationTag.compareResponse,
  applicationTag.extendedResponse,
]);

/** Attributes of an entry, in the order sent. */
export function decodeAttributes(entry: AnsweredEntry): { name: string; values: Buffer[] }[] {
  const { bytes } = entry;
  const operation = need(readElement(bytes, 0));
  const [, list] = readElements(bytes, operation.start, operation.end);
  return readElements(bytes, need(list).start, need(list).end).map((attribute) => {
    const [name, values] = readElements(bytes, attribute.start, attribute.end);
    return {
      name: readText(bytes, need(name)),
      values: readElements(bytes, need(values).start, need(values).end).map(({ start, end }) =>
        bytes.subarray(start, end),
      ),
    };
  });
}

/** Texts of one attribute, by its name in any case. */
export function valuesOf(entry: AnsweredEntry, name: string): string[] {
  const wanted = name.toLowerCase();
  const found = decodeAttributes(entry).filter((one) => one.name.toLowerCase() === wanted);
  return found.flatMap(({ values }) => values.map((value) => value.toString('utf8')));
}

function decodeResult(
  buffer: Buffer,
  id: number,
  operation: Element,
  controls: Element | undefined,
): AnsweredResult {
  const [code, matchedDn, diagnostic, ...rest] = readElements(
    buffer,
    operation.start,
    operation.end,
  );
  const name = rest.find(({ tag }) => tag === 0x8a);
  const value = rest.find(({ tag }) => tag === 0x8b);
  return {
    kind: 'result',
    id,
    tag: operation.tag,
    code: readInteger(buffer, need(code)),
    matchedDn: readText(buffer, need(matchedDn)),
    diagnostic: readText(buffer, need(diagnostic)),
    controls: controls ? decodeControls(buffer, controls) : [],
    name: name && readText(buffer, name),
    value: value && buffer.subarray(value.start, value.end),
  };
}

function decodeControls(buffer: Buffer, list: Element): AnsweredControl[] {
  if (list.tag !== 0xa0) throw new Error(`controls of tag ${list.tag}`);
  return readElements(buffer, list.start, list.end).map((control) => {
    const [type, ...rest] = readElements(buffer, control.start, control.end);
    const value = rest.find(({ tag }) => tag === 0x04);
    return {
      type: readText(buffer, need(type)),
      value: value && buffer.subarray(value.start, value.end),
    };
  });
}

const readText = (buffer: Buffer, { start, end }: Element): string =>
  buffer.toString('utf8', start, end);

export const readInteger = (buffer: Buffer, { start, end }: Element): number =>
  buffer.readIntBE(start, end - start);

function need(element: Element | undefined): Element {
  if (!element) throw new Error('an answer lacks an element');
  return element;
}
