// Whether a form was sent from one of our own pages, as the browser says it (Fetch Metadata, Origin).
import type { FastifyRequest } from 'fastify';

/** Browsers older than these headers send neither: the token of the form is then the only proof. */
export function isFromElsewhere({ headers, host }: FastifyRequest, urlPublique?: URL): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  // `null` is what our own forms send: their pages forbid the browser to tell where they are (Referrer-Policy, Fetch
  // standard « append a request Origin header »). A frame without an origin sends it too, and is cross-site.
  if (origin === undefined || origin === 'null') return false;
  if (origin === urlPublique?.origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
