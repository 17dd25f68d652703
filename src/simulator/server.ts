// The feed API over HTTP: what comes before and after the FHIR part (key, quota, faults on demand, limits).
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { assertStaysHere } from '../domain/adresse-reseau.js';
import { AppError, messageOf } from '../errors.js';
import { answerApi } from './api.js';
import { Rate } from './rate.js';
import { parseRequestedFault, FaultDraw, type DrawnFault, type Faults } from './faults.js';
import { ApiKey } from './api-key.js';
import {
  serverError,
  malformed,
  unauthenticated,
  tooManyRequests,
  type Refusal,
} from './refusal.js';
import { toAnswer, type Answer } from './answer.js';
import { earlyAnswer, deliverWithFault } from './faulty-answer.js';
import type { Simulator } from './simulator.js';

export type ServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  /** 0 = no limit. */
  readonly callsPerSecond: number;
  readonly faults: Faults;
  readonly isFaultByHeader: boolean;
  readonly randomSeed: number;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  /** How long an answer that never comes keeps its connection. */
  readonly silenceMs: number;
  readonly now: () => Date;
  readonly onRequest: (served: ServedRequest) => void;
  /** Pages that are the simulator's own: `/`, `/_simulation/…`; false when the path is not one of them. */
  readonly pages: (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;
};

export type ServedRequest = {
  readonly method: string;
  readonly url: string;
  /** Undefined: nothing was answered. */
  readonly status: number | undefined;
  readonly fault: string | undefined;
  /** `insert adresse`… what was really done. */
  readonly effects: readonly string[];
  readonly detail: string | undefined;
};

export type RequestCounts = {
  requests: number;
  readonly statuses: Map<number, number>;
  readonly faults: Map<string, number>;
};

export class SimulatorServer {
  readonly counts: RequestCounts = { requests: 0, statuses: new Map(), faults: new Map() };
  readonly #simulator: Simulator;
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #key: ApiKey;
  readonly #rate: Rate;
  readonly #faultDraw: FaultDraw;
  readonly #stopping = new AbortController();
  readonly #silent = new Set<Socket>();

  constructor(simulator: Simulator, options: ServerOptions) {
    this.#simulator = simulator;
    this.#options = options;
    this.#key = new ApiKey(options.apiKey);
    this.#rate = new Rate(options.callsPerSecond);
    this.#faultDraw = new FaultDraw(options.randomSeed);
    this.#server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, (req, res) => {
      this.#serve(req, res).catch(() => req.socket.destroy());
    });
    this.#server.maxConnections = options.connectionsMax;
    // Each connection may have a delayed answer that waits for the stop: as many as that are no leak.
    setMaxListeners(options.connectionsMax, this.#stopping.signal);
  }

  /** @throws AppError `PORT_INDISPONIBLE`. */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void =>
        reject(
          new AppError(
            'PORT_INDISPONIBLE',
            `Le simulateur ne peut pas écouter sur ${host}:${port} (${error.message}). ` +
              'Un autre y écoute sans doute : changez « simulateur.port », ou --port.',
            { cause: error },
          ),
        );
      this.#server.once('error', refuse);
      this.#server.listen(port, host, () => {
        this.#server.off('error', refuse);
        resolve();
      });
    });
    const address = this.#server.address();
    if (isAddressInfo(address)) await this.#assertStaysHere(address.address);
    return urlOf(host, isAddressInfo(address) ? address.port : port);
  }

  async #assertStaysHere(bound: string): Promise<void> {
    try {
      assertStaysHere(this.#options.host, bound);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const socket of this.#silent) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      setTimeout(() => this.#server.closeAllConnections(), stopMs).unref();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-simulation', 'annuaire-sante-sync');
    this.counts.requests += 1;
    response.on('error', () => undefined);
    const url = readUrl(request.url);
    if (!url) {
      this.#deliver(request, response, toAnswer(malformed('URL mal formée')), undrawn);
      return;
    }
    if (this.#options.pages(request, response, url)) return;
    const refusal = this.#precheck(request);
    const drawn = refusal ? undrawn : this.#drawFault(request);
    if ('kind' in drawn) {
      this.#deliver(request, response, toAnswer(drawn), undrawn);
      return;
    }
    if (drawn.latencyMs > 0) await wait(drawn.latencyMs, this.#stopping.signal);
    const early = earlyAnswer(drawn.fault);
    const answer = refusal
      ? toAnswer(refusal)
      : (early ?? (await this.#answer(request, url, drawn)));
    this.#deliver(request, response, answer, drawn);
  }

  #precheck(request: IncomingMessage): Refusal | undefined {
    if (!this.#key.accepts(request.headers['esante-api-key'])) return unauthenticated();
    const waitSeconds = this.#rate.take(this.#options.now());
    return waitSeconds === undefined ? undefined : tooManyRequests(waitSeconds);
  }

  #drawFault(request: IncomingMessage): DrawnFault | Refusal {
    const { faults, isFaultByHeader } = this.#options;
    const requested = request.headers['x-simulation-faute'];
    if (typeof requested !== 'string') return this.#faultDraw.draw(faults);
    if (!isFaultByHeader) return malformed("X-Simulation-Faute n'est pas permis par ce simulateur");
    const parsed = parseRequestedFault(requested);
    return typeof parsed === 'string' ? malformed(parsed) : this.#faultDraw.draw(parsed);
  }

  async #answer(request: IncomingMessage, url: URL, { fault }: DrawnFault): Promise<Answer> {
    if (fault === 'couper') return nothingSaid;
    const { bodyBytesMax, now } = this.#options;
    try {
      const isLie = fault === 'mentir';
      const api = { bodyBytesMax, now, isLie };
      return await answerApi(request, url, this.#simulator, api);
    } catch (error) {
      // The database or the disk: nothing was done. Whoever runs the simulator is told why, its client is not.
      return { ...toAnswer(serverError()), detail: messageOf(error) };
    }
  }

  #deliver(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    { fault }: DrawnFault,
  ): void {
    if (fault !== undefined) increment(this.counts.faults, fault);
    const { silenceMs, onRequest } = this.#options;
    const status = deliverWithFault(response, answer, fault, (socket) => {
      this.#silent.add(socket);
      socket.setTimeout(silenceMs, () => socket.destroy());
      socket.once('close', () => this.#silent.delete(socket));
    });
    if (status !== undefined) increment(this.counts.statuses, status);
    onRequest({
      method: request.method ?? '',
      url: request.url ?? '',
      status,
      fault,
      effects: answer.effects,
      detail: answer.detail,
    });
  }
}

/** For requests that are being answered when the server stops. */
const stopMs = 2_000;

const undrawn: DrawnFault = { fault: undefined, latencyMs: 0 };

const nothingSaid: Answer = {
  status: 0,
  headers: {},
  body: '',
  effects: [],
  detail: undefined,
};

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function readUrl(text: string | undefined): URL | undefined {
  return URL.canParse(text ?? '', 'http://simulateur') && text?.startsWith('/')
    ? new URL(`http://simulateur${text}`)
    : undefined;
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Ends early, without a fault, when the signal is aborted. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => undefined);
}
