// Whether a form was sent from one of our own pages, as the browser says it (Fetch Metadata, Origin).
import type { FastifyRequest } from 'fastify';

/** Browsers older than these headers send neither: the token of the form is then the only proof. */
export function isFromElsewhere({ headers, host }: FastifyRequest, urlPublique?: URL): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  if (origin === urlPublique?.origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
