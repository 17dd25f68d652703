// The simulated identity provider on a port of its own, that misbehaves on demand, and a browser that signs in there.
import { createSign, type KeyObject } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ClientMetadata } from 'oidc-provider';
import {
  realmPath,
  routes,
  startIdentityProvider,
  type IdentityProviderOptions,
  type IdentityProvider,
} from '../../src/simulator/identity/identity-provider.js';
import { consolePerson, pscPerson, type Person } from '../../src/simulator/identity/person.js';

export const clientId = 'operateur-essai';
export const clientSecret = 'secret-du-client-d-essai-0123456789';

/** Their RPPS pass Luhn; the names are invented. */
export const camille = pscPerson({ idNatPs: '810000000017', prenom: 'Camille', nom: 'EXEMPLE' });
export const dominique = pscPerson({
  idNatPs: '810000000025',
  prenom: 'Dominique',
  nom: 'MODELE',
  acr: 'eidas2',
});
export const bacASable = pscPerson({
  idNatPs: 'ANS20210107161422',
  prenom: 'Paul',
  nom: 'BAC A SABLE',
});
export const gestionnaire = consolePerson({
  id: 'alix',
  nom: 'Alix Gestion',
  roles: ['annuaire-gestion'],
});

/** Where a fault strikes: the name of a route of the provider. */
export type Place = 'discovery' | 'jwks' | 'authorization' | 'token' | 'userinfo' | 'end_session';

/** Each is in force as long as it is set; tests change them at any time. */
export type IdentityFaults = {
  /** The connection is cut without an answer. */
  down?: Place | 'all' | undefined;
  /** Nothing is ever answered, the connection stays. */
  silent?: Place | undefined;
  /** A status in the place of the answer. */
  status?: { place: Place; status: number; body?: string } | undefined;
  /** An answer that never ends. */
  endless?: Place | undefined;
  /** Claims of the id_token put in place, before it is signed. */
  idToken?: Readonly<Record<string, unknown>> | undefined;
  /** The id_token's signature does not hold. */
  isForged?: boolean | undefined;
  userinfo?: Readonly<Record<string, unknown>> | undefined;
  discovery?: Readonly<Record<string, unknown>> | undefined;
};

export type FaultyIdentityProvider = IdentityProvider & {
  readonly faults: IdentityFaults;
  /** Paths asked since the start, in order. */
  readonly asked: readonly string[];
};

export async function startTestIdentityProvider(options: {
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly persons?: readonly Person[];
  readonly client?: Partial<ClientMetadata>;
  readonly mutualTls?: IdentityProviderOptions['mutualTls'];
}): Promise<FaultyIdentityProvider> {
  const faults: IdentityFaults = {};
  const asked: string[] = [];
  const provider = await startIdentityProvider({
    host: '127.0.0.1',
    port: 0,
    persons: options.persons ?? [camille, dominique, bacASable, gestionnaire],
    client: {
      client_id: clientId,
      client_secret: clientSecret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: options.redirectUris,
      post_logout_redirect_uris: options.postLogoutRedirectUris ?? [],
      ...options.client,
    },
    ...(options.mutualTls && { mutualTls: options.mutualTls }),
    intercept: (path, response) => {
      asked.push(path);
      return strike(faults, path, response);
    },
    alter: (path, body, key) => alterAnswer(faults, path, body, key),
  });
  return { ...provider, faults, asked };
}

function placeOf(path: string): Place | undefined {
  const under = path.replace(realmPath, '');
  if (under.startsWith('/.well-known/')) return 'discovery';
  const places = ['jwks', 'authorization', 'token', 'userinfo', 'end_session'] as const;
  return places.find((place) => routes[place] === under);
}

function strike(faults: IdentityFaults, path: string, response: ServerResponse): boolean {
  const place = placeOf(path);
  if (faults.down === 'all' || (place && faults.down === place)) {
    response.destroy();
    return true;
  }
  if (!place) return false;
  if (faults.silent === place) return true;
  if (faults.endless === place) {
    response.writeHead(200, { 'content-type': 'application/json' });
    fill(response);
    return true;
  }
  if (faults.status?.place === place) {
    const { status, body = '{}' } = faults.status;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    return true;
  }
  return false;
}

/** As fast as it is read, until the reader leaves. */
function fill(response: ServerResponse): void {
  const chunk = ' '.repeat(65_536);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  response.on('error', () => undefined);
  more();
}

function alterAnswer(
  faults: IdentityFaults,
  path: string,
  body: Readonly<Record<string, unknown>>,
  key: KeyObject,
): object {
  const place = placeOf(path);
  if (place === 'discovery') return { ...body, ...faults.discovery };
  if (place === 'userinfo') return { ...body, ...faults.userinfo };
  const idToken = body['id_token'];
  if (place !== 'token' || typeof idToken !== 'string') return body;
  return { ...body, id_token: alterToken(idToken, faults, key) };
}

function alterToken(token: string, { idToken, isForged }: IdentityFaults, key: KeyObject): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (isForged === true) return `${header}.${payload}.${signature.split('').reverse().join('')}`;
  if (!idToken) return token;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
  const altered = JSON.stringify({ ...claims, ...idToken });
  const said = `${header}.${Buffer.from(altered).toString('base64url')}`;
  return `${said}.${createSign('RSA-SHA256').update(said).sign(key).toString('base64url')}`;
}
