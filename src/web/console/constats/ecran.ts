import { z } from 'zod';
import type { Db } from '../../../db/pool.js';
import type { PageConsole } from '../console.js';
import { exporterConstats } from './export.js';
import { montrerConstat } from './fiche.js';
import { lireFiltre } from './filtre.js';
import { montrerListe } from './liste.js';

export type EcranConstatsOptions = { readonly db: Db; readonly now: () => Date };

/** The open findings: their list, one of them explained, the same list as a file. */
export function ecranConstats({ db, now }: EcranConstatsOptions): PageConsole {
  const config = { acces: 'lecteur' };
  return (app, espace) => {
    app.get('/constats', { config }, async (request, reply) => {
      const page = await montrerListe(db, lireFiltre(request.query, now()));
      return espace.show(request, reply, { ...page, actif: 'constats' });
    });
    app.get('/constats.csv', { config }, async (request, reply) => {
      const { nom, contenu } = await exporterConstats(db, lireFiltre(request.query, now()), now());
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${nom}"`)
        .send(contenu);
    });
    app.get('/constats/:id', { config }, async (request, reply) => {
      const { id } = params.parse(request.params);
      const page = await montrerConstat(db, id);
      return espace.show(request, reply, { ...page, actif: 'constats' });
    });
  };
}

const params = z.object({ id: z.string() });
