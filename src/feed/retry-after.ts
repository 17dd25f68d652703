import { parseRetryAfter } from '../net/retry-after.js';
import type { HttpReply } from './http-call.js';

/** A server that asks for more is asked again after this all the same: nobody waits a month on one header. */
const retryAfterMaxMs = 24 * 3600 * 1_000;

/** From `Retry-After`, seconds or date (RFC 9110 §10.2.3), capped. */
export function retryAfterOf(reply: HttpReply, now: Date): number | undefined {
  if (reply.kind !== 'answer') return undefined;
  const asked = parseRetryAfter(reply.header('retry-after'), now);
  return asked === undefined ? undefined : Math.min(asked, retryAfterMaxMs);
}
