// The API of the mail platform, under /api/v1; what it answers is described by docs/openapi.json.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findMigrationsDirectory } from '../../db/migrate.js';
import type { WebPlugin } from '../server.js';
import { Access } from './access.js';
import { lectureRoutes } from './lecture.js';
import { addRoute, type ApiContext } from './route.js';
import { verificationRoutes, type VerificationOptions } from './verification.js';

const apiPrefix = '/api/v1';

export type ApiOptions = VerificationOptions &
  Pick<ApiContext, 'report'> & { readonly requestsPerSecond: number };

export function createApi(options: ApiOptions): WebPlugin {
  const { db, now, report, requestsPerSecond } = options;
  const context = { db, now, report, access: new Access({ db, now, requestsPerSecond }) };
  const openapi = readFileSync(openapiPath(), 'utf8');
  return (app) => {
    app.get(`${apiPrefix}/openapi.json`, (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(openapi),
    );
    for (const route of [...verificationRoutes(options), ...lectureRoutes(db, now)]) {
      addRoute(app, context, { ...route, url: apiPrefix + route.url });
    }
  };
}

/** Beside the migrations, in the folder of the installed program. */
export function openapiPath(): string {
  return join(dirname(findMigrationsDirectory()), 'docs', 'openapi.json');
}
