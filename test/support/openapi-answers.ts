// An answer of our API held against docs/openapi.json: the status and the media type are described, the body conforms.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openapiPath } from '../../src/web/api/api.js';

const description = JSON.parse(readFileSync(openapiPath(), 'utf8')) as Record<string, unknown>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(description, 'openapi');

/** `path`: as in the description. */
export function assertDescribed(
  path: string,
  method: string,
  answer: { readonly status: number; readonly type: string; readonly body: unknown },
): void {
  const response = `#/paths/${escape(path)}/${method.toLowerCase()}/responses/${answer.status}`;
  const found = resolve(response);
  const pointer = typeof found['$ref'] === 'string' ? found['$ref'] : response;
  const schema = `${pointer}/content/${escape(answer.type)}/schema`;
  resolve(schema);
  const validate = ajv.compile({ $ref: `openapi${schema}` });
  assert.ok(
    validate(answer.body),
    `${method} ${path} ${answer.status}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(answer.body)}`,
  );
}

function resolve(pointer: string): Record<string, unknown> {
  let value: unknown = description;
  for (const part of pointer.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  assert.ok(value, `${pointer} is not described`);
  return value as Record<string, unknown>;
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
