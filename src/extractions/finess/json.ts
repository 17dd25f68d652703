// FINESS+ open data, structures (schema-structures-v1): an EG belongs to the EJ that it is nested in.
import { isUtf8 } from 'node:buffer';
import { RefusedError, messageOf } from '../../errors.js';
import { readChunks } from '../read-chunks.js';
import type { Remarks } from '../remarks.js';
import { readElements } from './json-elements.js';
import type { JsonElement } from './json-elements.js';
import { parseDate, parseFiness, parseSiren, parseSiret } from './row.js';
import type { FinessRow } from './row.js';

export type FinessJsonOptions = {
  readonly file: string;
  /** The array of EJ is the document itself, not its key `pmej`. */
  readonly isBareArray: boolean;
  readonly remarks: Remarks;
  /** Codes of TRE_R386 that mean closed; none is published, so a closing date in the past is the sure sign. */
  readonly codesFermes: readonly string[];
  /** AAAA-MM-JJ that a closing date is compared with. */
  readonly today: string;
  readonly maxBytes: number;
  readonly onBytes?: ((bytesRead: number) => void) | undefined;
};

/** An EJ with all its EG and their history weighs at most a few megabytes. */
const elementBytesMax = 64 * 1024 * 1024;

export async function* readFinessJson(
  path: string,
  options: FinessJsonOptions,
): AsyncGenerator<FinessRow> {
  const elements = readElements(readChunks(path, options), {
    file: options.file,
    key: options.isBareArray ? undefined : 'pmej',
    elementBytesMax,
  });
  for await (const element of elements) {
    yield* toRows(parseElement(element, options.file), element.index, options);
  }
}

type Json = Readonly<Record<string, unknown>>;

function parseElement(element: JsonElement, file: string): Json {
  try {
    if (!isUtf8(element.bytes)) throw new Error("texte qui n'est pas en UTF-8");
    return asObject(JSON.parse(element.bytes.toString('utf8')));
  } catch (error) {
    throw new RefusedError(
      'JSON_ILLISIBLE',
      `${file}, octet ${element.offset} : pmej[${element.index}] illisible (${messageOf(error)}). ` +
        `Téléchargez le fichier à nouveau.`,
      error,
    );
  }
}

function* toRows(pmej: Json, index: number, options: FinessJsonOptions): Generator<FinessRow> {
  const ej = toEj(pmej, index, options);
  if (ej) yield ej;
  const ege = Array.isArray(pmej['ege']) ? pmej['ege'] : [];
  for (const [rank, eg] of ege.entries()) {
    const row = toEg(asObject(eg), ej, { index, rank }, options);
    if (row) yield row;
  }
}

function toEj(pmej: Json, index: number, options: FinessJsonOptions): FinessRow | undefined {
  const infos = asObject(pmej['informationsGeneralesPmej']);
  const path = `pmej[${index}].informationsGeneralesPmej`;
  const finess = findFiness(infos, `${path}.numFinessPm`, 'numFinessPm', index, options);
  if (finess === undefined) return undefined;
  const dateFermeture = findDate([infos, pmej], ['dateFermeture'], path, options);
  return {
    finess,
    nature: 'EJ',
    finessEj: finess,
    siret: null,
    siren: parseSiren(textOf(infos, 'siren')) ?? null,
    raisonSociale:
      textOf(infos, 'denominationLonguePmSmsse') || textOf(infos, 'denominationPm') || null,
    codeCategorie: codeOf([infos, pmej], 'categorieEntiteGeographiqueExercice'),
    dateOuverture: findDate([infos, pmej], ['dateCreation', 'dateOuverture'], path, options),
    dateFermeture,
    isClosed: isClosed(dateFermeture, [infos, pmej], options),
  };
}

function toEg(
  eg: Json,
  ej: FinessRow | undefined,
  { index, rank }: { readonly index: number; readonly rank: number },
  options: FinessJsonOptions,
): FinessRow | undefined {
  // `informationsGeneralesEGE` is referenced by the published schema and not defined in it: what it lacks is looked for one
  // level up.
  const infos = asObject(eg['informationsGeneralesEGE']);
  const path = `pmej[${index}].ege[${rank}].informationsGeneralesEGE`;
  const finess = findFiness(infos, `${path}.numFinessEge`, 'numFinessEge', index, options);
  if (finess === undefined) return undefined;
  const siret = findSiret([infos, eg], path, options);
  const dateFermeture = findDate([infos, eg], ['dateFermeture'], path, options);
  return {
    finess,
    nature: 'EG',
    finessEj: ej?.finess ?? null,
    siret,
    siren: siret?.slice(0, 9) ?? ej?.siren ?? null,
    raisonSociale: textOf(infos, 'nomEgeLong') || textOf(infos, 'nomEgeCourt') || null,
    codeCategorie: codeOf([eg, infos], 'categorieEntiteGeographiqueExercice'),
    dateOuverture: findDate([infos, eg], ['dateOuverture', 'dateCreation'], path, options),
    dateFermeture,
    isClosed: isClosed(dateFermeture, [eg, infos], options),
  };
}

function findFiness(
  infos: Json,
  jsonPath: string,
  key: string,
  index: number,
  options: FinessJsonOptions,
): string | undefined {
  const text = textOf(infos, key);
  const finess = parseFiness(text);
  if (finess !== undefined) return finess;
  options.remarks.reject({
    file: options.file,
    line: index + 1,
    column: jsonPath,
    code: text === '' ? 'VALEUR_ABSENTE' : 'FINESS_INVALIDE',
    message:
      text === ''
        ? `${jsonPath} est absent : numéro FINESS attendu.`
        : `${jsonPath} : « ${text.slice(0, 40)} » n'est pas un numéro FINESS (9 caractères).`,
  });
  return undefined;
}

function findSiret(
  places: readonly Json[],
  path: string,
  options: FinessJsonOptions,
): string | null {
  const text = places.map((place) => textOf(place, 'siret')).find((found) => found !== '') ?? '';
  const siret = parseSiret(text);
  if (siret === undefined && text !== '') {
    options.remarks.doubt('Un SIRET est illisible : laissé vide', `${path}.siret`);
  }
  return siret ?? null;
}

function findDate(
  places: readonly Json[],
  keys: readonly string[],
  path: string,
  options: FinessJsonOptions,
): string | null {
  for (const place of places) {
    for (const key of keys) {
      const parsed = parseDate(textOf(place, key));
      if (parsed.kind === 'date') return parsed.date;
      if (parsed.kind === 'invalid') {
        options.remarks.doubt('Une date est illisible : laissée vide', `${path}.${key}`);
      }
    }
  }
  return null;
}

function isClosed(
  dateFermeture: string | null,
  places: readonly Json[],
  options: FinessJsonOptions,
): boolean {
  if (dateFermeture !== null && dateFermeture <= options.today) return true;
  const etat = codeOf(places, 'etatObjet');
  return etat !== null && options.codesFermes.includes(etat);
}

function codeOf(places: readonly Json[], key: string): string | null {
  for (const place of places) {
    const code = textOf(asObject(place[key]), 'code');
    if (code !== '') return code;
  }
  return null;
}

function textOf(place: Json, key: string): string {
  const value = place[key];
  if (typeof value === 'number') return String(value);
  // NUL cannot be stored by PostgreSQL.
  return typeof value === 'string' ? value.replaceAll('\u0000', '').trim() : '';
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}
