// A BAL as FHIR writes it: ContactPoint with the ANS's extensions (swagger « MailboxMSS », profile as-mailbox-mss). What is
// read keeps the form it was written in, and is written back so.
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { CarriedBal, ContactForm } from './carried-bal.js';
import { systemOfEncoding, type TypeEncoding, type Dialect } from './dialect.js';
import { findUnknownKey, isObjectList, isObject, type JsonObject } from './json.js';
import { systemR256, emailTypeUrl, metadataUrl } from './systems.js';

/** Attributes of a BAL, as read; the carrier is not looked at yet. */
export type ReadBal = Omit<CarriedBal, 'isSeeded' | 'namedStructure'>;

const adressePattern = /^[^@\s]+@([^@\s]+\.mssante\.fr|interop-mssante\.apicrypt\.org)$/u;
/** RFC 5321 section 4.5.3.1: no path is longer. */
const adresseCharsMax = 254;
export const textCharsMax = 1_000;

function isAdresseMssante(text: string): boolean {
  return text.length <= adresseCharsMax && adressePattern.test(text);
}

/** A French sentence when it is not a BAL in one of the forms that the dialect accepts. */
export function readContactPoint(value: unknown, dialect: Dialect): ReadBal | string {
  if (!isObject(value)) return 'valueContactPoint : objet attendu';
  const unexpected = findUnknownKey(value, ['system', 'value', 'rank', 'use', 'extension']);
  if (unexpected !== undefined) return `ContactPoint.${unexpected} : élément inattendu`;
  const [adresse, rank, use, extension] = [
    value['value'],
    value['rank'],
    value['use'],
    value['extension'],
  ];
  if (value['system'] !== 'email') return 'ContactPoint.system : « email » attendu';
  if (typeof adresse !== 'string' || !isAdresseMssante(adresse)) {
    return 'ContactPoint.value : adresse MSSanté attendue';
  }
  if (rank !== undefined && !isRank(rank)) return 'ContactPoint.rank : entier ≥ 1 attendu';
  if (use !== undefined && !isUse(use)) return 'ContactPoint.use : code FHIR attendu';
  if (extension !== undefined && !isObjectList(extension)) {
    return 'ContactPoint.extension : liste attendue';
  }
  const parsed = readExtensions(extension ?? [], dialect);
  if (typeof parsed === 'string') return parsed;
  const { encoding, hasEmailType, ...attributes } = parsed;
  return { adresse, rank, ...attributes, form: formOf(encoding, hasEmailType, use) };
}

export function isRank(value: unknown): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2_147_483_647
  );
}

function isUse(value: unknown): value is string {
  return ['home', 'work', 'temp', 'old', 'mobile'].some((use) => use === value);
}

type Attributes = Pick<
  ReadBal,
  'typeBal' | 'listeRouge' | 'description' | 'service' | 'responsable'
>;
type ReadAttributes = Attributes & {
  readonly encoding: TypeEncoding;
  readonly hasEmailType: boolean;
};

function readExtensions(
  extensions: readonly JsonObject[],
  dialect: Dialect,
): ReadAttributes | string {
  let hasEmailType = false;
  let metadata: Omit<ReadAttributes, 'hasEmailType'> | undefined;
  for (const extension of extensions) {
    if (extension['url'] === emailTypeUrl && !hasEmailType) {
      if (!isCoding(extension['valueCoding'], systemR256, 'MSSANTE')) {
        return 'emailType : TRE_R256#MSSANTE attendu';
      }
      hasEmailType = true;
    } else if (extension['url'] === metadataUrl && metadata === undefined) {
      const parsed = readMetadata(extension, dialect);
      if (typeof parsed === 'string') return parsed;
      metadata = parsed;
    } else {
      return `ContactPoint.extension : inattendue ou en double (${String(extension['url'])})`;
    }
  }
  if (metadata === undefined) return 'extension as-ext-mailbox-mss-metadata attendue';
  if (dialect.emailType === 'required' && !hasEmailType) {
    return 'extension emailType (1..1 dans le profil) attendue';
  }
  return { ...metadata, hasEmailType };
}

function readMetadata(
  metadata: JsonObject,
  dialect: Dialect,
): Omit<ReadAttributes, 'hasEmailType'> | string {
  const subs = metadata['extension'];
  if (!isObjectList(subs)) return 'as-ext-mailbox-mss-metadata : sous-extensions attendues';
  const seen = new Map<string, JsonObject>();
  for (const extension of subs) {
    const url = extension['url'];
    if (typeof url !== 'string' || seen.has(url)) return 'sous-extension sans url, ou en double';
    seen.set(url, extension);
  }
  const unexpected = [...seen.keys()].find((url) => !(url in knownUrls));
  if (unexpected !== undefined) return `sous-extension inconnue : ${unexpected}`;
  const type = readType(seen.get('type'), dialect);
  if (typeof type === 'string') return type;
  const listeRouge = seen.get('listeRouge')?.['valueBoolean'];
  if (seen.has('listeRouge') && typeof listeRouge !== 'boolean') {
    return 'listeRouge : valueBoolean attendu';
  }
  const texts: Record<string, string | undefined> = {};
  for (const url of ['description', 'service', 'responsible']) {
    const text = seen.get(url)?.['valueString'];
    if (seen.has(url) && !isText(text)) return `${url} : valueString attendu`;
    texts[url] = isText(text) ? text : undefined;
  }
  return {
    ...type,
    listeRouge: typeof listeRouge === 'boolean' ? listeRouge : undefined,
    description: texts['description'],
    service: texts['service'],
    responsable: texts['responsible'],
  };
}

const knownUrls: Readonly<Record<string, true>> = {
  type: true,
  listeRouge: true,
  description: true,
  service: true,
  responsible: true,
};

/** FHIR strings are never empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= textCharsMax;
}

/** The forms seen: a CodeableConcept of one coding, or a code. */
export function readType(
  extension: JsonObject | undefined,
  { typeEncodings }: Dialect,
): { typeBal: TypeBal; encoding: TypeEncoding } | string {
  if (extension === undefined) return 'sous-extension type attendue';
  const code = extension['valueCode'];
  if (typeof code === 'string' && isTypeBal(code) && typeEncodings.includes('code')) {
    return { typeBal: code, encoding: 'code' };
  }
  const concept = extension['valueCodeableConcept'];
  const codings = isObject(concept) ? concept['coding'] : undefined;
  const coding = isObjectList(codings) && codings.length === 1 ? codings[0] : undefined;
  const parsed = coding?.['code'];
  const encoding = typeEncodings.find(
    (known) => known !== 'code' && coding?.['system'] === systemOfEncoding(known),
  );
  if (typeof parsed === 'string' && isTypeBal(parsed) && encoding)
    return { typeBal: parsed, encoding };
  return `type : PER, ORG, APP ou CAB attendu, codé comme le veut ce dialecte (${typeEncodings.join(', ')})`;
}

function isCoding(value: unknown, system: string, code: string): boolean {
  return isObject(value) && value['system'] === system && value['code'] === code;
}

const forms = new Map<string, ContactForm>();

/** One object for all the BAL written alike: there are few forms and many BAL. */
export function formOf(encoding: TypeEncoding, hasEmailType: boolean, use?: string): ContactForm {
  const key = `${encoding} ${hasEmailType} ${use ?? ''}`;
  let form = forms.get(key);
  if (!form) forms.set(key, (form = { encoding, hasEmailType, use }));
  return form;
}

/** What a reader must not see (open-data profiles as-dp-*). */
export type Mask = { readonly listeRouge: boolean; readonly responsable: boolean };

export const nothingMasked: Mask = { listeRouge: false, responsable: false };

export function writeContactPoint(bal: CarriedBal | ReadBal, mask: Mask): object {
  const { form } = bal;
  const extension: object[] = [];
  if (form.hasEmailType) {
    extension.push({
      url: emailTypeUrl,
      valueCoding: { system: systemR256, code: 'MSSANTE' },
    });
  }
  extension.push({ url: metadataUrl, extension: subExtensions(bal, mask) });
  return {
    extension,
    system: 'email',
    value: bal.adresse,
    ...(form.use !== undefined && { use: form.use }),
    ...(bal.rank !== undefined && { rank: bal.rank }),
  };
}

function subExtensions(bal: CarriedBal | ReadBal, mask: Mask): object[] {
  const subs: object[] = [{ url: 'type', ...writeType(bal) }];
  if (bal.listeRouge !== undefined && !mask.listeRouge) {
    subs.push({ url: 'listeRouge', valueBoolean: bal.listeRouge });
  }
  const text = (url: string, valueString: string | undefined): void => {
    if (valueString !== undefined) subs.push({ url, valueString });
  };
  text('description', bal.description);
  text('service', bal.service);
  if (!mask.responsable) text('responsible', bal.responsable);
  return subs;
}

function writeType({ typeBal, form }: CarriedBal | ReadBal): object {
  if (form.encoding === 'code') return { valueCode: typeBal };
  const coding = [{ system: systemOfEncoding(form.encoding), code: typeBal }];
  return { valueCodeableConcept: { coding } };
}
