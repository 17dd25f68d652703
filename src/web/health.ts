// /healthz: for whoever supervises or balances; tells nothing of what is inside.
import type { Db } from '../db/pool.js';
import type { WebPlugin } from './server.js';

export function createHealth(db: Db): WebPlugin {
  return (app) => {
    app.get('/healthz', async (_request, reply) => {
      const isUp = await db.query('select 1').then(
        () => true,
        () => false,
      );
      return reply.code(isUp ? 200 : 503).send({ etat: isUp ? 'ok' : 'base-indisponible' });
    });
  };
}
