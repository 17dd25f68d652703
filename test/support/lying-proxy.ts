// Between the pusher and the simulator: lies once to each porteur, or always, having carried the request out or not.
import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { practitioner, telecom, feedServer, type FeedServer, type SeenCall } from './feed.js';
import { rppsDe } from './feed-queue.js';

/** Answers in the place of the simulator; `body`: what it said, undefined when it was not asked. */
export type Lie = (call: SeenCall, response: ServerResponse, body: string | undefined) => void;

export type LyingProxy = {
  readonly server: FeedServer;
  /** How many PATCH were answered by a lie. */
  lies: number;
  /** Bytes that the endless answers wrote before they were cut. */
  endlessBytes: number;
};

/** What to do with a PATCH; undefined: let it through. */
export type Plot = (
  call: SeenCall,
) => { readonly lie: Lie; readonly isCarriedOut: boolean } | undefined;

export async function lyingProxy(
  t: TestContext,
  simulator: string,
  plot: Plot,
): Promise<LyingProxy> {
  const forward = async (call: SeenCall): Promise<Response> =>
    fetch(simulator + call.target, {
      method: call.method,
      headers: {
        'esante-api-key': String(call.headers['esante-api-key']),
        ...(call.body === '' ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(call.body === '' ? {} : { body: call.body }),
    });
  const answer = async (call: SeenCall, response: ServerResponse): Promise<void> => {
    const plotted = call.method === 'PATCH' ? plot(call) : undefined;
    if (!plotted) return relay(await forward(call), response);
    proxy.lies += 1;
    const body = plotted.isCarriedOut ? await (await forward(call)).text() : undefined;
    plotted.lie(call, response, body);
  };
  const server = await feedServer(t, (call, response) => {
    answer(call, response).catch(() => response.destroy());
  });
  const proxy: LyingProxy = { server, lies: 0, endlessBytes: 0 };
  return proxy;
}

async function relay(from: Response, to: ServerResponse): Promise<void> {
  to.writeHead(from.status, { 'content-type': from.headers.get('content-type') ?? '' });
  to.end(await from.text());
}

const fhirType = { 'content-type': 'application/fhir+json' };

function json(body: object): Lie {
  return (_call, response) => {
    response.writeHead(200, fhirType);
    response.end(JSON.stringify(body));
  };
}

const stranger = practitioner({
  identifier: [{ system: 'https://rpps.esante.gouv.fr', value: rppsDe(9_999) }],
  telecom: [telecom('ailleurs@chu-exemple.mssante.fr', 'PER')],
});

/** Of a success: each says 200. */
export const lies: Readonly<Record<string, Lie>> = {
  'another porteur': json(stranger),
  'another kind of resource': json({ resourceType: 'Patient', id: '1' }),
  'no resource': json({ resourceType: 'OperationOutcome', issue: [] }),
  nothing: (_call, response) => {
    response.writeHead(200, fhirType);
    response.end();
  },
  'a page of HTML': (_call, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Maintenance</body></html>');
  },
  'half of the answer': (_call, response, body) => {
    response.writeHead(200, { ...fhirType, 'content-length': 4_000 });
    response.write((body ?? JSON.stringify(stranger)).slice(0, 100), () => response.destroy());
  },
  'eight megabytes': json({ ...stranger, text: { div: 'a'.repeat(8 * 1024 * 1024) } }),
};

/** Writes for as long as somebody listens. */
export function endless(proxy: () => LyingProxy): Lie {
  return (_call, response) => {
    response.writeHead(200, fhirType);
    response.write('{"resourceType":"Practitioner","text":"');
    const piece = 'a'.repeat(64 * 1024);
    const write = (): void => {
      while (!response.destroyed) {
        proxy().endlessBytes += piece.length;
        if (!response.write(piece)) break;
      }
    };
    response.on('drain', write);
    write();
  };
}
