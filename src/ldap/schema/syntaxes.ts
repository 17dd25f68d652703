// Syntaxes (RFC 4517 section 3.3): those of the attribute types and matching rules that we define.
import { prepareGeneralizedTime } from './generalized-time.js';

export type Syntax = {
  readonly oid: string;
  readonly description: string;
  /**
   * Cleaned text that has the syntax, else undefined. Undefined as a whole: entries made from texts hold no value of it.
   */
  readonly accept: ((text: string) => string | undefined) | undefined;
};

const ldap = '1.3.6.1.4.1.1466.115.121.1';

const rows: readonly (readonly [oid: string, description: string, accept?: Syntax['accept']])[] = [
  [`${ldap}.3`, 'Attribute Type Description'],
  [`${ldap}.4`, 'Audio'],
  [`${ldap}.5`, 'Binary'],
  [`${ldap}.6`, 'Bit String'],
  [`${ldap}.7`, 'Boolean', (text) => pass(text, /^(?:TRUE|FALSE)$/)],
  [`${ldap}.8`, 'Certificate'],
  [`${ldap}.11`, 'Country String', (text) => pass(text, /^[A-Za-z]{2}$/)],
  [`${ldap}.12`, 'DN'],
  [`${ldap}.14`, 'Delivery Method'],
  [`${ldap}.15`, 'Directory String', cleanText],
  [`${ldap}.16`, 'DIT Content Rule Description'],
  [`${ldap}.17`, 'DIT Structure Rule Description'],
  [`${ldap}.22`, 'Facsimile Telephone Number', cleanPrintable],
  [`${ldap}.23`, 'Fax'],
  [
    `${ldap}.24`,
    'Generalized Time',
    (text) => (prepareGeneralizedTime(text) === undefined ? undefined : text),
  ],
  [`${ldap}.25`, 'Guide'],
  [`${ldap}.26`, 'IA5 String', (text) => pass(cleanText(text), /^[\u0020-\u007e]+$/)],
  [`${ldap}.27`, 'INTEGER', (text) => pass(text, /^(?:0|-?[1-9][0-9]*)$/)],
  [`${ldap}.28`, 'JPEG'],
  [`${ldap}.30`, 'Matching Rule Description'],
  [`${ldap}.31`, 'Matching Rule Use Description'],
  [`${ldap}.34`, 'Name And Optional UID'],
  [`${ldap}.35`, 'Name Form Description'],
  [`${ldap}.36`, 'Numeric String', (text) => pass(text, /^[0-9 ]*[0-9][0-9 ]*$/)],
  [`${ldap}.37`, 'Object Class Description'],
  [`${ldap}.38`, 'OID', (text) => pass(text, /^(?:[A-Za-z][A-Za-z0-9-]*|[0-2](?:\.[0-9]+)+)$/)],
  [`${ldap}.40`, 'Octet String'],
  [`${ldap}.41`, 'Postal Address', cleanText],
  [`${ldap}.44`, 'Printable String', cleanPrintable],
  [`${ldap}.45`, 'Subtree Specification'],
  [`${ldap}.50`, 'Telephone Number', cleanPrintable],
  [`${ldap}.51`, 'Teletex Terminal Identifier'],
  [`${ldap}.52`, 'Telex Number'],
  [`${ldap}.54`, 'LDAP Syntax Description'],
  [`${ldap}.58`, 'Substring Assertion'],
  ['1.3.6.1.1.15.1', 'X.509 Certificate Exact Assertion'],
  ['1.3.6.1.1.16.1', 'UUID'],
];

export const syntaxes: readonly Syntax[] = rows.map(([oid, description, accept]) => ({
  oid,
  description,
  accept,
}));

const byOid = new Map(syntaxes.map((syntax) => [syntax.oid, syntax]));

export function findSyntax(oid: string): Syntax | undefined {
  return byOid.get(oid);
}

/** Nothing that a directory string cannot hold or that could not be searched for: see `prepareValue`. */
function cleanText(text: string): string | undefined {
  if (text !== '' && !notPlain.test(text)) return text;
  const clean = text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/[\p{Cn}\p{Co}\p{Cs}\p{Cf}\ufffd\u0340\u0341]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return /[\p{L}\p{N}]/u.test(clean) ? clean : undefined;
}

// Anything but printable Latin letters and single spaces between words: nearly no value.
const notPlain = /[^ -~À-ÖØ-öø-ÿŒœ–’]|^ | $| {2}/;

function cleanPrintable(text: string): string | undefined {
  return pass(cleanText(text), /^[A-Za-z0-9'()+,\-./:?= ]+$/);
}

function pass(text: string | undefined, form: RegExp): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
