// How long an operation waits before it is sent again.

/** Exponential with full jitter: anywhere between nothing and twice as long as the time before, up to a cap. */
export function backoffMs(
  attempt: number,
  limits: { readonly minMs: number; readonly maxMs: number },
  random: () => number,
): number {
  const ceiling = Math.min(
    limits.maxMs,
    limits.minMs * 2 ** Math.min(30, Math.max(0, attempt - 1)),
  );
  return Math.round(ceiling * random());
}
