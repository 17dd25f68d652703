// One OpenID provider as this process knows it: how to speak with it, and its discovery document while it is fresh.
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  Configuration,
  customFetch,
  enableNonRepudiationChecks,
  PrivateKeyJwt,
  TlsClientAuth,
  type ClientAuth,
  type CustomFetch,
} from 'openid-client';
import type { VoirEchange } from '../../domain/usage-interface.js';
import { AppError } from '../../errors.js';
import { requestBounded, type BoundedLimits } from '../../net/bounded-request.js';
import { createDispatcher } from '../../net/dispatcher.js';
import { isAllowed, parseDecouverte, type DocumentDecouverte } from './decouverte.js';
import type { FournisseurSettings, MethodeClient } from './settings.js';

/** After a failure, who comes within this time is told at once. */
const retryAfterMs = 5_000;
/** A provider whose discovery fails is used with the last document known, up to this age. */
const staleMs = 24 * 3_600_000;
/** Our clock and the provider's. */
const clockToleranceSeconds = 30;

type Known = { readonly configuration: Configuration; readonly readAtMs: number };

export class Fournisseur {
  readonly settings: FournisseurSettings;
  readonly #limits: BoundedLimits;
  #known: Known | undefined;
  #failure: { readonly error: unknown; readonly atMs: number } | undefined;
  #reading: Promise<Configuration> | undefined;

  /** `voir`: told of each request to it. */
  constructor(settings: FournisseurSettings, voir?: VoirEchange) {
    this.settings = settings;
    const { methode, reglage, connexionMs, reponseMs, ca, proxy } = settings;
    this.#limits = {
      dispatcher: createDispatcher({
        connectTimeoutMs: connexionMs,
        headersTimeoutMs: reponseMs,
        bodyTimeoutMs: reponseMs,
        ca,
        proxy,
        clientCertificate: methode.genre === 'tls' ? methode.certificat : undefined,
        connectionsMax,
        voir,
      }),
      totalMs: reponseMs,
      bodyBytesMax: settings.reponseOctetsMax,
      hasProxy: proxy !== undefined,
      settings: {
        adresse: `${reglage}.decouverte`,
        certificat: `${reglage}.certificat`,
        secours: '',
      },
    };
  }

  /** Throws AppError, in French, when the provider cannot be reached or is not the one expected. */
  async configuration(now: Date): Promise<Configuration> {
    const nowMs = now.getTime();
    const ageMs = this.#known ? nowMs - this.#known.readAtMs : Infinity;
    if (this.#known && ageMs < this.settings.decouverteFraicheMs) return this.#known.configuration;
    if (this.#failure && nowMs - this.#failure.atMs < retryAfterMs) {
      if (this.#known && ageMs < staleMs) return this.#known.configuration;
      throw this.#failure.error;
    }
    // Whoever comes meanwhile waits for the same answer.
    this.#reading ??= this.#read(nowMs).finally(() => (this.#reading = undefined));
    try {
      return await this.#reading;
    } catch (error) {
      if (this.#known && ageMs < staleMs && !isImpostor(error)) return this.#known.configuration;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#limits.dispatcher.destroy();
  }

  async #read(nowMs: number): Promise<Configuration> {
    try {
      const { decouverte } = this.settings;
      const asked = {
        url: decouverte,
        method: 'GET',
        headers: { accept: 'application/json' },
      } as const;
      const answer = await requestBounded(asked, this.#limits);
      const configuration = await this.#configure(parseDecouverte(answer, this.settings));
      this.#known = { configuration, readAtMs: nowMs };
      this.#failure = undefined;
      return configuration;
    } catch (error) {
      this.#failure = { error, atMs: nowMs };
      if (isImpostor(error)) this.#known = undefined;
      throw error;
    }
  }

  async #configure(document: DocumentDecouverte): Promise<Configuration> {
    const { clientId, methode, reponseMs } = this.settings;
    const { end_session_endpoint: endSession, ...others } = document;
    const configuration = new Configuration(
      // An optional key that is there must have a value, for the library's types.
      { ...others, ...(endSession !== undefined && { end_session_endpoint: endSession }) },
      clientId,
      {
        [clockTolerance]: clockToleranceSeconds,
        ...(methode.genre === 'tls' && { use_mtls_endpoint_aliases: true }),
      },
      await clientAuth(methode),
    );
    configuration[customFetch] = this.#fetch;
    configuration.timeout = reponseMs / 1_000;
    // The signature is looked at even though the token came over TLS from the provider itself.
    enableNonRepudiationChecks(configuration);
    // Ours refuses them beyond loopback, for every address (`isAllowed`).
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out; see above.
    allowInsecureRequests(configuration);
    return configuration;
  }

  readonly #fetch: CustomFetch = async (address, { method, headers, body, signal }) => {
    if (!isAllowed(address)) {
      throw new AppError(
        'HTTP_NON_CHIFFRE',
        `${this.settings.nom} : adresse non chiffrée, refusée.`,
      );
    }
    const answer = await requestBounded(
      {
        url: new URL(address),
        method: method === 'POST' ? 'POST' : 'GET',
        headers: Object.fromEntries(new Headers(headers).entries()),
        body: body instanceof URLSearchParams ? body.toString() : undefined,
        signal: signal ?? undefined,
      },
      this.#limits,
    );
    const isEmpty = answer.body.length === 0 || [204, 205, 304].includes(answer.status);
    return new Response(isEmpty ? null : new Uint8Array(answer.body), {
      status: answer.status < 200 ? 502 : answer.status,
      headers: answer.headers,
    });
  };
}

/** Sign-ins are rare and short; more at a time would be an attack on the provider. */
const connectionsMax = 16;

/** Its document was read, and is another's: what was known before must not serve either. */
function isImpostor(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DECOUVERTE_EMETTEUR';
}

async function clientAuth(methode: MethodeClient): Promise<ClientAuth> {
  switch (methode.genre) {
    case 'basic':
      return ClientSecretBasic(methode.secret);
    case 'post':
      return ClientSecretPost(methode.secret);
    case 'jwt':
      return signedAssertion(methode);
    case 'tls':
      return TlsClientAuth();
    default:
      return methode satisfies never;
  }
}

async function signedAssertion({
  cle,
  algorithme,
  kid,
}: Extract<MethodeClient, { genre: 'jwt' }>): Promise<ClientAuth> {
  const der = cle.export({ format: 'der', type: 'pkcs8' });
  const key = await crypto.subtle.importKey('pkcs8', der, algorithmes[algorithme], false, ['sign']);
  return PrivateKeyJwt(kid === undefined ? key : { key, kid });
}

/** As the Web Cryptography API names them. */
const algorithmes = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
};
