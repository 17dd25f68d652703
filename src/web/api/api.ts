// The API of the mail platform, under /api/v1; what it answers is described by docs/openapi.json.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findMigrationsDirectory } from '../../db/migrate.js';
import type { WebPlugin } from '../server.js';
import { Access } from './access.js';
import { inventaireRoutes, type InventaireOptions } from './inventaire.js';
import { lectureRoutes } from './lecture.js';
import { addRoute, type ApiContext } from './route.js';
import { verificationRoutes, type VerificationOptions } from './verification.js';

const apiPrefix = '/api/v1';

export type ApiOptions = VerificationOptions &
  Pick<ApiContext, 'report' | 'disponibilite' | 'onUntraced' | 'onAnswer' | 'consulter'> & {
    readonly requestsPerSecond: number;
    /** Undefined: no source of the inventory is of type http. */
    readonly inventaire?: InventaireOptions | undefined;
  };

export function createApi(options: ApiOptions): WebPlugin {
  const { db, now, report, requestsPerSecond, inventaire, disponibilite } = options;
  const { onUntraced, onAnswer, consulter } = options;
  const access = new Access({ db, now, requestsPerSecond });
  const context = { db, now, report, access, disponibilite, onUntraced, onAnswer, consulter };
  const openapi = readFileSync(openapiPath(), 'utf8');
  return (app) => {
    app.get(`${apiPrefix}/openapi.json`, (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(openapi),
    );
    for (const route of [...verificationRoutes(options), ...lectureRoutes(db, now)]) {
      addRoute(app, context, { ...route, url: apiPrefix + route.url });
    }
    if (inventaire) {
      app.register((scope, _options, done) => {
        // Their content is streamed by the routes themselves.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
        for (const route of inventaireRoutes(inventaire, now, apiPrefix))
          addRoute(scope, context, { ...route, isWriting: true, url: apiPrefix + route.url });
        done();
      });
    }
  };
}

/** Beside the migrations, in the folder of the installed program. */
export function openapiPath(): string {
  return join(dirname(findMigrationsDirectory()), 'docs', 'openapi.json');
}
