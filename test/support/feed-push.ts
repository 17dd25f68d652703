// Runs the pusher with plain settings and a clock that the test owns.
import type { Pool } from '../../src/db/pool.js';
import type { FeedClient } from '../../src/feed/feed-client.js';
import type { PushSettings } from '../../src/feed/feed-settings.js';
import type { Clock } from '../../src/feed/push/clock.js';
import { createOutbox, poolDatabase, type Outbox } from '../../src/feed/push/outbox.js';
import { push, type PushOptions } from '../../src/feed/push/push.js';
import type { PushSummary } from '../../src/feed/push/summary.js';

export const maintenant = new Date('2026-11-21T10:00:00Z');

export const reglagesEnvoi: PushSettings = {
  appelsParSeconde: 0,
  simultanesMax: 4,
  tentativesMax: 4,
  attenteMinMs: 60_000,
  attenteMaxMs: 3_600_000,
  bailMs: 300_000,
  confirmationJoursMax: 7,
  disjoncteur: { echecsMax: 5, pauseMs: 300_000 },
  balsParAppelMax: 1,
};

/** Time passes only when somebody sleeps. */
export class Horloge implements Clock {
  #now: number;
  readonly sommeils: number[] = [];

  constructor(start: Date = maintenant) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(ms: number): Promise<void> {
    this.sommeils.push(ms);
    this.#now += Math.max(0, ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  avancer(ms: number): void {
    this.#now += ms;
  }
}

export function boite(pool: Pool): Outbox {
  return createOutbox(poolDatabase(pool), () => Promise.resolve());
}

export function pousser(
  pool: Pool,
  client: FeedClient,
  options: Partial<PushOptions> = {},
  settings: Partial<PushSettings> = {},
  outbox: Outbox = boite(pool),
): Promise<PushSummary> {
  return push(outbox, client, {
    settings: { ...reglagesEnvoi, ...settings },
    pusher: 'essai',
    clock: new Horloge(),
    random: () => 0.5,
    signal: undefined,
    isPatient: false,
    durationMsMax: 30 * 24 * 3_600_000,
    graceMs: 1_000,
    onProgress: () => undefined,
    onNotice: () => undefined,
    ...options,
  });
}
