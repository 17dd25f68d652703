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
import type { QuirkCounts, QuirkName } from './quirks.js';
import { finessKey, type Place, type Structure, type Structures } from './structures.js';

/** Cells 18 to 56 of a line that names no activity at all. */
const noActivity = '|'.repeat(39);

export type PsLines = {
  /** The 17 cells about the person; the same on all his lines. */
  readonly personCells: (person: Person) => string;
  readonly activityLine: (personCells: string, activity: Activity) => string;
  readonly savoirFaireLine: (person: Person, savoirFaire: SavoirFaire) => string;
  readonly diplomeLine: (person: Person, rank: number) => string;
};

/** Counts the oddities of the structures it writes in `counts`. */
export function createPsLines(
  country: Country,
  structures: Structures,
  counts: QuirkCounts,
): PsLines {
  const details = stream(country.seed, 'activite.details');
  const diplomas = stream(country.seed, 'diplome');
  // All FINESS structures of the country: some 100,000 short records.
  const known = new Map<number, StructureCells>();
  const structureCells = (place: Place): StructureCells => {
    if (place.kind === 'cabinet') return cellsOfStructure(structures.of(place));
    const key = finessKey(place.ej, place.kind === 'eg' ? place.eg : 0);
    let cells = known.get(key);
    if (!cells) {
      cells = cellsOfStructure(structures.of(place));
      known.set(key, cells);
    }
    return cells;
  };
  return {
    personCells: cellsOfPerson,
    activityLine: (personCells, { person, place, line, version }) => {
      if (!place) return personCells + noActivity;
      const isCabinet = place.kind === 'cabinet';
      const mode = person.isSalarie || !isCabinet ? 'S' : 'L';
      const { cells, secteur, quirks } = structureCells(place);
      if (place.kind === 'ej') counts.ejSeule += 1;
      for (const quirk of quirks) counts[quirk] += 1;
      const exercise = cellsOfExercise(person, secteur, isCabinet, draw(details, line), version);
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

type StructureCells = {
  /** Cells 20 to 48. */
  readonly cells: string;
  readonly secteur: Structure['secteur'];
  readonly quirks: readonly QuirkName[];
};

/** Joined rather than concatenated: the text is flat, and copied as one piece into every line that uses it. */
function cellsOfStructure(structure: Structure): StructureCells {
  const { adresse: a, secteur, quirks } = structure;
  const cells = [
    structure.siret,
    structure.siren,
    structure.finessSite,
    structure.finessEj,
    structure.identifiantTechnique,
    structure.raisonSociale,
    structure.enseigne,
    a.complementDestinataire,
    a.complementPoint,
    a.numeroVoie,
    a.indice,
    a.typeVoie.code,
    a.typeVoie.libelle,
    a.voie,
    a.mention,
    a.cedex,
    a.codePostal,
    a.codeCommune,
    a.commune,
    '99000|France',
    structure.telephone,
    '',
    structure.telecopie,
    structure.courriel,
    a.departement.code,
    a.departement.libelle,
    structure.ancienIdentifiant,
    structure.autorite,
  ].join('|');
  return { cells, secteur, quirks };
}

/** Cells 49 to 56; they are what a changed line changes. */
function cellsOfExercise(
  person: Person,
  secteurName: Structure['secteur'],
  isCabinet: boolean,
  drawn: number,
  version: number,
): string {
  const secteur = secteurs[secteurName];
  const section =
    person.profession.code === '21' ? pick(sectionsPharmaciens, drawn >>> 3) : undefined;
  const role = isCabinet ? roles[0] : pick(roles, drawn);
  const genre = pick(genresActivite, (drawn % 20 === 0 ? 1 : 0) + version);
  return `${pair(secteur)}|${section ? pair(section) : '|'}|${role ? pair(role) : '|'}|${pair(genre)}`;
}

function pair({ code, libelle }: Libelle): string {
  return `${code}|${libelle}`;
}
