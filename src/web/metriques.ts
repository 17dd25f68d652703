// /metrics, for Prometheus: to this machine, to the addresses of the settings, or to whoever bears the secret; to nobody else.
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { sendProblem, type ProblemDetails } from './problem.js';
import type { WebPlugin } from './server.js';

export type AccesMetriques = {
  /** Addresses and networks that need no secret. */
  readonly adresses: readonly string[];
  readonly jeton: string | undefined;
  /** Whether the client's address is told by a proxy that is believed (`trustedProxies`). */
  readonly hasTrustedProxies: boolean;
};

export type MetriquesOptions = {
  readonly acces: AccesMetriques;
  readonly typeDeContenu: string;
  readonly exposer: () => Promise<string>;
};

export function createMetriques({ acces, typeDeContenu, exposer }: MetriquesOptions): WebPlugin {
  const permises = parseAdresses(acces.adresses);
  return (app) => {
    app.get('/metrics', async (request, reply) => {
      if (!isPermitted(request, acces, permises)) {
        return sendProblem(reply, refus(acces));
      }
      return reply.type(typeDeContenu).send(await exposer());
    });
  };
}

function refus({ jeton }: AccesMetriques): ProblemDetails {
  return {
    status: jeton === undefined ? 403 : 401,
    code: 'METRIQUES_REFUSEES',
    title: 'Métriques refusées',
    detail:
      'Elles ne sont données qu’aux adresses et au jeton de la section « metriques » des réglages.',
  };
}

function isPermitted(
  request: FastifyRequest,
  { jeton, hasTrustedProxies }: AccesMetriques,
  permises: BlockList,
): boolean {
  if (jeton !== undefined && bears(request.headers.authorization, jeton)) return true;
  // Behind a proxy that nobody named, every client has the proxy's address: that is no reason to believe it.
  if (!hasTrustedProxies && isForwarded(request)) return false;
  const address = request.ip.replace(/^::ffff:(?=\d+\.)/u, '');
  return permises.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

function isForwarded({ headers }: FastifyRequest): boolean {
  return forwardingHeaders.some((name) => headers[name] !== undefined);
}

/** In a time that does not depend on where the two differ. */
function bears(authorization: string | undefined, jeton: string): boolean {
  const given = /^Bearer +(\S+)$/iu.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(jeton));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parseAdresses(adresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const adresse of adresses) {
    const [address = '', prefix] = adresse.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
