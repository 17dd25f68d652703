// XML as text and as a tree, refusing what a national file never holds and an attacker does.
import { isUtf8 } from 'node:buffer';
import { DOMParser } from '@xmldom/xmldom';
import { RefusedError, messageOf } from '../../errors.js';

/** The text of the file; refused when it is not plain UTF-8 XML without DTD (entity expansion, external entities). */
export function decodeXml(bytes: Buffer): string {
  if (!isUtf8(bytes) || bytes.includes(0)) throw unreadable("le fichier n'est pas en UTF-8");
  const xml = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(xml)) {
    throw unreadable(
      'une DTD ou des entités y sont déclarées, ce que la liste blanche ne contient jamais',
    );
  }
  const encoding = /^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(xml)?.[1] ?? 'UTF-8';
  if (!/^utf-?8$/i.test(encoding)) {
    throw unreadable(`l'encodage déclaré est ${encoding.slice(0, 20)}, UTF-8 est attendu`);
  }
  return xml;
}

/** The tree of well-formed XML; any complaint of the parser, even a warning, refuses the file. */
export function parseXml(xml: string): Document {
  // The parser complains of our own complaint too: the first is the one to tell.
  let first: RefusedError | undefined;
  const complain = (what: unknown): never => {
    throw (first ??= unreadable(`XML mal formé : ${firstLine(messageOf(what))}`));
  };
  const parser = new DOMParser({
    locator: {},
    errorHandler: { warning: complain, error: complain, fatalError: complain },
  });
  try {
    return parser.parseFromString(xml, 'text/xml');
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw unreadable(`XML mal formé : ${firstLine(messageOf(error))}`, error);
  }
}

/** The root element; refused when there is none. */
export function rootOf(document: Document): Element {
  const root = childElements(document)[0];
  if (!root) throw unreadable('le document XML est vide');
  return root;
}

export function childElements(parent: Node): Element[] {
  const elements: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (isElement(node)) elements.push(node);
  }
  return elements;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

/** Line of a node in the text it was parsed from, from 1; xmldom adds it to its nodes. */
export function lineOf(node: Node): number {
  return 'lineNumber' in node && typeof node.lineNumber === 'number' ? node.lineNumber : 1;
}

export function unreadable(what: string, cause?: unknown): RefusedError {
  return new RefusedError(
    'LISTE_BLANCHE_ILLISIBLE',
    `Liste blanche illisible : ${what}. Téléchargez-la à nouveau ; si cela dure, prévenez l'ANS.`,
    cause,
  );
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 200);
}
