// A real HTTP(S) server on port 0 that misbehaves on demand: each request takes the next step of a script.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Socket, connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';

export type Step = (request: IncomingMessage, response: ServerResponse) => void;

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
};

export type FaultyServer = {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** `HEAD`, `GET`, `GET bytes=100-`… in the order received. */
  summary(): string[];
};

/** The last step serves every further request. */
export async function faultyServer(
  t: TestContext,
  steps: readonly Step[],
  tls?: TlsOptions,
): Promise<FaultyServer> {
  const seen: SeenRequest[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const step = steps[Math.min(seen.length, steps.length - 1)];
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers });
    step?.(request, response);
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  const port = await listen(t, server);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    seen,
    summary: () => seen.map(({ method, headers }) => `${method} ${headers.range ?? ''}`.trim()),
  };
}

type Closable = ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>;

async function listen(t: TestContext, server: Closable): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address() as AddressInfo;
  return address.port;
}

export type SeenTunnel = { readonly target: string; readonly authorization: string | undefined };

/** A proxy that opens tunnels (CONNECT), or answers `refusal`. */
export async function connectProxy(
  t: TestContext,
  refusal?: number,
): Promise<{ readonly port: number; readonly tunnels: readonly SeenTunnel[] }> {
  const tunnels: SeenTunnel[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? '';
    tunnels.push({ target, authorization: request.headers['proxy-authorization'] });
    sockets.add(client);
    client.on('error', () => undefined);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} Non\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const port = await listen(t, server);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port, tunnels };
}

export type Published = {
  readonly body: Buffer;
  /** Unquoted, as the ANS sends it. */
  readonly fileName?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the true one; null: none (chunked). */
  readonly contentLength?: number | null;
  /** Cuts the connection after this many bytes of body. */
  readonly cutAfter?: number;
  /** Stops sending, connection open, after this many bytes. */
  readonly stallAfter?: number;
};

function headersOf(published: Published): Record<string, string> {
  const { body, fileName, headers, contentLength } = published;
  return {
    ...(fileName === undefined
      ? {}
      : { 'content-disposition': `attachment; filename=${fileName}` }),
    ...(contentLength === null ? {} : { 'content-length': String(contentLength ?? body.length) }),
    ...headers,
  };
}

/** 200 with the whole file (no body to HEAD), or cut or stalled. Ignores Range. */
export function whole(published: Published): Step {
  return (request, response) => {
    response.writeHead(200, headersOf(published));
    sendBody(request, response, published, published.body);
  };
}

/** 206 from the byte asked, else 200; `change` alters the headers of the 206. */
export function resumable(
  published: Published,
  change: Readonly<Record<string, string>> = {},
): Step {
  return (request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? '0');
    if (first === 0) {
      whole(published)(request, response);
      return;
    }
    const { length } = published.body;
    response.writeHead(206, {
      ...headersOf(published),
      'content-length': String(length - first),
      'content-range': `bytes ${first}-${length - 1}/${length}`,
      ...change,
    });
    sendBody(request, response, published, published.body.subarray(first));
  };
}

function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  { cutAfter, stallAfter, contentLength }: Published,
  body: Buffer,
): void {
  if (request.method === 'HEAD') response.end();
  else if (cutAfter !== undefined) {
    response.write(body.subarray(0, cutAfter), () => response.socket?.destroySoon());
  } else if (stallAfter !== undefined) response.write(body.subarray(0, stallAfter));
  else if (typeof contentLength === 'number') {
    // Past Node.js's own check of the length, so that it can lie.
    response.flushHeaders();
    response.socket?.end(body);
  } else response.end(body);
}

/** Sends `bytes` of the body, and cuts only when the client tells, by its progress, that it has written them. */
export function cutOnceReceived(
  published: Published,
  bytes: number,
): { readonly step: Step; readonly received: (done: number) => void } {
  let held: Socket | undefined;
  return {
    step: (request, response) => {
      held = request.socket;
      whole({ ...published, stallAfter: bytes })(request, response);
    },
    received: (done) => {
      if (done < bytes) return;
      held?.destroy();
      held = undefined;
    },
  };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Step {
  return (_, response) => {
    response.writeHead(code, headers);
    response.end('Détail interne du serveur : ne doit jamais être montré');
  };
}

/** Closes the connection before any answer. */
export const hangUp: Step = (request) => request.socket.destroy();

/** Never answers. */
export const silent: Step = () => undefined;
