// What settings may put in an attribute: a national column as it is, or something made of several.
import type {
  ExercicePublie,
  LigneBalPubliee,
  StructurePubliee,
} from '../../domain/bal-publiee.js';
import {
  parseAdeli,
  parseFiness,
  parseRpps,
  parseSiren,
  parseSiret,
} from '../../domain/identifiers.js';
import type { EntryPart } from '../schema/served-schema.js';

/** A value for one line, from the part of it that says it; the empty string when there is none. */
export type BalField =
  | { readonly of: 'ligne'; readonly read: (ligne: LigneBalPubliee) => string }
  | { readonly of: 'exercice'; readonly read: (exercice: ExercicePublie) => string }
  | { readonly of: 'structure'; readonly read: (structure: StructurePubliee) => string };

export function readField(field: BalField, ligne: LigneBalPubliee): string {
  switch (field.of) {
    case 'ligne':
      return field.read(ligne);
    case 'exercice':
      return field.read(ligne.exercice);
    case 'structure':
      return field.read(ligne.structure);
  }
}

/** By the name that settings use. */
export function findBalField(name: string): BalField | undefined {
  return fields.get(name);
}

/** What decides on the value of a field; an unknown one is of the BAL itself. */
export function findPartOfField(name: string): EntryPart {
  const of = fields.get(name)?.of;
  if (of === 'structure') return 'structure';
  return of === 'exercice' || fieldsOfKind.has(name) ? 'kind' : 'own';
}

export function listBalFields(): string[] {
  return [...fields.keys()];
}

const ofLigne: Readonly<Record<string, (ligne: LigneBalPubliee) => string>> = {
  typeBal: (ligne) => ligne.typeBal,
  identifiantPp: (ligne) => ligne.identifiantPp,
  serviceRattachement: (ligne) => ligne.serviceRattachement,
  nomExercice: (ligne) => ligne.nomExercice,
  prenomExercice: (ligne) => ligne.prenomExercice,
  dematerialisation: (ligne) => ligne.dematerialisation,
  adresse: (ligne) => ligne.adressePubliee,
  nomComplet: (ligne) => join(' ', ligne.prenomExercice, ligne.nomExercice),
  nomInverse: (ligne) => join(' ', ligne.nomExercice, ligne.prenomExercice),
  intitule: (ligne) => intitule(ligne, false),
  intituleInverse: (ligne) => intitule(ligne, true),
  rpps: (ligne) => (ligne.typeIdentifiantPp === '8' ? (parseRpps(ligne.identifiantPp) ?? '') : ''),
  adeli: (ligne) =>
    ligne.typeIdentifiantPp === '0' ? (parseAdeli(ligne.identifiantPp) ?? '') : '',
  idNatPs: idNatPs,
};

/** Of a line, yet the same in many. */
const fieldsOfKind: ReadonlySet<string> = new Set(['typeBal', 'dematerialisation']);

const ofExercice: Readonly<Record<string, (exercice: ExercicePublie) => string>> = {
  civiliteExercice: (exercice) => exercice.civiliteExercice,
  categorieProfession: (exercice) => exercice.categorieProfession,
  libelleCategorieProfession: (exercice) => exercice.libelleCategorieProfession,
  codeProfession: (exercice) => exercice.codeProfession,
  libelleProfession: (exercice) => exercice.libelleProfession,
  codeSavoirFaire: (exercice) => exercice.codeSavoirFaire,
  libelleSavoirFaire: (exercice) => exercice.libelleSavoirFaire,
};

const ofStructure: Readonly<Record<string, (structure: StructurePubliee) => string>> = {
  raisonSociale: (structure) => structure.raisonSociale,
  enseigneCommerciale: (structure) => structure.enseigneCommerciale,
  complementLocalisation: (structure) => structure.complementLocalisation,
  complementDistribution: (structure) => structure.complementDistribution,
  lieuDit: (structure) => structure.lieuDit,
  ligneAcheminement: (structure) => structure.ligneAcheminement,
  codePostal: (structure) => structure.codePostal,
  departement: (structure) => structure.departement,
  pays: (structure) => structure.pays,
  structure: structureName,
  idNatStruct: ({ structureId }) => (/^[0-4]/.test(structureId) ? structureId : ''),
  finess: (structure) => structureNumber(structure, '1', parseFiness),
  siren: (structure) => structureNumber(structure, '2', parseSiren),
  siret: (structure) => structureNumber(structure, '3', parseSiret),
  ville,
  rue,
  adressePostale,
};

const fields = new Map<string, BalField>([
  ...Object.entries(ofLigne).map(([name, read]) => [name, { of: 'ligne', read }] as const),
  ...Object.entries(ofExercice).map(([name, read]) => [name, { of: 'exercice', read }] as const),
  ...Object.entries(ofStructure).map(([name, read]) => [name, { of: 'structure', read }] as const),
]);

/** « Cardiologie - CHU Exemple », either way round; of the BAL of a person, nothing. */
function intitule(ligne: LigneBalPubliee, isInverse: boolean): string {
  const { typeBal } = ligne;
  const service = ligne.serviceRattachement.trim();
  if (typeBal === 'PER' || typeBal === 'CAB' || ligne.nomExercice !== '') return '';
  const structure = structureName(ligne.structure);
  if (service.toLowerCase().includes(structure.toLowerCase())) return service;
  return isInverse ? join(' - ', structure, service) : join(' - ', service, structure);
}

function structureName(structure: StructurePubliee): string {
  return structure.enseigneCommerciale.trim() || structure.raisonSociale.trim();
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
  { structureId }: StructurePubliee,
  type: string,
  parse: (text: string) => string | undefined,
): string {
  return structureId.startsWith(type) ? (parse(structureId.slice(1)) ?? '') : '';
}

/** « 86660 ARGURGNON CEDEX 2 » is ARGURGNON. */
function ville({ ligneAcheminement }: StructurePubliee): string {
  if (ligneAcheminement === '') return '';
  return ligneAcheminement
    .replace(/^\s*(?:[A-Z]{1,2}-)?\d{4,6}\s+/i, '')
    .replace(/\s+CEDEX(?:\s+\d{1,2})?\s*$/i, '');
}

function rue(structure: StructurePubliee): string {
  const numero = join(' ', structure.numeroVoie, structure.complementNumeroVoie);
  return join(' ', numero, join(' ', structure.typeVoie, structure.libelleVoie));
}

/** Postal Address (RFC 4517 section 3.3.28): lines between `$`. Nothing when there is no town. */
function adressePostale(structure: StructurePubliee): string {
  const place = structure.ligneAcheminement || structure.codePostal;
  if (place === '') return '';
  let address = escapeLine(structureName(structure));
  address = join('$', address, escapeLine(structure.complementLocalisation));
  address = join('$', address, escapeLine(structure.complementDistribution));
  address = join('$', address, escapeLine(rue(structure)));
  address = join('$', address, escapeLine(structure.lieuDit));
  address = join('$', address, escapeLine(place));
  const isFrance = structure.pays === 'France' || structure.pays.toLowerCase() === 'france';
  return isFrance ? address : join('$', address, escapeLine(structure.pays));
}

function escapeLine(line: string): string {
  const isPlain = !line.includes('\\') && !line.includes('$');
  return isPlain ? line.trim() : line.trim().replaceAll('\\', '\\5C').replaceAll('$', '\\24');
}

function join(separator: string, before: string, after: string): string {
  if (before === '') return after;
  return after === '' ? before : before + separator + after;
}
