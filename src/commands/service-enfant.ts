// A service as a child of the daemon (or of `ldap` in several processes): what it tells, and how it is told to end.
import { isTransientFault } from '../db/transient-fault.js';
import type { OrdreProcessus, RapportProcessus } from '../domain/message-processus.js';
import { messageOf } from '../errors.js';
import { lierAuSuperviseur, type Sante } from '../processus/lien-superviseur.js';
import { explainFault } from './known-fault.js';

/** A daemon ends within 10 seconds; what its services serve has this much of them. */
export const arretServiceMs = 6_000;

export type ServingChild = {
  readonly send: (rapport: RapportProcessus) => void;
  /** Aborted once other processes hold the ports. */
  readonly vidange: AbortSignal;
};

export type ChildService = {
  readonly onReload: () => void;
  readonly onOrdre?: (ordre: OrdreProcessus) => void;
  readonly sante?: () => Sante;
  /** Until the signal is aborted; what it throws is told to the parent. */
  readonly serve: (child: ServingChild, signal: AbortSignal) => Promise<void>;
};

export async function serveAsChild(signal: AbortSignal, service: ChildService): Promise<void> {
  const stop = new AbortController();
  const vidange = new AbortController();
  const lien = lierAuSuperviseur({
    sante: service.sante ?? (() => ({ etat: 'pret', raisons: [] })),
    onAbandon: () => stop.abort(),
    onOrdre: (ordre) => {
      if (ordre.kind === 'stop') stop.abort();
      else if (ordre.kind === 'vidange') vidange.abort();
      else if (ordre.kind === 'reload') service.onReload();
      else service.onOrdre?.(ordre);
    },
  });
  const send = lien?.send ?? ((): void => undefined);
  try {
    const child = { send, vidange: vidange.signal };
    await service.serve(child, AbortSignal.any([signal, stop.signal]));
  } catch (error) {
    send(rapportDeFaute(error));
  }
  lien?.close();
  if (process.connected) process.disconnect();
}

function rapportDeFaute(error: unknown): RapportProcessus {
  const known = explainFault(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return {
    kind: 'fault',
    code: known?.code ?? 'ERREUR_INATTENDUE',
    message: known?.message ?? messageOf(error),
    estPassager:
      isTransientFault(error) || isTransientFault(cause) || baseQuiNePartPas.has(known?.code ?? ''),
  };
}

/** Of the private PostgreSQL, whose disk may be full: LDAP serves meanwhile, and the others are tried again. */
const baseQuiNePartPas: ReadonlySet<string> = new Set([
  'POSTGRES_NOT_STARTED',
  'POSTGRES_NOT_READY',
]);
