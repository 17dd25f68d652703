// One listener for the API and the pages: fastify on a server that is ours, so that its limits and its stop are too.
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { assertStaysHere } from '../domain/adresse-reseau.js';
import { AppError, messageOf } from '../errors.js';
import { aborted } from '../net/or-aborted.js';
import { readServedTls } from '../net/served-certificate.js';
import {
  explainError,
  internalProblem,
  notFoundProblem,
  problemBody,
  sendProblem,
} from './problem.js';
import type { WebServerSettings } from './server-settings.js';

/** Adds routes; what it is given is encapsulated: its hooks and parsers are its own. */
export type WebPlugin = (app: FastifyInstance) => void;

export type WebServerOptions = {
  readonly settings: WebServerSettings;
  readonly plugins: readonly WebPlugin[];
  /** Told of each request. */
  readonly mesure?: MesureRequetes;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
};

export type MesureRequetes = {
  readonly commencer: () => void;
  /** `route`: its pattern. A client that went before its answer has the status 499. */
  readonly noter: (repondue: {
    readonly methode: string;
    readonly route: string | undefined;
    readonly statut: number;
    readonly secondes: number;
  }) => void;
};

export class WebServer {
  readonly #settings: WebServerSettings;
  readonly #server: Server;
  readonly #app: FastifyInstance;
  readonly #replaceCertificate: () => readonly string[];
  #isStopping = false;

  /** Throws UsageError when the certificate cannot be used. */
  constructor({ settings, plugins, mesure, report }: WebServerOptions) {
    this.#settings = settings;
    const { tls } = settings;
    if (tls) {
      const { context, remarques } = readServedTls(tls, 'web');
      const server = createTlsServer({ ...limitsOf(settings), ...context });
      this.#replaceCertificate = () => {
        const renewed = readServedTls(tls, 'web');
        server.setSecureContext(renewed.context);
        return renewed.remarques;
      };
      this.#server = server;
      for (const remarque of remarques) report(`Certificat web : ${remarque}`);
    } else {
      this.#server = createServer(limitsOf(settings));
      this.#replaceCertificate = () => [];
    }
    this.#server.maxConnections = settings.connectionsMax;
    this.#app = buildApp(this.#server, settings, report);
    if (mesure) measureRequests(this.#app, mesure);
    if (settings.slowRequestTimeoutMs !== undefined)
      limitOrdinaryRequests(this.#app, settings.requestTimeoutMs);
    this.#app.addHook('onSend', (request, reply, payload, done) => {
      reply.header('x-request-id', request.id);
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
      // The API as well as the pages, which have it already.
      if (tls) reply.header('strict-transport-security', 'max-age=31536000');
      // A kept connection would hold the stop until it has been idle long enough.
      if (this.#isStopping) reply.header('connection', 'close');
      done(null, payload);
    });
    for (const plugin of plugins) {
      this.#app.register((scope, _options, done) => {
        plugin(scope);
        done();
      });
    }
  }

  /** Resolves to the base URL, the port being the one that the system gave when 0 was asked. */
  async start(): Promise<string> {
    const { host, port, tls } = this.#settings;
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      throw listeningFault(error, this.#settings);
    }
    const address = this.#server.address() as AddressInfo;
    if (!tls) await this.#assertStaysHere(address.address);
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `${tls ? 'https' : 'http'}://${name}:${address.port}`;
  }

  async #assertStaysHere(bound: string): Promise<void> {
    try {
      assertStaysHere(this.#settings.host, bound);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** New connections are refused at once; answers under way have `stopMs` to leave. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const force = setTimeout(() => this.#server.closeAllConnections(), this.#settings.stopMs);
    await this.#app.close();
    clearTimeout(force);
  }

  /**
   * Stops accepting; a connection that is kept gets one more answer, which says that it is the last, until none is left or
   * `signal` is aborted. (`close` of an HTTP server would cut the idle ones, whose next request may be on its way.)
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise((resolve) => NetServer.prototype.close.call(this.#server, resolve));
    await Promise.race([closed, aborted(signal)]);
  }

  /**
   * Reads the certificate again, for connections to come, and gives what is to be known of it, in French. Throws UsageError and
   * keeps the old one.
   */
  reloadCertificate(): readonly string[] {
    return this.#replaceCertificate();
  }
}

function limitsOf(settings: WebServerSettings): {
  requestTimeout: number;
  headersTimeout: number;
  keepAliveTimeout: number;
  connectionsCheckingInterval: number;
  noDelay: boolean;
} {
  const { requestTimeoutMs, slowRequestTimeoutMs = 0, idleTimeoutMs } = settings;
  return {
    requestTimeout: Math.max(requestTimeoutMs, slowRequestTimeoutMs),
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs),
    noDelay: true,
  };
}

function buildApp(
  server: Server,
  { bodyBytesMax, trustedProxies = [] }: WebServerSettings,
  report: (line: string) => void,
): FastifyInstance {
  const answer = (error: unknown, reply: FastifyReply, what: string): FastifyReply => {
    const problem = explainError(error);
    if (!problem) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report(`Erreur interne en répondant à ${what}, à signaler aux mainteneurs :\n${stack}`);
    }
    return sendProblem(reply, problem ?? internalProblem);
  };
  const app = fastify({
    // That of its traces and of its lines in the log: no other request, of any run, has it.
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytesMax,
    exposeHeadRoutes: false,
    // An address of 254 characters, each of which may be written in three.
    routerOptions: { maxParamLength: 800 },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    serverFactory: (handler) => server.on('request', handler),
    frameworkErrors: (error, _request, reply) =>
      void answer(error, reply, 'une adresse mal formée'),
    clientErrorHandler: (error, socket) => {
      if (socket.writable && !socket.destroyed) socket.end(rawProblem(error.code));
      else socket.destroy();
    },
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) =>
    answer(
      error,
      reply,
      `${request.method} ${request.routeOptions.url ?? '?'} (demande ${request.id})`,
    ),
  );
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, notFoundProblem));
  return app;
}

function measureRequests(app: FastifyInstance, mesure: MesureRequetes): void {
  app.addHook('onRequest', (request, reply, done) => {
    mesure.commencer();
    reply.raw.once('close', () => {
      mesure.noter({
        methode: request.method,
        route: request.routeOptions.url,
        statut: reply.raw.writableFinished ? reply.raw.statusCode : 499,
        secondes: reply.elapsedTime / 1_000,
      });
    });
    done();
  });
}

/** The server's own limit is that of the slow routes then: the others keep theirs. */
function limitOrdinaryRequests(app: FastifyInstance, requestTimeoutMs: number): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    if (request.routeOptions.config.isSlow !== true && !raw.complete) {
      const timer = setTimeout(() => {
        if (raw.complete) return;
        if (raw.socket.writable) raw.socket.end(rawProblem('ERR_HTTP_REQUEST_TIMEOUT'));
        raw.destroy();
      }, requestTimeoutMs);
      raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    }
    done();
  });
}

/** What Node.js could not read as HTTP gets an answer all the same. */
function rawProblem(code: string): string {
  const [status, reason, detail] =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout', 'La demande n’est pas arrivée entière à temps.']
      : code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large', 'Les en-têtes de la demande sont trop longs.']
        : [400, 'Bad Request', 'La demande n’est pas du HTTP valable.'];
  const body = problemBody({
    status,
    code: 'HTTP_ILLISIBLE',
    title: 'Demande illisible',
    detail,
  });
  return (
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

function listeningFault(error: unknown, { host, port }: WebServerSettings): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const remedy =
    code === 'EADDRINUSE'
      ? 'ce port est déjà pris : arrêtez l’autre programme, ou changez web.port.'
      : code === 'EACCES'
        ? 'ce port demande des droits d’administrateur : prenez-en un au-dessus de 1023 (web.port).'
        : code === 'EADDRNOTAVAIL'
          ? 'cette adresse n’est pas celle de cette machine : corrigez web.adresse.'
          : messageOf(error);
  return new AppError('ECOUTE_IMPOSSIBLE', `Écoute impossible sur ${host}:${port} : ${remedy}`, {
    cause: error,
  });
}
