import type { Pool } from '../../../db/pool.js';
import { parseFiness, parseIdNatStruct, parseSiret } from '../../../domain/identifiers.js';
import {
  nameStructure,
  readIdNatStruct,
  type StructureLue,
} from '../../../domain/id-nat-struct.js';
import { viewStructure } from '../../../verification/structure.js';
import { listConstatsDe, listOperationsDe } from '../../../store/fiche-bal.js';
import { listExercants } from '../../../store/fiche-recherche.js';
import { findStructure } from '../../../store/structure.js';
import { PageError } from '../../page/page-error.js';
import { momentsConstats, momentsOperations, ordonner } from './chronologie.js';
import type { Fiche } from './ecran.js';
import { ligneBal, ligneConstat, ligneOperation } from './listes.js';

const parListe = 50;
const exercantsMax = 50;
const egMontrees = 100;
const balsMontrees = 100;

export async function montrerStructure(pool: Pool, id: string, now: Date): Promise<Fiche> {
  const structure = readStructure(id);
  if (!structure) throw unknown();
  const { faits, ...found } = await findStructure(pool, structure, now);
  const vue = viewStructure(structure, faits);
  if (!vue.isKnown && found.bals.length === 0) throw unknown();
  const adresses = found.bals.map(({ adresse }) => adresse);
  const constats = await listConstatsDe(pool, adresses, parListe);
  const operations = await listOperationsDe(pool, adresses, parListe);
  const exercants =
    structure.genre === 'finess'
      ? await listExercants(pool, structure.identifiant, exercantsMax)
      : [];
  return {
    objet: { genre: 'structure', id: structure.id },
    page: {
      gabarit: 'console/fiches/structure',
      status: 200,
      titre: vue.raisonSociale ?? nameStructure(structure.id),
      donnees: {
        identifiant: nameStructure(structure.id),
        estConnue: vue.isKnown,
        nature: natures[vue.nature ?? 'autre'],
        estFermee: vue.isClosed,
        dateFermeture: vue.dateFermeture ?? null,
        source: faits.finess ? 'FINESS' : 'fichiers des professionnels',
        entiteJuridique: found.entiteJuridique,
        entites: found.entitesGeographiques.slice(0, egMontrees),
        nombreEntites: found.nombreEntitesGeographiques,
        bals: found.bals.slice(0, balsMontrees).map(ligneBal),
        balsSontPlus: found.bals.length > balsMontrees,
        exercants,
        exercantsSontPlus: exercants.length >= exercantsMax,
        ouverts: constats.filter(({ closLe }) => !closLe).map(ligneConstat),
        operations: operations.map(ligneOperation),
        moments: ordonner([
          ...momentsConstats(constats, true),
          ...momentsOperations(operations, true),
        ]),
      },
    },
  };
}

const natures = {
  EJ: 'entité juridique (EJ)',
  EG: 'entité géographique (EG)',
  autre: 'nature inconnue',
} as const;

/** An IdNatStruct, or a bare FINESS or SIRET. */
export function readStructure(text: string): StructureLue | undefined {
  const finess = parseFiness(text);
  if (finess !== undefined) return readIdNatStruct(`1${finess}`);
  const siret = parseSiret(text);
  const id = siret === undefined ? parseIdNatStruct(text) : `3${siret}`;
  return id === undefined ? undefined : readIdNatStruct(id);
}

function unknown(): PageError {
  return new PageError(
    404,
    'Structure inconnue',
    'Cet identifiant n’est dans aucune source en service. Un FINESS a neuf caractères, un SIRET quatorze chiffres.',
  );
}
