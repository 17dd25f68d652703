import type { Remarks } from '../remarks.js';
import { findInDn, parseDn } from './dn.js';
import { childElements, lineOf, parseXml, rootOf, unreadable } from './xml.js';

/** A row of the list: a domain and the certificate of one opérateur that serves it. */
export type DomaineListeBlanche = {
  /** Lower-cased. */
  readonly domaine: string;
  readonly description: string | null;
  readonly dnCertificat: string;
  /** O of the DN. */
  readonly operateur: string | null;
  /** OU of the DN: 3+SIRET or 1+FINESS. */
  readonly identifiantOperateur: string | null;
  readonly responsableContact: string | null;
  readonly supportContact: string | null;
  readonly dateMaj: Date | null;
};

export type ListeBlancheContent = {
  readonly genereLe: Date;
  readonly domaines: readonly DomaineListeBlanche[];
};

export type DomainesOptions = {
  /** For messages. */
  readonly file: string;
  readonly remarks: Remarks;
  /** Lines of the file before the text that is parsed: canonical XML has lost the XML declaration. */
  readonly lineOffset: number;
};

/** Reads the list itself; a domain that cannot be used is rejected with its line. */
export function parseListeBlanche(xml: string, options: DomainesOptions): ListeBlancheContent {
  const root = rootOf(parseXml(xml));
  if (root.localName !== 'ListeBlancheMSSante') {
    throw unreadable(`la racine est « ${root.localName} », ListeBlancheMSSante est attendu`);
  }
  const children = childElements(root);
  const generated = children.filter((child) => child.localName === 'DateDeGeneration');
  const genereLe =
    generated.length === 1 ? parseInstant(generated[0]?.textContent ?? '') : undefined;
  if (!genereLe) throw unreadable('DateDeGeneration est absente ou illisible');
  const lists = children.filter((child) => child.localName === 'ListeDomaines');
  const [list] = lists;
  if (!list || lists.length > 1) throw unreadable('une seule ListeDomaines est attendue');
  const domaines = childElements(list).flatMap((element) => toDomaine(element, options) ?? []);
  return { genereLe, domaines };
}

function toDomaine(element: Element, options: DomainesOptions): DomaineListeBlanche | undefined {
  const line = lineOf(element) + options.lineOffset;
  const where = `ligne ${line}`;
  const cells = new Map(childElements(element).map((child) => [child.localName, textOf(child)]));
  const domaine = parseDomaine(cells.get('Nom') ?? '');
  if (element.localName !== 'Domaine' || domaine === undefined) {
    reject(element, cells.get('Nom') ?? '', line, options);
    return undefined;
  }
  const dnCertificat = cells.get('DNCertificatOperateur') ?? '';
  if (dnCertificat === '') options.remarks.doubt('Un domaine ne nomme pas son opérateur', where);
  const dateMaj = cells.get('DateMAJ') ?? '';
  const date = parseInstant(dateMaj);
  if (!date && dateMaj !== '') {
    options.remarks.doubt('Une date de mise à jour (DateMAJ) est illisible : laissée vide', where);
  }
  return {
    domaine,
    description: cells.get('Description') ?? null,
    dnCertificat,
    ...readOperateur(dnCertificat),
    responsableContact: cells.get('ResponsableContact') ?? null,
    supportContact: cells.get('SupportContact') ?? null,
    dateMaj: date ?? null,
  };
}

function reject(element: Element, nom: string, line: number, options: DomainesOptions): void {
  const isOther = element.localName !== 'Domaine';
  options.remarks.reject({
    file: options.file,
    line,
    column: isOther ? undefined : 'Nom',
    code: isOther ? 'ELEMENT_INCONNU' : nom === '' ? 'VALEUR_ABSENTE' : 'DOMAINE_INVALIDE',
    message: isOther
      ? `Élément « ${element.localName.slice(0, 40)} » inattendu dans ListeDomaines.`
      : `« ${nom.slice(0, 80)} » n'est pas un nom de domaine.`,
  });
}

/** Lower-cased and rid of the spaces around it, invisible ones included; undefined when it is not a domain name. */
export function parseDomaine(text: string): string | undefined {
  const domaine = text
    .replace(/^[\s\u200b-\u200d\u2060]+|[\s\u200b-\u200d\u2060]+$/g, '')
    .toLowerCase();
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  const labels = domaine.split('.');
  const isDomaine =
    domaine.length <= 253 && labels.length >= 2 && labels.every((part) => label.test(part));
  return isDomaine ? domaine : undefined;
}

function readOperateur(
  dn: string,
): Pick<DomaineListeBlanche, 'operateur' | 'identifiantOperateur'> {
  const attributes = parseDn(dn);
  const isIdNatStruct = (ou: string): boolean => /^(?:3[0-9A-Z]{14}|1[0-9A-Z]{9})$/i.test(ou);
  return {
    operateur: findInDn(attributes, 'O') ?? null,
    // A DN may hold an OU that names a service; the identifier is the one of its shape.
    identifiantOperateur:
      findInDn(attributes, 'OU', isIdNatStruct) ?? findInDn(attributes, 'OU') ?? null,
  };
}

function parseInstant(text: string): Date | undefined {
  const trimmed = text.trim();
  // A date alone or without offset would be read in this machine's time zone: UTC is what the file uses.
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(
      trimmed,
    );
  if (!match) return undefined;
  const date = new Date(`${match[1]}T${match[2]?.slice(0, 12) ?? '00:00:00'}${match[3] ?? 'Z'}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function textOf(element: Element): string {
  return element.textContent.trim();
}
