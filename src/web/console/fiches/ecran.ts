// The sheets: everything known of one BAL, one professional, one structure. Each look at one is traced.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Pool } from '../../../db/pool.js';
import type { ObjetTrace } from '../../../domain/trace.js';
import type { Page } from '../../page/pages.js';
import type { EspaceConsole, PageConsole } from '../console.js';
import { tracerConsultation } from '../consulter.js';
import { montrerBal } from './bal.js';
import { montrerProfessionnel } from './professionnel.js';
import { montrerStructure } from './structure.js';

export type EcranFichesOptions = { readonly pool: Pool; readonly now: () => Date };

export type Fiche = { readonly page: Page; readonly objet: ObjetTrace };

export function ecranFiches({ pool, now }: EcranFichesOptions): PageConsole {
  const config = { acces: 'lecteur' };
  const seen = async (
    espace: EspaceConsole,
    request: FastifyRequest,
    { page, objet }: Fiche,
  ): Promise<Page> => {
    const consultation = { action: 'consultation', objets: [objet] } as const;
    await tracerConsultation(pool, espace, request, consultation, now());
    return page;
  };
  return (app, espace) => {
    app.get('/bals/:id', { config }, async (request, reply) => {
      const fiche = await montrerBal(pool, idOf(request));
      return espace.show(request, reply, await seen(espace, request, fiche));
    });
    app.get('/professionnels/:id', { config }, async (request, reply) => {
      const fiche = await montrerProfessionnel(pool, idOf(request), now());
      return espace.show(request, reply, await seen(espace, request, fiche));
    });
    app.get('/structures/:id', { config }, async (request, reply) => {
      const fiche = await montrerStructure(pool, idOf(request), now());
      return espace.show(request, reply, await seen(espace, request, fiche));
    });
  };
}

const params = z.object({ id: z.string() });

function idOf({ params: given }: FastifyRequest): string {
  return params.parse(given).id.trim();
}
