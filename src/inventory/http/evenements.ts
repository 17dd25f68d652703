// The content of a PATCH -> events, or every fault of every event.
import { domaineOf, type BalOperateur } from '../../domain/bal-operateur.js';
import {
  fautesMontreesMax,
  typesEvenement,
  type FauteRecue,
  type FormatEvenements,
  type RangEvenement,
  type TypeEvenement,
} from '../../domain/inventaire-recu.js';
import { gardienDesDomaines, type SourceInventaire } from '../../domain/source-inventaire.js';
import type { InventaireColumn } from '../columns.js';
import { ControleLignes } from '../controle.js';
import { explainExpected, InventaireReport, shortenValue } from '../faults.js';
import { isJsonObject, jsonHeader, readJsonCells, type JsonObject } from '../json-cells.js';
import { readRow } from '../row.js';
import { parseAdresse } from '../values.js';
import { readHorodatage } from './horodatage.js';
import { readContent } from './contenu-evenements.js';

export type Evenement = RangEvenement & {
  readonly type: TypeEvenement;
  /** Lower-cased. */
  readonly adresse: string;
  /** What the BAL is from then on; none when it is deleted. */
  readonly lignes: readonly BalOperateur[];
};

export type EvenementsLus = {
  /** In the order of the content. */
  readonly evenements: readonly Evenement[];
  /** The first ones. */
  readonly fautes: readonly FauteRecue[];
  readonly nombreFautes: number;
  /** French sentences about values that were accepted. */
  readonly avertissements: readonly string[];
  /** The columns that some line has. */
  readonly columns: readonly InventaireColumn[];
};

export type LectureEvenements = {
  readonly format: FormatEvenements;
  readonly source: SourceInventaire;
  readonly evenementsMax: number;
  /** Attachments of one BAL. */
  readonly lignesMax: number;
  /** Events dated before are refused: what is known of those of their BAL may be forgotten. */
  readonly oldest: Date;
  readonly now: Date;
};

export function readEvenements(content: Buffer, lecture: LectureEvenements): EvenementsLus {
  const lus = new Collector(lecture);
  const { items, fautes } = readContent(content, lecture.format, lecture.evenementsMax);
  for (const faute of fautes) lus.fail(faute);
  for (const { evenement, value } of items) {
    const read = readEvenement(value, evenement, lus);
    if (read) lus.evenements.push(read);
  }
  return lus.result();
}

/** What is found on the way; `report` has the warnings about cells. */
class Collector {
  readonly lecture: LectureEvenements;
  readonly evenements: Evenement[] = [];
  readonly columns = new Set<InventaireColumn>();
  readonly refuseDomaine: (domaine: string) => string | undefined;
  readonly #fautes: FauteRecue[] = [];
  readonly #avertissements = new Set<string>();
  #count = 0;

  constructor(lecture: LectureEvenements) {
    this.lecture = lecture;
    this.refuseDomaine = gardienDesDomaines(lecture.source);
  }

  fail(faute: FauteRecue): void {
    this.#count++;
    if (this.#fautes.length < fautesMontreesMax) this.#fautes.push(faute);
  }

  warn(warnings: readonly string[]): void {
    for (const warning of warnings)
      if (this.#avertissements.size < fautesMontreesMax) this.#avertissements.add(warning);
  }

  result(): EvenementsLus {
    return {
      evenements: this.evenements,
      fautes: this.#fautes,
      nombreFautes: this.#count,
      avertissements: [...this.#avertissements],
      columns: [...this.columns],
    };
  }
}

const fields = ['evenement', 'adresse', 'horodatage', 'sequence', 'lignes'];

function readEvenement(value: unknown, index: number, lus: Collector): Evenement | undefined {
  let faultCount = 0;
  const fail: Fail = (champ, code, message) => {
    faultCount++;
    lus.fail({ evenement: index, ...(champ !== undefined && { champ }), code, message });
  };
  if (!isJsonObject(value)) {
    fail(undefined, 'OBJET_ATTENDU', 'un objet JSON par événement');
    return undefined;
  }
  for (const name of Object.keys(value))
    if (!fields.includes(name))
      fail(shortenValue(name), 'CHAMP_INCONNU', `champs connus : ${fields.join(', ')}`);
  const type = readType(value['evenement'], fail);
  const adresse = readAdresse(value['adresse'], lus, fail);
  const horodatageUs = readHorodatage(value['horodatage'], lus.lecture, fail);
  const sequence = readSequence(value['sequence'], fail);
  const lignes = readLignes(value['lignes'], type, adresse, lus, fail);
  if (faultCount > 0 || !type || adresse === undefined || horodatageUs === undefined)
    return undefined;
  return { type, adresse: adresse.toLowerCase(), horodatageUs, sequence, lignes };
}

export type Fail = (champ: string | undefined, code: string, message: string) => void;

function readType(value: unknown, fail: Fail): TypeEvenement | undefined {
  const type = typesEvenement.find((known) => known === value);
  if (!type) fail('evenement', 'EVENEMENT_INCONNU', `attendu : ${typesEvenement.join(', ')}`);
  return type;
}

/** As written. */
function readAdresse(value: unknown, lus: Collector, fail: Fail): string | undefined {
  if (typeof value !== 'string') {
    fail('adresse', 'VALEUR_ABSENTE', 'attendu : l’adresse de la BAL, un texte');
    return undefined;
  }
  const cell = parseAdresse(value.trim());
  if (cell.kind === 'fault') {
    fail('adresse', cell.code, `attendu : ${cell.expected}`);
    return undefined;
  }
  const refused = lus.refuseDomaine(domaineOf(cell.value.toLowerCase()));
  if (refused === undefined) return cell.value;
  fail('adresse', 'DOMAINE_AUTRE_SOURCE', `attendu : ${refused}`);
  return undefined;
}

function readSequence(value: unknown, fail: Fail): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  fail('sequence', 'SEQUENCE_MAL_FORMEE', 'attendu : un nombre entier, 0 ou plus');
  return 0;
}

function readLignes(
  value: unknown,
  type: TypeEvenement | undefined,
  adresse: string | undefined,
  lus: Collector,
  fail: Fail,
): BalOperateur[] {
  if (type === 'supprimee') {
    if (value !== undefined && value !== null)
      fail('lignes', 'LIGNES_EN_TROP', 'une BAL supprimée n’a plus de lignes : retirez ce champ');
    return [];
  }
  const { lignesMax } = lus.lecture;
  if (!Array.isArray(value) || value.length === 0 || value.length > lignesMax) {
    fail(
      'lignes',
      'LIGNES_ATTENDUES',
      `attendu : de 1 à ${lignesMax} lignes, une par rattachement`,
    );
    return [];
  }
  const ligneReader = new LigneReader(adresse, lus, fail);
  const lignes = value.flatMap((ligne: unknown, index) => ligneReader.read(ligne, index) ?? []);
  ligneReader.end();
  return lignes;
}

/** The lines of one event, judged as those of a file are. */
class LigneReader {
  readonly #report = new InventaireReport(fautesMontreesMax);
  readonly #controle: ControleLignes;
  readonly #adresse: string | undefined;
  readonly #lus: Collector;
  readonly #fail: Fail;

  constructor(adresse: string | undefined, lus: Collector, fail: Fail) {
    this.#controle = new ControleLignes(this.#report, lus.lecture.source, 'ligne');
    this.#adresse = adresse;
    this.#lus = lus;
    this.#fail = fail;
  }

  read(value: unknown, index: number): BalOperateur | undefined {
    if (!isJsonObject(value)) {
      this.#fail(`lignes.${index}`, 'OBJET_ATTENDU', 'un objet JSON par ligne');
      return undefined;
    }
    const adresse = this.#adresse;
    const own = value['adresse'];
    if (own !== undefined && own !== null && adresse !== undefined && !isSame(own, adresse)) {
      const expected = 'attendu : l’adresse de l’événement, ou rien';
      this.#fail(`lignes.${index}.adresse`, 'ADRESSE_DIVERGENTE', expected);
      return undefined;
    }
    const bal = this.#readRow({ ...value, adresse: adresse ?? null }, index);
    return bal && this.#controle.accept(bal, index + 1) ? bal : undefined;
  }

  /** Hands over what the report has. */
  end(): void {
    for (const fault of this.#report.faults) {
      // Told of the event already.
      if (fault.column === 'adresse' && this.#adresse === undefined) continue;
      const column = fault.column === undefined ? '' : `.${fault.column}`;
      this.#fail(`lignes.${fault.line - 1}${column}`, fault.code, explainExpected(fault));
    }
    this.#lus.warn(this.#report.warnings());
  }

  #readRow(value: JsonObject, index: number): BalOperateur | undefined {
    const { cells, columns, faults } = readJsonCells(value);
    for (const column of columns) this.#lus.columns.add(column);
    return readRow(cells, index + 1, jsonHeader, this.#lus.lecture.now, this.#report, faults);
  }
}

function isSame(own: unknown, adresse: string): boolean {
  return typeof own === 'string' && own.trim().toLowerCase() === adresse.toLowerCase();
}
