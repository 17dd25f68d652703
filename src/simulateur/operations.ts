// The body of a PATCH: a Parameters resource (swagger « PatchParameters », FHIRPath Patch of FHIR R4).
import { parseChemin, type Chemin } from './chemin.js';
import { cleInconnue, isListeObjets, isObjet, type ObjetJson } from './json.js';
import { cheminInvalide, malForme, type Refus } from './refus.js';
import type { Ressource } from './systemes.js';

/** One value[x], its key as sent. */
export type Valeur = { readonly cle: string; readonly valeur: unknown };

export type Operation =
  | { readonly kind: 'insert'; readonly index: number; readonly valeur: Valeur }
  | {
      readonly kind: 'replace';
      readonly chemin: Exclude<Chemin, { kind: 'telecom' }>;
      readonly valeur: Valeur;
    }
  | { readonly kind: 'delete'; readonly adresse: string };

/** A whole directory in one request is no use of this API; the draft sets no limit. */
export const operationsMax = 500;

export function lireOperations(corps: unknown, ressource: Ressource): Operation[] | Refus {
  if (!isObjet(corps) || corps['resourceType'] !== 'Parameters') {
    return malForme('Ressource Parameters attendue');
  }
  const inconnue = cleInconnue(corps, ['resourceType', 'id', 'meta', 'parameter']);
  if (inconnue !== undefined) return malForme(`Parameters.${inconnue} : élément inattendu`);
  const parameter = corps['parameter'];
  if (!isListeObjets(parameter) || parameter.length === 0) {
    return malForme('Parameters.parameter : une opération au moins est attendue');
  }
  if (parameter.length > operationsMax) return malForme(`${operationsMax} opérations au plus`);
  const operations: Operation[] = [];
  for (const [rang, operation] of parameter.entries()) {
    const lue = lireOperation(operation, ressource);
    if (typeof lue === 'string') return malForme(`parameter[${rang}] : ${lue}`);
    if (lue.kind === 'refus') return lue;
    operations.push(lue);
  }
  return operations;
}

function lireOperation(parametre: ObjetJson, ressource: Ressource): Operation | Refus | string {
  if (parametre['name'] !== 'operation') return 'name : « operation » attendu';
  const inconnue = cleInconnue(parametre, ['name', 'part']);
  if (inconnue !== undefined) return `${inconnue} : élément inattendu`;
  const parts = lireParts(parametre['part']);
  if (typeof parts === 'string') return parts;
  const type = parts.get('type');
  const path = parts.get('path');
  if (type?.cle !== 'valueCode') return 'part type (valueCode) attendu';
  if (path?.cle !== 'valueString' || typeof path.valeur !== 'string') {
    return 'part path (valueString) attendu';
  }
  const chemin = parseChemin(path.valeur, ressource);
  if (typeof chemin === 'string') return cheminInvalide(`${path.valeur.slice(0, 500)} : ${chemin}`);
  return assembler(type.valeur, chemin, parts);
}

type Parts = ReadonlyMap<string, Valeur>;

function lireParts(liste: unknown): Parts | string {
  if (!isListeObjets(liste)) return 'part : liste attendue';
  const parts = new Map<string, Valeur>();
  for (const part of liste) {
    const { name, ...reste } = part;
    const [valeur, ...autres] = Object.entries(reste);
    if (typeof name !== 'string' || !['type', 'path', 'index', 'value'].includes(name)) {
      return 'part : name type, path, index ou value attendu';
    }
    if (parts.has(name)) return `part ${name} en double`;
    if (valeur === undefined || autres.length > 0 || !valeur[0].startsWith('value')) {
      return `part ${name} : une valeur et une seule attendue`;
    }
    parts.set(name, { cle: valeur[0], valeur: valeur[1] });
  }
  return parts;
}

function assembler(type: unknown, chemin: Chemin, parts: Parts): Operation | Refus | string {
  const valeur = parts.get('value');
  const index = parts.get('index');
  switch (type) {
    case 'insert':
      return insertion(chemin, index, valeur);
    case 'replace':
      if (chemin.kind === 'telecom') {
        return cheminInvalide('replace : le chemin doit désigner une BAL ou un de ses attributs');
      }
      if (index !== undefined) return "part index : n'appartient pas à replace";
      if (valeur === undefined) return 'part value attendu';
      return { kind: 'replace', chemin, valeur };
    case 'delete':
      if (chemin.kind !== 'bal') return cheminInvalide('delete : le chemin doit désigner une BAL');
      if (index !== undefined || valeur !== undefined) return 'delete : type et path suffisent';
      return { kind: 'delete', adresse: chemin.adresse };
    default:
      return 'type : replace, insert ou delete attendu';
  }
}

/** FHIR R4, FHIRPath Patch: the index of an insert is mandatory. */
function insertion(
  chemin: Chemin,
  index: Valeur | undefined,
  valeur: Valeur | undefined,
): Operation | Refus | string {
  if (chemin.kind !== 'telecom') {
    return cheminInvalide('insert : le chemin doit être celui de la liste telecom');
  }
  if (
    index?.cle !== 'valueInteger' ||
    typeof index.valeur !== 'number' ||
    !Number.isInteger(index.valeur) ||
    index.valeur < 0
  ) {
    return 'insert : part index (valueInteger ≥ 0) attendu';
  }
  if (valeur === undefined) return 'part value attendu';
  return { kind: 'insert', index: index.valeur, valeur };
}
