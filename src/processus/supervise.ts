// What every process that a daemon starts does: end when it is told to, and when nobody is there to tell.
import type { OrdreProcessus } from '../domain/message-processus.js';

/** Environment variable of a process that a daemon started. */
export const marqueSupervise = 'ANNUAIRE_SYNC_SUPERVISE';

/** Longer than any orderly end; shorter than what another node waits for. */
const abandonMs = 8_000;

export function obeirAuSuperviseur(interruption: AbortController): void {
  const end = (): void => {
    interruption.abort(new DOMException('Arrêt demandé', 'AbortError'));
  };
  process.on('message', (ordre: OrdreProcessus) => {
    if (ordre.kind === 'stop') end();
  });
  process.once('disconnect', () => {
    end();
    // The end of this very process disconnects too: nothing is to wait for this.
    setTimeout(() => process.exit(1), abandonMs).unref();
  });
  // The channel alone is no reason to stay.
  process.channel?.unref();
}
