// What provisioning screens read: a professional, a structure, a search by name.
import { z } from 'zod';
import type { Db } from '../../db/pool.js';
import { parseFiness, parseIdNatStruct, parseRpps, parseSiret } from '../../domain/identifiers.js';
import { readIdNatStruct, type StructureLue } from '../../domain/id-nat-struct.js';
import {
  findProfessionnel,
  searchProfessionnels,
  type Position,
} from '../../store/professionnel.js';
import { findStructure } from '../../store/structure.js';
import { viewStructure } from '../../verification/structure.js';
import { ProblemError } from '../problem.js';
import type { ApiRoute } from './route.js';

export function lectureRoutes(db: Db, now: () => Date): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/professionnels',
      portee: 'lecture',
      action: 'rechercher-professionnels',
      answer: async ({ query }) => {
        const { suite, resultats } = await searchProfessionnels(db, recherche.parse(query));
        return {
          body: { resultats, suite: suite === undefined ? null : writePosition(suite) },
          // The names that were searched are not kept.
          trace: { objet: undefined, verdict: undefined, codes: [] },
        };
      },
    },
    {
      method: 'GET',
      url: '/professionnels/:rpps',
      portee: 'lecture',
      action: 'lire-professionnel',
      answer: async ({ params }) => {
        const rpps = parseRpps(z.object({ rpps: z.string() }).parse(params).rpps);
        if (rpps === undefined) throw badIdentifier('un RPPS (11 chiffres)');
        const professionnel = await findProfessionnel(db, rpps, now());
        if (!professionnel) throw unknown(`Le RPPS ${rpps} n’est dans aucun fichier national`);
        return {
          body: professionnel,
          trace: { objet: rpps, verdict: undefined, codes: [] },
        };
      },
    },
    {
      method: 'GET',
      url: '/structures/:id',
      portee: 'lecture',
      action: 'lire-structure',
      answer: async ({ params }) => {
        const structure = readStructureId(z.object({ id: z.string() }).parse(params).id);
        return {
          body: await describeStructure(db, structure, now()),
          trace: { objet: structure.id, verdict: undefined, codes: [] },
        };
      },
    },
  ];
}

async function describeStructure(db: Db, structure: StructureLue, now: Date): Promise<object> {
  const { faits, ...found } = await findStructure(db, structure, now);
  const vue = viewStructure(structure, faits);
  if (!vue.isKnown) throw unknown(`La structure ${structure.id} n’est dans aucune source`);
  return {
    id: vue.id,
    nature: vue.nature ?? null,
    raisonSociale: vue.raisonSociale ?? null,
    finessEj: structure.genre === 'finess' ? (vue.ej ?? null) : null,
    estFermee: vue.isClosed,
    dateFermeture: vue.dateFermeture ?? null,
    resoluPar: faits.finess ? 'finess' : 'professionnels',
    ...found,
  };
}

/** An IdNatStruct, or a bare FINESS or SIRET. */
function readStructureId(text: string): StructureLue {
  const finess = parseFiness(text);
  const siret = parseSiret(text);
  const id =
    finess === undefined
      ? siret === undefined
        ? parseIdNatStruct(text)
        : `3${siret}`
      : `1${finess}`;
  if (id === undefined) throw badIdentifier('un FINESS, un SIRET ou un IdNat_Struct');
  return readIdNatStruct(id);
}

function badIdentifier(attendu: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'IDENTIFIANT_MAL_FORME',
    title: 'Identifiant mal formé',
    detail: `Identifiant attendu dans l’adresse : ${attendu}.`,
  });
}

function unknown(phrase: string): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'INCONNU',
    title: 'Inconnu des sources en service',
    detail: `${phrase} en service.`,
  });
}

const nom = z
  .string({ error: 'une seule valeur attendue' })
  .trim()
  .max(80, '80 caractères au plus');

const recherche = z
  .strictObject(
    {
      nom: nom.min(2, 'au moins 2 caractères'),
      prenom: nom.default(''),
      codePostal: z
        .string()
        .regex(/^[0-9A-Za-z]{2,10}$/u, 'un code postal, ou son début (au moins 2 caractères)')
        .optional(),
      limite: z
        .string()
        .regex(/^([1-9]|[1-4]\d|50)$/u, 'un nombre de 1 à 50')
        .default('20')
        .transform(Number),
      suite: z
        .string()
        .max(1_000)
        .transform((value, context) => {
          const position = readPosition(value);
          if (!position) context.addIssue('la valeur « suite » d’une réponse est attendue');
          return position;
        })
        .optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `paramètre inconnu : ${issue.keys.join(', ')}`
          : undefined,
    },
  )
  .transform(({ suite, codePostal, ...rest }) => ({ ...rest, codePostal, apres: suite }));

function writePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

const position = z.tuple([z.string(), z.string(), z.string()]);

function readPosition(text: string): Position | undefined {
  try {
    return position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
