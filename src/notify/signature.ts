// Standard Webhooks 1.0.0: what a receiver checks to know that an event is ours, whole and recent.
import { createHmac } from 'node:crypto';

export type SignedHeaders = {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
};

/** `now`: of this attempt. While a key is being changed, each key signs. */
export function signWebhook(
  webhookId: string,
  now: Date,
  body: string,
  cles: readonly Uint8Array[],
): SignedHeaders {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signed = `${webhookId}.${timestamp}.${body}`;
  const signatures = cles.map(
    (cle) => `v1,${createHmac('sha256', cle).update(signed).digest('base64')}`,
  );
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
