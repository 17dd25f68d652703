// Extraction_ProSanteConnect with the header of 2024: a part of the same people, and those that only it knows.
import { proSanteConnectHeader } from './headers.js';
import { digits } from './identifiers.js';
import { communes } from './places.js';
import type { Person } from './people.js';
import type { LineCount } from './ps-files.js';
import { draw, pick, stream, type Stream } from './random.js';
import type { Place, Structure } from './structures.js';
import type { TextContent } from './text-lines.js';
import type { World } from './world.js';

export function identitesFile(world: World, counts: LineCount): TextContent {
  return {
    header: proSanteConnectHeader,
    lineEnd: '\n',
    encoding: 'utf8',
    *rows() {
      for (const row of identiteRows(world)) {
        counts.lines += 1;
        yield row;
      }
    },
  };
}

/** Nationally one person in forty: the real file is not public and its size unknown. */
function* identiteRows(world: World): Generator<string> {
  const { country, planted } = world;
  const births = stream(country.seed, 'identite.naissance');
  const oneIn = country.scale === 'demo' ? 10 : 40;
  for (const inhabitant of world.population.inhabitants()) {
    if (inhabitant.index % oneIn !== 7) continue;
    const person = world.people(inhabitant.index);
    for (const { place } of world.population.activitiesOf(inhabitant, person)) {
      yield identiteLine(world, births, person, place);
    }
  }
  for (const { person, listedIn, places } of planted.persons) {
    if (listedIn !== 'identites') continue;
    const lines = places.length > 0 ? places : [undefined];
    for (const place of lines) yield identiteLine(world, births, person, place);
  }
}

function identiteLine(
  world: World,
  births: Stream,
  person: Person,
  place: Place | undefined,
): string {
  const { type, identifiant, name, profession } = person;
  const born = draw(births, person.index);
  const birthDate = `${digits((born % 28) + 1, 2)}/${digits(((born >>> 5) % 12) + 1, 2)}/${1955 + ((born >>> 9) % 45)}`;
  const structure = place && world.structures.of(place);
  const mode = place ? (person.isSalarie || place.kind !== 'cabinet' ? 'S' : 'L') : '';
  const id = type + identifiant;
  return (
    `${type}|${identifiant}|${id}|${person.nomExercice}|${name.prenom}'|${birthDate}|` +
    `99999|99000|${pick(communes, born >>> 4).toUpperCase()}|${name.isFeminine ? 'F' : 'M'}|||` +
    `${name.isFeminine ? 'MME' : 'M'}|${profession.code}|${person.isMilitaire ? 'M' : 'C'}|` +
    `${person.civiliteExercice.code}|${person.nomExercice}|${name.prenom}|` +
    `${person.savoirFaire ? 'S' : ''}|${person.savoirFaire?.code ?? ''}|${mode}||||` +
    `${structureCells(structure)}|${id},${type === '8' ? 'RPPS' : 'ADELI'},1|${place ? 'GENR01' : ''}|`
  );
}

/** 25 cells, from Numéro SIRET site to Autorité d'enregistrement. */
function structureCells(structure: Structure | undefined): string {
  if (!structure) return '|'.repeat(24);
  const { adresse: a } = structure;
  return (
    `${structure.siret}|${structure.siren}|${structure.finessSite}|${structure.finessEj}|` +
    `${structure.identifiantTechnique}|${structure.raisonSociale}|${structure.enseigne}|` +
    `${a.complementDestinataire}|${a.complementPoint}|${a.numeroVoie}|${a.indice}|${a.typeVoie.code}|` +
    `${a.voie}|${a.mention}|${a.cedex}|${a.codePostal}|${a.codeCommune}|99000|` +
    `${structure.telephone}||${structure.telecopie}|${structure.courriel}|${a.departement.code}|` +
    `${structure.ancienIdentifiant}|${structure.autorite}`
  );
}
