// Lines of PS_LibreAcces: Personne_activite (56 cells), SavoirFaire (13), Dipl_AutExerc (13).
import type { Country } from './country.js';
import {
  diplomes,
  genresActivite,
  modesExercice,
  roles,
  secteurs,
  sectionsPharmaciens,
  type Libelle,
  type SavoirFaire,
} from './nomenclatures.js';
import type { Person } from './people.js';
import type { Activity } from './population.js';
import { draw, pick, stream } from './random.js';
import type { Place, Structure, Structures } from './structures.js';

/** Cells 18 to 56 of a line that names no activity at all. */
const noActivity = '|'.repeat(39);

export type PsLines = {
  /** The 17 cells about the person; the same on all his lines. */
  readonly personCells: (person: Person) => string;
  readonly activityLine: (personCells: string, activity: Activity) => string;
  readonly structureOf: (place: Place) => Structure;
  readonly savoirFaireLine: (person: Person, savoirFaire: SavoirFaire) => string;
  readonly diplomeLine: (person: Person, rank: number) => string;
};

export function createPsLines(country: Country, structures: Structures): PsLines {
  const details = stream(country.seed, 'activite.details');
  const diplomas = stream(country.seed, 'diplome');
  const known = new Map<Structure, string>();
  const structureCells = (structure: Structure, isShared: boolean): string => {
    if (!isShared) return cellsOfStructure(structure);
    let cells = known.get(structure);
    if (cells === undefined) {
      cells = cellsOfStructure(structure);
      known.set(structure, cells);
    }
    return cells;
  };
  return {
    personCells: cellsOfPerson,
    structureOf: structures.of,
    activityLine: (personCells, { person, place, line, version }) => {
      if (!place) return personCells + noActivity;
      const structure = structures.of(place);
      const isCabinet = place.kind === 'cabinet';
      const mode = person.isSalarie || !isCabinet ? 'S' : 'L';
      const cells = structureCells(structure, !isCabinet);
      const drawn = draw(details, line);
      const exercise = cellsOfExercise(person, structure, isCabinet, drawn, version);
      return `${personCells}|${mode}|${modesExercice[mode]}|${cells}|${exercise}`;
    },
    savoirFaireLine: (person, savoirFaire) =>
      `${headCells(person)}|${person.profession.code}|${person.profession.libelle}|${categoryCells(person)}|` +
      savoirFaireCells(savoirFaire),
    diplomeLine: (person, rank) => {
      const drawn = draw(diplomas, person.index * 4 + rank);
      const diplome = pick(diplomes, rank === 0 ? professionRank(person) : drawn);
      const autorisation = drawn % 40 === 0;
      return (
        `${headCells(person)}|${rank === 0 ? 'DE' : 'DU'}|${rank === 0 ? "Diplôme d'Etat français" : "Diplôme d'université"}|` +
        `${diplome.code}|${diplome.libelle}|${autorisation ? "AE|Autorisation d'exercice|10|Discipline générale" : '|||'}`
      );
    },
  };
}

function professionRank(person: Person): number {
  return Number(person.profession.code) % diplomes.length;
}

function headCells({ type, identifiant, nomExercice, name }: Person): string {
  return `${type}|${identifiant}|${type}${identifiant}|${nomExercice}|${name.prenom}`;
}

function categoryCells(person: Person): string {
  return person.isMilitaire ? 'M|Militaire' : 'C|Civil';
}

function savoirFaireCells(savoirFaire: SavoirFaire | undefined): string {
  return savoirFaire ? `S|Spécialité ordinale|${savoirFaire.code}|${savoirFaire.libelle}` : '|||';
}

function cellsOfPerson(person: Person): string {
  const { type, identifiant, civiliteExercice, name, profession } = person;
  return (
    `${type}|${identifiant}|${type}${identifiant}|${civiliteExercice.code}|${civiliteExercice.libelle}|` +
    `${name.isFeminine ? 'MME|Madame' : 'M|Monsieur'}|${person.nomExercice}|${name.prenom}|` +
    `${profession.code}|${profession.libelle}|${categoryCells(person)}|${savoirFaireCells(person.savoirFaire)}`
  );
}

/** Cells 20 to 48. */
function cellsOfStructure(structure: Structure): string {
  const { adresse: a } = structure;
  return (
    `${structure.siret}|${structure.siren}|${structure.finessSite}|${structure.finessEj}|` +
    `${structure.identifiantTechnique}|${structure.raisonSociale}|${structure.enseigne}|` +
    `${a.complementDestinataire}|${a.complementPoint}|${a.numeroVoie}|${a.indice}|` +
    `${a.typeVoie.code}|${a.typeVoie.libelle}|${a.voie}|${a.mention}|${a.cedex}|${a.codePostal}|` +
    `${a.codeCommune}|${a.commune}|99000|France|${structure.telephone}||${structure.telecopie}|` +
    `${structure.courriel}|${a.departement.code}|${a.departement.libelle}|` +
    `${structure.ancienIdentifiant}|${structure.autorite}`
  );
}

/** Cells 49 to 56; they are what a changed line changes. */
function cellsOfExercise(
  person: Person,
  structure: Structure,
  isCabinet: boolean,
  drawn: number,
  version: number,
): string {
  const secteur = secteurs[structure.secteur];
  const section =
    person.profession.code === '21' ? pick(sectionsPharmaciens, drawn >>> 3) : undefined;
  const role = isCabinet ? roles[0] : pick(roles, drawn);
  const genre = pick(genresActivite, (drawn % 20 === 0 ? 1 : 0) + version);
  return `${pair(secteur)}|${section ? pair(section) : '|'}|${role ? pair(role) : '|'}|${pair(genre)}`;
}

function pair({ code, libelle }: Libelle): string {
  return `${code}|${libelle}`;
}
