// The calls of the API that leave a trace in the trail, besides their line in api_call: what changes the inventory, and what was refused.
import type { FastifyRequest } from 'fastify';
import type { Db } from '../../db/pool.js';
import type { IssueTrace } from '../../domain/trace.js';
import type { ApiKey } from '../../store/api-key.js';
import { recordTrace } from '../../store/journal.js';
import { posteOf } from '../espace/poste.js';

export type AppelTrace = {
  readonly request: FastifyRequest;
  readonly key: ApiKey | undefined;
  readonly action: string;
  readonly status: number;
  /** What it was about, and why it was refused. */
  readonly objet?: string | undefined;
  readonly codes?: readonly string[] | undefined;
};

/** What the platform sent of the inventory, and what it was answered. */
export function tracerEcriture(db: Db, appel: AppelTrace, now: Date): Promise<void> {
  return record(db, 'inventaire.import', appel, now);
}

/** No key, one that is unknown or revoked, or one without the scope. */
export function tracerRefus(db: Db, appel: AppelTrace, now: Date): Promise<void> {
  return record(db, 'acces.refus', appel, now);
}

function record(
  db: Db,
  action: 'inventaire.import' | 'acces.refus',
  { request, key, action: appel, status, objet, codes }: AppelTrace,
  now: Date,
): Promise<void> {
  const { source } = (request.params ?? {}) as { readonly source?: string };
  return recordTrace(
    db,
    {
      action,
      issue: issueOf(status),
      auteur: key
        ? { genre: 'client', id: String(key.id), nom: key.nom }
        : { genre: 'client', id: 'inconnu' },
      objets: [
        ...(key ? [{ genre: 'cle-api' as const, id: String(key.id) }] : []),
        ...(source === undefined ? [] : [{ genre: 'source' as const, id: source }]),
      ],
      poste: posteOf(request),
      correlation: request.id,
      requete: {
        methode: request.method,
        chemin: request.routeOptions.url,
        appel,
        octets: request.headers['content-length'],
      },
      reponse: { status, objet, codes },
    },
    now,
  );
}

function issueOf(status: number): IssueTrace {
  if (status < 400) return 'reussite';
  return status < 500 ? 'refus' : 'echec';
}
