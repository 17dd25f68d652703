// A mail platform: sends to the API, and checks that every answer is one that docs/openapi.json foresees.
import { assertDescribed } from './openapi-answers.js';

export type PushAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & {
    readonly id?: number;
    readonly code?: string;
    readonly detail?: string;
    readonly etat?: string;
    readonly compte?: Record<string, number>;
    readonly avertissements?: readonly string[];
    readonly erreurs?: readonly Record<string, unknown>[];
    readonly probleme?: { readonly code: string; readonly status: number } | null;
  };
};

export type PushRequest = {
  readonly method?: 'GET' | 'PUT' | 'PATCH';
  readonly path?: string;
  /** As in the description. */
  readonly described?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
};

export type PushClient = {
  readonly ask: (request: PushRequest) => Promise<PushAnswer>;
  /** Waits for the end of the import. */
  readonly put: (
    content: string | Buffer,
    headers?: Record<string, string>,
    path?: string,
  ) => Promise<PushAnswer>;
  /** Under a new key each time, unless told otherwise. */
  readonly patch: (
    events: readonly object[] | string,
    headers?: Record<string, string>,
  ) => Promise<PushAnswer>;
  readonly findImport: (id: number) => Promise<PushAnswer>;
};

let keyCount = 0;

export function pushClient(url: string, authorization: Record<string, string>): PushClient {
  const ask: PushClient['ask'] = async (request) => {
    const { method = 'PUT', path = '/api/v1/inventaire/plateforme', body } = request;
    const response = await fetch(url + path, {
      method,
      headers: { ...authorization, ...request.headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const json = (await response.json()) as PushAnswer['body'];
    const { status, headers } = response;
    const described = request.described ?? '/api/v1/inventaire/{source}';
    assertDescribed(described, method, { status, type, body: json });
    return { status, headers, body: json };
  };
  return {
    ask,
    put: (content, headers = {}, path = '/api/v1/inventaire/plateforme') =>
      ask({
        path,
        body: content,
        headers: { 'content-type': 'application/x-ndjson', prefer: 'wait=60', ...headers },
      }),
    patch: (events, headers = {}) =>
      ask({
        method: 'PATCH',
        body: typeof events === 'string' ? events : JSON.stringify(events),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': `essai-${++keyCount}`,
          ...headers,
        },
      }),
    findImport: (id) =>
      ask({
        method: 'GET',
        path: `/api/v1/inventaire/imports/${id}`,
        described: '/api/v1/inventaire/imports/{id}',
      }),
  };
}
