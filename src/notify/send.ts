// One run of « notices send »: webhooks and mails side by side, again and again when asked to wait for what comes back.
import type { Pool } from '../db/pool.js';
import { findProchain } from '../store/file-envoi.js';
import type { Gabarits } from './gabarit.js';
import { sendMails, type BilanEnvoi, type EnvoiOptions } from './send-mails.js';
import { listEcartes, sendWebhooks, type BilanWebhooks } from './send-webhooks.js';
import type { NotifySettings } from './settings.js';

export type Bilan = {
  /** Undefined without a mail server in the settings. */
  readonly courriels: BilanEnvoi | undefined;
  readonly webhooks: BilanWebhooks;
  /** French: templates of the opérateur that were not used. */
  readonly avertissements: readonly string[];
  readonly isInterrupted: boolean;
};

export type SendOptions = EnvoiOptions & {
  /** Waits for the retries and for a server that does not answer, until nothing is left. */
  readonly isPatient: boolean;
  readonly dureeMaxMs: number;
};

/** While a server does not answer. */
const pauseMinMs = 60_000;
const pauseMaxMs = 900_000;

export async function sendNotices(
  pool: Pool,
  settings: NotifySettings,
  gabarits: Gabarits,
  options: SendOptions,
): Promise<Bilan> {
  const end = options.horloge.now().getTime() + options.dureeMaxMs;
  let total: Bilan | undefined;
  let failures = 0;
  for (;;) {
    const round = await sendOnce(pool, settings, gabarits, options);
    total = total ? sum(total, round) : round;
    if (!options.isPatient || options.signal.aborted) return total;
    const { arret } = round.courriels ?? {};
    if (arret?.isDurable === true) return total;
    failures = arret ? failures + 1 : 0;
    const until = await findNext(pool, settings, options.horloge.now(), failures);
    if (until === undefined || until > end) return total;
    await options.horloge.sleep(until - options.horloge.now().getTime(), options.signal);
  }
}

async function sendOnce(
  pool: Pool,
  { mail, webhook }: NotifySettings,
  gabarits: Gabarits,
  options: EnvoiOptions,
): Promise<Bilan> {
  const [webhooks, courriels] = await Promise.allSettled([
    sendWebhooks(pool, webhook, options),
    mail ? sendMails(pool, mail, gabarits, options) : undefined,
  ]);
  if (webhooks.status === 'rejected') throw webhooks.reason;
  if (courriels.status === 'rejected') throw courriels.reason;
  return {
    courriels: courriels.value,
    webhooks: webhooks.value,
    avertissements: gabarits.avertissements,
    isInterrupted: options.signal.aborted,
  };
}

/** When to look again, in milliseconds since 1970; undefined: there is nothing to wait for. */
async function findNext(
  pool: Pool,
  { mail, webhook }: NotifySettings,
  now: Date,
  failures: number,
): Promise<number | undefined> {
  const ecartes = await listEcartes(pool, webhook.points);
  const points = webhook.points.map(({ nom }) => nom).filter((nom) => !ecartes.has(nom));
  const dates = [
    mail && (await findProchain(pool, 'avis')),
    await findProchain(pool, 'evenement_envoi', points),
  ].filter((date) => date !== undefined);
  if (dates.length === 0) return undefined;
  const next = Math.min(...dates.map((date) => date.getTime()));
  // What is due now was left by a server that does not answer: not at once again.
  const pause = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return Math.max(next, now.getTime() + (failures > 0 ? pause : 1_000));
}

function sum(before: Bilan, after: Bilan): Bilan {
  return {
    ...after,
    courriels:
      before.courriels && after.courriels
        ? { ...after.courriels, ...counts(before.courriels, after.courriels) }
        : (after.courriels ?? before.courriels),
    webhooks: { ...after.webhooks, ...counts(before.webhooks, after.webhooks) },
  };
}

type Counts = Omit<BilanEnvoi, 'arret'>;

function counts(before: Counts, after: Counts): Counts {
  return {
    partis: before.partis + after.partis,
    refuses: before.refuses + after.refuses,
    abandonnes: before.abandonnes + after.abandonnes,
    reportes: before.reportes + after.reportes,
    repris: before.repris + after.repris,
    perdus: before.perdus + after.perdus,
  };
}
