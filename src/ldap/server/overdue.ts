// Time limits of a connection, looked at about every second for all of them: no timer each.
import type { ConnectionLimits } from './server-settings.js';

/** Time for the client to read the last answers and the notice. */
const closingMs = 2_000;

/**
 * `busy`: a bind or a handshake is going on, what follows it waits. `closing`: the notice is sent, what still comes
 * is thrown away, so that the notice is not lost with it.
 */
export type ConnectionState = 'open' | 'busy' | 'closing' | 'closed';

export type Standing = {
  readonly state: ConnectionState;
  /** Since the last whole message, answer read, or change of state. */
  readonly silentMs: number;
  /** 0 when nothing waits for the client to read. */
  readonly blockedMs: number;
  readonly hasSpoken: boolean;
  readonly isIdle: boolean;
};

/** `cut`: nothing could be said to it. */
export type Overdue = { readonly kind: 'cut' } | { readonly kind: 'notice'; readonly why: string };

export function findOverdue(standing: Standing, limits: ConnectionLimits): Overdue | undefined {
  const { state, silentMs, blockedMs, hasSpoken, isIdle } = standing;
  if (state === 'closing') return silentMs > closingMs ? { kind: 'cut' } : undefined;
  if (blockedMs > 0) return blockedMs > limits.writeMs ? { kind: 'cut' } : undefined;
  if (!hasSpoken) {
    if (silentMs <= limits.firstMessageMs) return undefined;
    return state === 'busy'
      ? { kind: 'cut' }
      : { kind: 'notice', why: 'no request received in time' };
  }
  return isIdle && silentMs > limits.idleMs
    ? { kind: 'notice', why: 'idle for too long' }
    : undefined;
}
