// Looking at somebody's data, or taking the trail away, is itself traced.
import type { FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { NouvelleTrace } from '../../domain/trace.js';
import { recordTrace } from '../../store/journal.js';
import { acteDe } from './acte.js';
import type { EspaceConsole } from './console.js';

export type Consultation = Pick<NouvelleTrace, 'action' | 'objets' | 'requete' | 'reponse'>;

export async function tracerConsultation(
  db: Db,
  espace: EspaceConsole,
  request: FastifyRequest,
  consultation: Consultation,
  now: Date,
): Promise<void> {
  await recordTrace(
    db,
    {
      ...consultation,
      issue: 'reussite',
      ...acteDe(espace.who(request), request),
    },
    now,
  );
}
