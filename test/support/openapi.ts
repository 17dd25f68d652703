// A captured request held against an OpenAPI 3.0 document: path, method, parameters, content type, key, body.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { SeenCall } from './feed.js';

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: object;
  readonly description?: string;
};

type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object }>>;
  };
};

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, { readonly name: string }>>;
  };
};

export type OpenApiCheck = {
  /** Faults of a request, none when it conforms; « no operation » when nothing describes it. */
  faults(call: SeenCall): string[];
  /** Of the operations met so far. */
  readonly met: ReadonlySet<string>;
  readonly operationIds: readonly string[];
};

export function openApi(file: string): OpenApiCheck {
  const document = parse(readFileSync(file, 'utf8')) as Document;
  const ajv = new Ajv({ strict: false, allErrors: true, schemas: { api: document } });
  addFormats.default(ajv);
  const compiled = new Map<object, ValidateFunction>();
  const validate = (schema: object, value: unknown): string[] => {
    const check = compiled.get(schema) ?? ajv.compile(absolute(schema));
    compiled.set(schema, check);
    return check(value) ? [] : (check.errors ?? []).map(describe);
  };
  const met = new Set<string>();
  return {
    met,
    operationIds: Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    ),
    faults: (call) => {
      const url = new URL(call.target, 'http://api');
      const operation = findOperation(document, call.method, url.pathname);
      if (!operation) return [`no operation: ${call.method} ${url.pathname}`];
      met.add(operation.operationId);
      return [
        ...parameterFaults(document, operation, url, validate),
        ...headerFaults(document, operation, call),
        ...bodyFaults(operation, call, validate),
      ];
    },
  };
}

/** References are relative to the document, under the name that it has been given. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')) as object;
}

function describe({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`;
}

function findOperation(document: Document, method: string, path: string): Operation | undefined {
  for (const [template, operations] of Object.entries(document.paths)) {
    const pattern = template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+');
    if (new RegExp(`^${pattern}$`).test(path)) return operations[method.toLowerCase()];
  }
  return undefined;
}

function parameterFaults(
  document: Document,
  operation: Operation,
  url: URL,
  validate: (schema: object, value: unknown) => string[],
): string[] {
  const known = (operation.parameters ?? [])
    .map((parameter) => ('$ref' in parameter ? dereference(document, parameter.$ref) : parameter))
    .filter((parameter) => parameter.in === 'query');
  const faults = known
    .filter(({ name, required }) => required === true && !url.searchParams.has(name))
    .map(({ name }) => `missing parameter ${name}`);
  for (const [key, value] of url.searchParams) {
    const [name = '', modifier] = key.split(':');
    const parameter = known.find((other) => other.name === name);
    if (!parameter) faults.push(`unknown parameter ${name}`);
    else if (
      modifier !== undefined &&
      !(parameter.description ?? '').includes(`\`:${modifier}\``)
    ) {
      faults.push(`unknown modifier ${key}`);
    } else {
      const isInteger = (parameter.schema as { type?: string }).type === 'integer';
      faults.push(...validate(parameter.schema, isInteger ? Number(value) : value));
    }
  }
  return faults;
}

function dereference(document: Document, ref: string): Parameter {
  let found: unknown = document;
  for (const key of ref.slice(2).split('/')) {
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found as Parameter;
}

function headerFaults(document: Document, operation: Operation, { headers }: SeenCall): string[] {
  const key = document.components.securitySchemes['ApiKey']?.name.toLowerCase() ?? '';
  const faults = headers[key] === undefined ? [`missing header ${key}`] : [];
  const types = Object.keys(operation.requestBody?.content ?? {});
  const type = headers['content-type'];
  if (types.length > 0 && !types.includes(type ?? '')) faults.push(`content type ${String(type)}`);
  return faults;
}

function bodyFaults(
  { requestBody }: Operation,
  { body }: SeenCall,
  validate: (schema: object, value: unknown) => string[],
): string[] {
  if (!requestBody) return body === '' ? [] : ['a body where none is described'];
  const [content] = Object.values(requestBody.content);
  return content ? validate(content.schema, JSON.parse(body)) : ['no content'];
}
