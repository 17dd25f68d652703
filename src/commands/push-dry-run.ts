// The whole of a push, on a private copy of the queue and with a client that only writes down.
import { createDryRunClient, renderCall } from '../feed/dry-run-client.js';
import type { FeedClient } from '../feed/feed-client.js';
import type { HttpCall } from '../feed/http-call.js';
import { createOutbox, sessionDatabase } from '../feed/push/outbox.js';
import { push } from '../feed/push/push.js';
import { closePreview, openPreview } from '../store/feed-preview.js';
import type { CommandContext } from './context.js';
import { databaseClock, pusherName, requireFeedClient } from './feed-run.js';
import type { OpenProgram } from './program.js';
import { writeTo } from './write-to.js';

export async function dryRun({ surroundings }: CommandContext, open: OpenProgram): Promise<void> {
  const settings = requireFeedClient(open.settings);
  const clock = await databaseClock(open.pool);
  const write = writeTo(surroundings.out);
  const calls: HttpCall[] = [];
  let written = 0;
  const flush = async (): Promise<void> => {
    for (const call of calls.splice(0)) {
      written += 1;
      await write(
        open.isJson
          ? `${written === 1 ? '' : ','}\n${JSON.stringify(asJson(call))}`
          : `${renderCall(call)}\n`,
      );
    }
  };
  const client = flushing(
    createDryRunClient(settings, (call) => calls.push(call)),
    flush,
  );
  const session = await open.pool.connect();
  try {
    await openPreview(session);
    if (open.isJson) await write('{"appels":[');
    const outbox = createOutbox(sessionDatabase(session), () => Promise.resolve());
    const summary = await push(outbox, client, {
      // In order, and as fast as it goes: nothing leaves.
      settings: { ...open.settings.alimentation.push, simultanesMax: 1, appelsParSeconde: 0 },
      pusher: pusherName(),
      clock,
      random: Math.random,
      signal: surroundings.signal,
      isPatient: false,
      durationMsMax: 24 * 3_600_000,
      graceMs: 0,
      onProgress: () => undefined,
      onNotice: () => undefined,
    });
    await flush();
    const { insert, replace, delete: deleted } = summary.accepted;
    const count = insert + replace + deleted;
    await write(
      open.isJson
        ? `\n],"operations":${count},"refusees":${JSON.stringify(summary.failures)}}\n`
        : `${count} opérations partiraient ainsi, en ${written} appels. Rien n’a été envoyé ni changé.\n` +
            summary.failures
              .map(({ id, message }) => `Ne partirait pas : ${id}, ${message}\n`)
              .join(''),
    );
  } finally {
    await closePreview(session).then(
      () => session.release(),
      (error: unknown) => session.release(error instanceof Error ? error : true),
    );
  }
}

/** Writes as it goes, and waits for whoever reads: a queue of any length fits in memory. */
function flushing(client: FeedClient, flush: () => Promise<void>): FeedClient {
  return {
    ...client,
    patch: async (request, signal) => {
      const answer = await client.patch(request, signal);
      await flush();
      return answer;
    },
    read: async (adresse, porteur, signal) => {
      const answer = await client.read(adresse, porteur, signal);
      await flush();
      return answer;
    },
  };
}

function asJson({ method, url, headers, body }: HttpCall): object {
  const parsed: unknown = body === undefined ? null : JSON.parse(body);
  return { methode: method, url: url.href, entetes: headers, corps: parsed };
}
