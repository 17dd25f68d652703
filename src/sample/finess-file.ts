// FINESS+ structures: EJ with their EG nested (schema-structures-v1.json). Written as a stream: one EJ a line.
import { dateAt, type Country } from './country.js';
import { finess, siren } from './identifiers.js';
import { draw, happens, stream } from './random.js';
import { egSiret, plantedEjFirst, type Structure } from './structures.js';
import type { World } from './world.js';

const nos = 'https://mos.esante.gouv.fr/NOS';

/** Pieces of the JSON text. */
export function* finessJson(world: World, counts: { lines: number }): Generator<string> {
  const { country, planted } = world;
  yield '{"pmej":[\n';
  let isFirst = true;
  const ejs = [...planted.ejs].filter((ej) => !planted.ejsHorsFiness.has(ej));
  for (let index = 0; index < country.ejCount + ejs.length; index += 1) {
    const ej = index < country.ejCount ? index : ejs[index - country.ejCount];
    if (ej === undefined) continue;
    const egCount = world.structures.egCount(ej);
    counts.lines += 1 + egCount;
    yield (isFirst ? '' : ',\n') + JSON.stringify(pmej(world, ej, egCount));
    isFirst = false;
  }
  yield '\n],"gco":{},"gcc":{}}\n';
}

function pmej(world: World, ej: number, egCount: number) {
  const { country, structures } = world;
  const structure = structures.of({ kind: 'ej', ej });
  const closedOn = closingDate(world, ej, 0);
  return {
    informationsGeneralesPmej: {
      pm_smsseId: `PM${ej}`,
      codeApe: '8610Z',
      complementAdressePmSmsse: '',
      dateCreation: creationDate(country, ej),
      dateDerniereModificationSirene: '2024-01-15',
      dateFermeture: closedOn,
      denominationLonguePmSmsse: structure.raisonSociale,
      denominationPm: structure.raisonSociale,
      numFinessPm: finess(ej, 0),
      etatObjet: etatObjet(closedOn, country),
      fonctionPublique: coding('tre_r361-fonction-publique', 'tre-r361-fonction-publique', ''),
      categorieEntiteGeographiqueExercice: categorie(structure),
      siren: siren('ej', ej),
      statutJuridique: coding(
        'tre_r400-finess-statut-juridique',
        'tre-r400-finess-statut-juridique',
        '13',
      ),
      typeGroupeGco: coding('tre_r372-type-groupe-gco', 'tre-r372-type-groupe-gco', ''),
      typePersonneMorale: coding(
        'tre_r373-type-personne-morale',
        'tre-r373-type-personne-morale',
        '1',
      ),
      metadonneeId: `M${ej}`,
      dateDerniereMaj: { dateEvenement: '2025-11-03' },
    },
    etatObjet: etatObjet(closedOn, country),
    adresse: [adresse(structure)],
    contact: [contact(structure)],
    evenement: [],
    ege: Array.from({ length: egCount }, (_, i) => ege(world, ej, i + 1)),
  };
}

function ege(world: World, ej: number, eg: number) {
  const structure = world.structures.of({ kind: 'eg', ej, eg });
  const closedOn = closingDate(world, ej, eg);
  const siretOfEg = egSiret(ej, eg);
  return {
    informationsGeneralesEGE: {
      numFinessEge: finess(ej, eg),
      nomEgeCourt: structure.raisonSociale.slice(0, 38),
      nomEgeLong: structure.raisonSociale,
      siret: siretOfEg,
      dateOuverture: creationDate(world.country, ej),
      dateFermeture: closedOn,
    },
    etatObjet: etatObjet(closedOn, world.country),
    categorieEntiteGeographiqueExercice: categorie(structure),
    siret: siretOfEg,
    metadonneeId: `M${ej}-${eg}`,
    dateDerniereMaj: { dateEvenement: '2025-11-03' },
    adresse: [adresse(structure)],
    roleEge: { code: eg === 1 ? 'P' : 'S' },
    contact: [contact(structure)],
  };
}

/** '' when open. Only planted structures and those of nobody's domain close. */
function closingDate(world: World, ej: number, eg: number): string {
  const { country, planted } = world;
  if (ej >= plantedEjFirst) return planted.fermetures.get(`${ej}/${eg}`) ?? '';
  if (ej < country.domaines.length) return '';
  const old = stream(country.seed, 'finess.fermeture');
  if (happens(old, ej, 0.06)) return `20${10 + (draw(old, ej) % 14)}-12-31`;
  for (let day = 2; day <= country.day; day += 1) {
    if (happens(stream(country.seed, `finess.fermeture.${day}`), ej * 50 + eg, 0.000_05)) {
      return dateAt(country, day - 1 - country.day)
        .toISOString()
        .slice(0, 10);
    }
  }
  return '';
}

function creationDate(country: Country, ej: number): string {
  return `${1975 + (draw(stream(country.seed, 'finess.creation'), ej) % 40)}-01-01`;
}

/** The codes of TRE_R386 are not known publicly: the closing date is the sure sign (docs/ecarts.md). */
function etatObjet(closedOn: string, country: Country) {
  const isClosed = closedOn !== '' && closedOn <= dateAt(country, 0).toISOString().slice(0, 10);
  return coding(
    'tre_r386-macro-etat-objet-administratif',
    'tre-r386-macro-etat-objet-administratif',
    isClosed ? 'FERME' : 'OUVERT',
  );
}

function categorie(structure: Structure) {
  return coding(
    'tre_r397-categorie-entite-geographique-exercice',
    'tre-r397-categorie-entite-geographique-exercice',
    structure.secteur === 'pharmacie' ? '620' : structure.secteur === 'hopital' ? '355' : '365',
  );
}

function coding(folder: string, name: string, code: string) {
  return { code, system: `${nos}/${folder}/FHIR/${name}` };
}

function adresse(structure: Structure) {
  const { adresse: a } = structure;
  return {
    numeroVoie: a.numeroVoie,
    typeVoie: a.typeVoie.code,
    libelleVoie: a.voie,
    complementVoie: a.indice,
    complementPointGeographique: a.complementPoint,
    lieuDit: '',
    cogCommune: a.codeCommune,
    ligneAcheminement: a.cedex,
    codePostal: a.codePostal,
    coordonneesGeographique: {
      coordonneeX: '',
      coordonneeY: '',
      directionLatitude: '',
      directionLongitude: '',
    },
  };
}

function contact({ telephone, telecopie, courriel }: Structure) {
  return { typeContact: { roleContact: '' }, telecom: { telephone, telecopie, courriel } };
}
