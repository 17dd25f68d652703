// What settings may put in an attribute: a national column as it is, or something made of several.
import type { LigneBalPubliee } from '../../domain/bal-publiee.js';
import {
  parseAdeli,
  parseFiness,
  parseRpps,
  parseSiren,
  parseSiret,
} from '../../domain/identifiers.js';
import type { EntryPart } from '../schema/served-schema.js';

/** A value for one line; the empty string when there is none. */
export type BalField = (ligne: LigneBalPubliee) => string;

/** By the name that settings use. */
export function findBalField(name: string): BalField | undefined {
  return fields.get(name)?.field;
}

/** What decides on the value of a field; an unknown one is of the BAL itself. */
export function findPartOfField(name: string): EntryPart {
  return fields.get(name)?.part ?? 'own';
}

export function listBalFields(): string[] {
  return [...fields.keys()];
}

type Column = keyof LigneBalPubliee;

const columns: Readonly<Record<EntryPart, readonly Column[]>> = {
  own: ['identifiantPp', 'serviceRattachement', 'nomExercice', 'prenomExercice'],
  kind: [
    'typeBal',
    'civiliteExercice',
    'categorieProfession',
    'libelleCategorieProfession',
    'codeProfession',
    'libelleProfession',
    'codeSavoirFaire',
    'libelleSavoirFaire',
    'dematerialisation',
  ],
  structure: [
    'raisonSociale',
    'enseigneCommerciale',
    'complementLocalisation',
    'complementDistribution',
    'lieuDit',
    'ligneAcheminement',
    'codePostal',
    'departement',
    'pays',
  ],
};

/** Made of several columns; none is of the kind. */
const made: Readonly<Record<EntryPart, Readonly<Record<string, BalField>>>> = {
  own: {
    adresse: (ligne) => ligne.adressePubliee,
    nomComplet: (ligne) => join(' ', ligne.prenomExercice, ligne.nomExercice),
    nomInverse: (ligne) => join(' ', ligne.nomExercice, ligne.prenomExercice),
    intitule: (ligne) => intitule(ligne, false),
    intituleInverse: (ligne) => intitule(ligne, true),
    rpps: (ligne) =>
      ligne.typeIdentifiantPp === '8' ? (parseRpps(ligne.identifiantPp) ?? '') : '',
    adeli: (ligne) =>
      ligne.typeIdentifiantPp === '0' ? (parseAdeli(ligne.identifiantPp) ?? '') : '',
    idNatPs,
  },
  kind: {},
  structure: {
    structure: structureName,
    idNatStruct: (ligne) => (/^[0-4]/.test(ligne.structureId) ? ligne.structureId : ''),
    finess: (ligne) => structureNumber(ligne, '1', parseFiness),
    siren: (ligne) => structureNumber(ligne, '2', parseSiren),
    siret: (ligne) => structureNumber(ligne, '3', parseSiret),
    ville,
    rue,
    adressePostale,
  },
};

const parts: readonly EntryPart[] = ['own', 'kind', 'structure'];

type Field = { readonly field: BalField; readonly part: EntryPart };

const fields = new Map<string, Field>(
  parts.flatMap((part) => [
    ...columns[part].map((column): [string, Field] => [
      column,
      { part, field: (ligne) => ligne[column] },
    ]),
    ...Object.entries(made[part]).map(([name, field]): [string, Field] => [name, { part, field }]),
  ]),
);

/** « Cardiologie - CHU Exemple », either way round; of the BAL of a person, nothing. */
function intitule(ligne: LigneBalPubliee, isInverse: boolean): string {
  const { typeBal } = ligne;
  const service = ligne.serviceRattachement.trim();
  if (typeBal === 'PER' || typeBal === 'CAB' || ligne.nomExercice !== '') return '';
  const structure = structureName(ligne);
  if (service.toLowerCase().includes(structure.toLowerCase())) return service;
  return isInverse ? join(' - ', structure, service) : join(' - ', service, structure);
}

function structureName(ligne: LigneBalPubliee): string {
  return ligne.enseigneCommerciale.trim() || ligne.raisonSociale.trim();
}

/** The published one, else what it is made of. Type 10 is the address itself: no identity. */
function idNatPs({
  identificationNationalePp,
  typeIdentifiantPp,
  identifiantPp,
}: LigneBalPubliee): string {
  if (typeIdentifiantPp === '10') return '';
  if (identificationNationalePp !== '') return identificationNationalePp;
  return identifiantPp !== '' && /^\d$/.test(typeIdentifiantPp)
    ? typeIdentifiantPp + identifiantPp
    : '';
}

function structureNumber(
  { structureId }: LigneBalPubliee,
  type: string,
  parse: (text: string) => string | undefined,
): string {
  return structureId.startsWith(type) ? (parse(structureId.slice(1)) ?? '') : '';
}

/** « 86660 ARGURGNON CEDEX 2 » is ARGURGNON. */
function ville({ ligneAcheminement }: LigneBalPubliee): string {
  if (ligneAcheminement === '') return '';
  return ligneAcheminement
    .replace(/^\s*(?:[A-Z]{1,2}-)?\d{4,6}\s+/i, '')
    .replace(/\s+CEDEX(?:\s+\d{1,2})?\s*$/i, '');
}

function rue(ligne: LigneBalPubliee): string {
  const numero = join(' ', ligne.numeroVoie, ligne.complementNumeroVoie);
  return join(' ', numero, join(' ', ligne.typeVoie, ligne.libelleVoie));
}

/** Postal Address (RFC 4517 section 3.3.28): lines between `$`. Nothing when there is no town. */
function adressePostale(ligne: LigneBalPubliee): string {
  const place = ligne.ligneAcheminement || ligne.codePostal;
  if (place === '') return '';
  let address = escapeLine(structureName(ligne));
  address = join('$', address, escapeLine(ligne.complementLocalisation));
  address = join('$', address, escapeLine(ligne.complementDistribution));
  address = join('$', address, escapeLine(rue(ligne)));
  address = join('$', address, escapeLine(ligne.lieuDit));
  address = join('$', address, escapeLine(place));
  const isFrance = ligne.pays === 'France' || ligne.pays.toLowerCase() === 'france';
  return isFrance ? address : join('$', address, escapeLine(ligne.pays));
}

function escapeLine(line: string): string {
  const isPlain = !line.includes('\\') && !line.includes('$');
  return isPlain ? line.trim() : line.trim().replaceAll('\\', '\\5C').replaceAll('$', '\\24');
}

function join(separator: string, before: string, after: string): string {
  if (before === '') return after;
  return after === '' ? before : before + separator + after;
}
