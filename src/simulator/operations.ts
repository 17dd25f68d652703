// The body of a PATCH: a Parameters resource (swagger « PatchParameters », FHIRPath Patch of FHIR R4).
import { parsePath, type Path } from './path.js';
import { findUnknownKey, isObjectList, isObject, type JsonObject } from './json.js';
import { invalidPath, malformed, type Refusal } from './refusal.js';
import type { ResourceType } from './systems.js';

/** One value[x], its key as sent. */
export type Value = { readonly key: string; readonly value: unknown };

export type Operation =
  | { readonly kind: 'insert'; readonly index: number; readonly value: Value }
  | {
      readonly kind: 'replace';
      readonly path: Exclude<Path, { kind: 'telecom' }>;
      readonly value: Value;
    }
  | { readonly kind: 'delete'; readonly adresse: string };

/** A whole directory in one request is no use of this API; the draft sets no limit. */
export const operationsMax = 500;

export function readOperations(body: unknown, resourceType: ResourceType): Operation[] | Refusal {
  if (!isObject(body) || body['resourceType'] !== 'Parameters') {
    return malformed('Ressource Parameters attendue');
  }
  const unexpected = findUnknownKey(body, ['resourceType', 'id', 'meta', 'parameter']);
  if (unexpected !== undefined) return malformed(`Parameters.${unexpected} : élément inattendu`);
  const parameter = body['parameter'];
  if (!isObjectList(parameter) || parameter.length === 0) {
    return malformed('Parameters.parameter : une opération au moins est attendue');
  }
  if (parameter.length > operationsMax) return malformed(`${operationsMax} opérations au plus`);
  const operations: Operation[] = [];
  for (const [rank, operation] of parameter.entries()) {
    const parsed = readOperation(operation, resourceType);
    if (typeof parsed === 'string') return malformed(`parameter[${rank}] : ${parsed}`);
    if (parsed.kind === 'refusal') return parsed;
    operations.push(parsed);
  }
  return operations;
}

function readOperation(
  parameter: JsonObject,
  resourceType: ResourceType,
): Operation | Refusal | string {
  if (parameter['name'] !== 'operation') return 'name : « operation » attendu';
  const unexpected = findUnknownKey(parameter, ['name', 'part']);
  if (unexpected !== undefined) return `${unexpected} : élément inattendu`;
  const parts = readParts(parameter['part']);
  if (typeof parts === 'string') return parts;
  const type = parts.get('type');
  const pathPart = parts.get('path');
  if (type?.key !== 'valueCode') return 'part type (valueCode) attendu';
  if (pathPart?.key !== 'valueString' || typeof pathPart.value !== 'string') {
    return 'part path (valueString) attendu';
  }
  const path = parsePath(pathPart.value, resourceType);
  if (typeof path === 'string') return invalidPath(`${pathPart.value.slice(0, 500)} : ${path}`);
  return assemble(type.value, path, parts);
}

type Parts = ReadonlyMap<string, Value>;

function readParts(list: unknown): Parts | string {
  if (!isObjectList(list)) return 'part : liste attendue';
  const parts = new Map<string, Value>();
  for (const part of list) {
    const { name, ...rest } = part;
    const [value, ...others] = Object.entries(rest);
    if (typeof name !== 'string' || !['type', 'path', 'index', 'value'].includes(name)) {
      return 'part : name type, path, index ou value attendu';
    }
    if (parts.has(name)) return `part ${name} en double`;
    if (value === undefined || others.length > 0 || !value[0].startsWith('value')) {
      return `part ${name} : une valeur et une seule attendue`;
    }
    parts.set(name, { key: value[0], value: value[1] });
  }
  return parts;
}

function assemble(type: unknown, path: Path, parts: Parts): Operation | Refusal | string {
  const value = parts.get('value');
  const index = parts.get('index');
  switch (type) {
    case 'insert':
      return insertion(path, index, value);
    case 'replace':
      if (path.kind === 'telecom') {
        return invalidPath('replace : le chemin doit désigner une BAL ou un de ses attributs');
      }
      if (index !== undefined) return "part index : n'appartient pas à replace";
      if (value === undefined) return 'part value attendu';
      return { kind: 'replace', path, value };
    case 'delete':
      if (path.kind !== 'bal') return invalidPath('delete : le chemin doit désigner une BAL');
      if (index !== undefined || value !== undefined) return 'delete : type et path suffisent';
      return { kind: 'delete', adresse: path.adresse };
    default:
      return 'type : replace, insert ou delete attendu';
  }
}

/** FHIR R4, FHIRPath Patch: the index of an insert is mandatory. */
function insertion(
  path: Path,
  index: Value | undefined,
  value: Value | undefined,
): Operation | Refusal | string {
  if (path.kind !== 'telecom') {
    return invalidPath('insert : le chemin doit être celui de la liste telecom');
  }
  if (
    index?.key !== 'valueInteger' ||
    typeof index.value !== 'number' ||
    !Number.isInteger(index.value) ||
    index.value < 0
  ) {
    return 'insert : part index (valueInteger ≥ 0) attendu';
  }
  if (value === undefined) return 'part value attendu';
  return { kind: 'insert', index: index.value, value };
}
