// A real OpenID provider (oidc-provider) with Pro Santé Connect's paths, claims and lifetimes: for the demonstration and for
// the tests, on this machine alone. Whoever asks it chooses whom to be.
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientMetadata, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { AppError, messageOf } from '../../errors.js';
import { claimNamesOf, type Person } from './person.js';
import { faultPage, page, signInPage, signOutPage } from './sign-in-page.js';

/** The realm of Pro Santé Connect, in the sandbox as in production. */
export const realmPath = '/auth/realms/esante-wallet';
/** Where Pro Santé Connect publishes its discovery document: the name is not the standard's. */
export const discoveryPath = `${realmPath}/.well-known/wallet-openid-configuration`;

export type IdentityProviderOptions = {
  readonly host: string;
  readonly port: number;
  readonly client: ClientMetadata;
  readonly persons: readonly Person[];
  /**
   * Listens already, under TLS, and asks for client certificates: the token and userinfo are then given there too, to a client
   * that shows its own (RFC 8705, section 5).
   */
  readonly mutualTls?: { readonly server: Server; readonly url: string };
  /** Sees each request first; true: it has answered, or never will. */
  readonly intercept?: (path: string, response: ServerResponse) => boolean;
  /** May change the body of a JSON answer before it leaves; `path` is under the realm, `key` signs the tokens. */
  readonly alter?: (
    path: string,
    body: Readonly<Record<string, unknown>>,
    key: KeyObject,
  ) => object;
};

export type IdentityProvider = {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly issuer: string;
  readonly discovery: string;
  close(): Promise<void>;
};

/** Throws AppError `IDENTITE_ABSENTE` where the package was not installed (it is one of development). */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const { Provider } = await withoutWarnings(importProvider);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 20_000 });
  server.maxConnections = 200;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host}:${port}`;
  const issuer = url + realmPath;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = await withoutWarnings(
    () => new Provider(issuer, configurationOf(options, privateKey)),
  );
  const { alter, mutualTls } = options;
  if (mutualTls) announceAliases(provider, mutualTls.url);
  if (alter) {
    provider.use(async (context, next) => {
      await next();
      const body: unknown = context.body;
      if (isRecord(body)) context.body = alter(context.path, body, privateKey);
    });
  }
  serve(server, provider, options);
  if (options.mutualTls) serve(options.mutualTls.server, provider, options);
  return {
    url,
    issuer,
    discovery: url + discoveryPath,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The names of RFC 8705, section 5; the provider knows its own address only. */
function announceAliases(provider: Provider, url: string): void {
  provider.use(async (context, next) => {
    await next();
    const body: unknown = context.body;
    if (!isRecord(body) || !('token_endpoint' in body)) return;
    const at = url + realmPath;
    context.body = {
      ...body,
      mtls_endpoint_aliases: {
        token_endpoint: at + routes.token,
        userinfo_endpoint: at + routes.userinfo,
      },
    };
  });
}

function isRecord(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body?.constructor === Object;
}

/**
 * The package tells on the console, in English, what is wrong with it for production (its memory, this version of Node.js):
 * here it is a simulator, and whoever tries the demonstration would believe that something failed.
 */
async function withoutWarnings<T>(make: () => T | Promise<T>): Promise<T> {
  const { warn } = console;
  // eslint-disable-next-line no-console -- as above
  console.warn = (...words: unknown[]): void => {
    if (!String(words[0]).includes('oidc-provider WARNING')) warn(...words);
  };
  try {
    return await make();
  } finally {
    // eslint-disable-next-line no-console -- as above
    console.warn = warn;
  }
}

async function importProvider(): Promise<{ readonly Provider: typeof Provider }> {
  try {
    return await import('oidc-provider');
  } catch (cause) {
    throw new AppError(
      'IDENTITE_ABSENTE',
      'Le fournisseur d’identité simulé demande le paquet « oidc-provider », qui n’est installé qu’avec les outils ' +
        `de développement : lancez « npm install », puis recommencez (${messageOf(cause)}).`,
      { cause },
    );
  }
}

/** Under the realm: Keycloak's paths, which are Pro Santé Connect's (sample mock_discovery_response.json). */
export const routes = {
  authorization: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  jwks: '/protocol/openid-connect/certs',
  end_session: '/protocol/openid-connect/logout',
};

/** Seconds: userinfo must be read within two minutes; a session ends after four hours at most. */
const lifetimes = {
  AuthorizationCode: 60,
  AccessToken: 120,
  IdToken: 120,
  RefreshToken: 1_800,
  Interaction: 1_800,
  Grant: 14_400,
  Session: 14_400,
};

function configurationOf(
  { client, persons, mutualTls }: IdentityProviderOptions,
  privateKey: KeyObject,
): Configuration {
  const byId = new Map(persons.map((person) => [person.sub, person]));
  const key = privateKey.export({ format: 'jwk' });
  return {
    clients: [{ id_token_signed_response_alg: 'RS256', ...client }],
    jwks: { keys: [{ ...key, kid: 'simulation', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      ...(mutualTls ? (['tls_client_auth'] as const) : []),
    ],
    acrValues: ['eidas1', 'eidas2'],
    scopes: ['openid', 'scope_all', 'profile'],
    claims: { openid: ['sub'], scope_all: claimNamesOf(persons), profile: claimNamesOf(persons) },
    routes,
    ttl: lifetimes,
    pkce: { required: () => true },
    findAccount: (_context, sub) => {
      const person = byId.get(sub);
      return person && { accountId: sub, claims: () => ({ ...person.claims, sub }) };
    },
    loadExistingGrant: grantAll,
    interactions: {
      url: (_context, { uid }) => `${realmPath}/connexion/${uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      ...(mutualTls && { mTLS: clientCertificates }),
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = signOutPage(form);
        },
        postLogoutSuccessSource: (context) => {
          context.body = page('Vous êtes déconnecté', '<p>Vous pouvez fermer cette page.</p>');
        },
      },
    },
    renderError: (context, { error, error_description: description }) => {
      context.type = 'html';
      context.body = faultPage(error, description ?? '');
    },
  };
}

/** By the certificate of the connection itself, which its server has verified. */
const clientCertificates = {
  enabled: true,
  tlsClientAuth: true,
  getCertificate: ({ socket }: KoaContextWithOIDC) =>
    socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined,
  certificateAuthorized: ({ socket }: KoaContextWithOIDC) =>
    socket instanceof TLSSocket && socket.authorized,
  certificateSubjectMatches: ({ socket }: KoaContextWithOIDC, property: string, expected: string) =>
    property === 'tls_client_auth_subject_dn' &&
    socket instanceof TLSSocket &&
    socket.getPeerX509Certificate()?.subject === expected,
} satisfies NonNullable<NonNullable<Configuration['features']>['mTLS']>;

/** Pro Santé Connect asks for no consent. */
async function grantAll(
  context: KoaContextWithOIDC,
): Promise<InstanceType<Provider['Grant']> | undefined> {
  const { client, session, provider, params } = context.oidc;
  if (!client || session?.accountId === undefined) return undefined;
  // One for all that he does: a second one would take the codes of the first with it.
  const known = session.grantIdFor(client.clientId);
  if (known !== undefined) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(typeof params?.['scope'] === 'string' ? params['scope'] : 'openid');
  await grant.save();
  return grant;
}

function serve(server: Server, provider: Provider, options: IdentityProviderOptions): void {
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (options.intercept?.(path, response) === true) return;
    if (path.startsWith(`${realmPath}/connexion/`)) {
      signIn(provider, options.persons, request, response).catch((error: unknown) => {
        const text = faultPage('Connexion impossible', messageOf(error));
        response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' }).end(text);
      });
      return;
    }
    const url = (request.url ?? '/')
      .replace(realmPath, '')
      .replace('/wallet-openid-configuration', '/openid-configuration');
    // By these two the provider knows that it is mounted under the realm.
    Object.assign(request, { url, originalUrl: realmPath + url });
    answer(request, response).catch(() => response.destroy());
  });
}

async function signIn(
  provider: Provider,
  persons: readonly Person[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    const { uid } = await provider.interactionDetails(request, response);
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(signInPage(`${realmPath}/connexion/${uid}`, persons));
    return;
  }
  const form = new URLSearchParams(await readForm(request));
  const person = persons.find(({ id }) => id === form.get('personne'));
  const result = person
    ? { login: { accountId: person.sub, acr: person.acr } }
    : { error: 'access_denied', error_description: 'Annulé par la personne.' };
  await provider.interactionFinished(request, response, result, {
    mergeWithLastSubmission: false,
  });
}

const formBytesMax = 16_384;

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > formBytesMax) throw new Error('formulaire trop long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
