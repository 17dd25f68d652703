// The feed API over HTTP: what comes before and after the FHIR part (key, quota, faults on demand, limits).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError, messageOf } from '../errors.js';
import { repondreApi } from './api.js';
import { Debit } from './debit.js';
import { parseFauteDemandee, TirageFautes, type FauteTiree, type Fautes } from './fautes.js';
import { isCle } from './cle-api.js';
import { erreurServeur, malForme, nonAuthentifie, tropDeRequetes, type Refus } from './refus.js';
import { enReponse, type Reponse } from './reponse.js';
import { fautePrealable, livrerAvecFaute } from './reponse-fautive.js';
import type { Simulateur } from './simulateur.js';

export type ServeurOptions = {
  readonly host: string;
  readonly port: number;
  readonly cleApi: string;
  /** 0 = no limit. */
  readonly appelsParSeconde: number;
  readonly fautes: Fautes;
  readonly isFauteParEnTete: boolean;
  readonly graine: number;
  readonly corpsOctetsMax: number;
  readonly connexionsMax: number;
  /** How long an answer that never comes keeps its connection. */
  readonly silenceMs: number;
  readonly now: () => Date;
  readonly onRequete: (requete: RequeteServie) => void;
  /** Pages that are the simulator's own: `/`, `/_simulation/…`; false when the path is not one of them. */
  readonly pages: (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;
};

export type RequeteServie = {
  readonly methode: string;
  readonly url: string;
  /** Undefined: nothing was answered. */
  readonly status: number | undefined;
  readonly faute: string | undefined;
  /** `insert adresse`… what was really done. */
  readonly effets: readonly string[];
  readonly detail: string | undefined;
};

export type Compte = {
  requetes: number;
  readonly statuts: Map<number, number>;
  readonly fautes: Map<string, number>;
};

export class ServeurSimulateur {
  readonly compte: Compte = { requetes: 0, statuts: new Map(), fautes: new Map() };
  readonly #simulateur: Simulateur;
  readonly #options: ServeurOptions;
  readonly #server: Server;
  readonly #debit: Debit;
  readonly #tirage: TirageFautes;
  readonly #arret = new AbortController();
  readonly #muettes = new Set<Socket>();

  constructor(simulateur: Simulateur, options: ServeurOptions) {
    this.#simulateur = simulateur;
    this.#options = options;
    this.#debit = new Debit(options.appelsParSeconde);
    this.#tirage = new TirageFautes(options.graine);
    this.#server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, (req, res) => {
      this.#servir(req, res).catch(() => req.socket.destroy());
    });
    this.#server.maxConnections = options.connexionsMax;
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
    return urlDe(host, isAddressInfo(address) ? address.port : port);
  }

  async stop(): Promise<void> {
    this.#arret.abort();
    for (const socket of this.#muettes) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      setTimeout(() => this.#server.closeAllConnections(), arretMs).unref();
    });
  }

  async #servir(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-simulation', 'annuaire-sante-sync');
    this.compte.requetes += 1;
    response.on('error', () => undefined);
    const url = lireUrl(request.url);
    if (!url) {
      this.#livrer(request, response, enReponse(malForme('URL mal formée')), sansTirage);
      return;
    }
    if (this.#options.pages(request, response, url)) return;
    const refus = this.#avant(request);
    const tirage = refus ? sansTirage : this.#tirer(request);
    if ('kind' in tirage) {
      this.#livrer(request, response, enReponse(tirage), sansTirage);
      return;
    }
    if (tirage.latenceMs > 0) await attendre(tirage.latenceMs, this.#arret.signal);
    const prealable = fautePrealable(tirage.faute);
    const reponse = refus
      ? enReponse(refus)
      : (prealable ?? (await this.#repondre(request, url, tirage)));
    this.#livrer(request, response, reponse, tirage);
  }

  #avant(request: IncomingMessage): Refus | undefined {
    const { cleApi, now } = this.#options;
    if (!isCle(request.headers['esante-api-key'], cleApi)) return nonAuthentifie();
    const attente = this.#debit.prendre(now());
    return attente === undefined ? undefined : tropDeRequetes(attente);
  }

  #tirer(request: IncomingMessage): FauteTiree | Refus {
    const { fautes, isFauteParEnTete } = this.#options;
    const demandee = request.headers['x-simulation-faute'];
    if (typeof demandee !== 'string') return this.#tirage.tirer(fautes);
    if (!isFauteParEnTete) return malForme("X-Simulation-Faute n'est pas permis par ce simulateur");
    const lues = parseFauteDemandee(demandee);
    return typeof lues === 'string' ? malForme(lues) : this.#tirage.tirer(lues);
  }

  async #repondre(request: IncomingMessage, url: URL, { faute }: FauteTiree): Promise<Reponse> {
    if (faute === 'couper') return rienDit;
    const { corpsOctetsMax, now } = this.#options;
    try {
      const isMensonge = faute === 'mentir';
      const api = { corpsOctetsMax, now, isMensonge };
      return await repondreApi(request, url, this.#simulateur, api);
    } catch (error) {
      // The database or the disk: nothing was done. Whoever runs the simulator is told why, its client is not.
      return { ...enReponse(erreurServeur()), detail: messageOf(error) };
    }
  }

  #livrer(
    request: IncomingMessage,
    response: ServerResponse,
    reponse: Reponse,
    { faute }: FauteTiree,
  ): void {
    if (faute !== undefined) augmenter(this.compte.fautes, faute);
    const { silenceMs, onRequete } = this.#options;
    const status = livrerAvecFaute(response, reponse, faute, (socket) => {
      this.#muettes.add(socket);
      socket.setTimeout(silenceMs, () => socket.destroy());
      socket.once('close', () => this.#muettes.delete(socket));
    });
    if (status !== undefined) augmenter(this.compte.statuts, status);
    onRequete({
      methode: request.method ?? '',
      url: request.url ?? '',
      status,
      faute,
      effets: reponse.effets,
      detail: reponse.detail,
    });
  }
}

/** For requests that are being answered when the server stops. */
const arretMs = 2_000;

const sansTirage: FauteTiree = { faute: undefined, latenceMs: 0 };

const rienDit: Reponse = {
  status: 0,
  headers: {},
  corps: '',
  effets: [],
  detail: undefined,
};

function augmenter<K>(comptes: Map<K, number>, cle: K): void {
  comptes.set(cle, (comptes.get(cle) ?? 0) + 1);
}

function lireUrl(texte: string | undefined): URL | undefined {
  return URL.canParse(texte ?? '', 'http://simulateur') && texte?.startsWith('/')
    ? new URL(`http://simulateur${texte}`)
    : undefined;
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function urlDe(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function attendre(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const fin = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', fin);
      resolve();
    };
    const timer = setTimeout(fin, ms);
    signal.addEventListener('abort', fin);
  });
}
