// Faults on demand: what a network, a gateway and a server in trouble do to a client.

export const faultNames = [
  '429',
  '429-sans-delai',
  '500',
  '502',
  '503',
  '504',
  /** Cut before anything is done. */
  'couper',
  /** Done, then cut in the middle of the answer. */
  'couper-apres',
  /** Done, then no answer at all. */
  'agir-puis-taire',
  /** Says done, and did nothing. */
  'mentir',
  /** Done, and answered under a wrong Content-Type. */
  'type',
  /** Done, and answered 200 with what is no JSON. */
  'charabia',
  /** Sent elsewhere; nothing done. */
  'rediriger',
] as const;
export type FaultName = (typeof faultNames)[number];

export type Latency = { readonly minMs: number; readonly maxMs: number };

/** Shares of requests, 1 in all at most; the latency is every request's. */
export type Faults = {
  readonly shares: ReadonlyMap<FaultName, number>;
  readonly latency: Latency | undefined;
};

export const noFault: Faults = { shares: new Map(), latency: undefined };

const latencyMaxMs = 600_000;

/** `429=0.05,couper=0.1,latence=50-200`; a French sentence when it is not of that form. */
export function parseFaults(text: string): Faults | string {
  const shares = new Map<FaultName, number>();
  let latency: Latency | undefined;
  for (const item of text.split(',').map((one) => one.trim())) {
    if (item === '') continue;
    const [name = '', value = ''] = item.split('=');
    if (name === 'latence') {
      latency = parseLatency(value);
      if (!latency) return `latence : « min-max » en millisecondes attendu (reçu : ${value})`;
      continue;
    }
    const fault = faultNames.find((known) => known === name);
    if (!fault) return `faute inconnue : ${name} (connues : ${faultNames.join(', ')}, latence)`;
    if (!/^(0(\.\d+)?|1(\.0+)?)$/u.test(value)) return `${name} : part de 0 à 1 attendue`;
    if (shares.has(fault)) return `${name} : en double`;
    shares.set(fault, Number(value));
  }
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  if (total > 1 + 1e-9) return `les parts font ${total} : 1 au plus`;
  return { shares, latency };
}

/** `X-Simulation-Faute`: one fault for this request, a latency, or both. */
export function parseRequestedFault(text: string): Faults | string {
  const names = text.split(',').map((one) => one.trim());
  return parseFaults(names.map((name) => (name.includes('=') ? name : `${name}=1`)).join(','));
}

function parseLatency(text: string): Latency | undefined {
  const parsed = /^(\d{1,6})(?:-(\d{1,6}))?$/u.exec(text);
  if (!parsed) return undefined;
  const minMs = Number(parsed[1]);
  const maxMs = Number(parsed[2] ?? parsed[1]);
  return minMs <= maxMs && maxMs <= latencyMaxMs ? { minMs, maxMs } : undefined;
}

export type DrawnFault = { readonly fault: FaultName | undefined; readonly latencyMs: number };

/** Draws by a seed: the same requests in the same order meet the same faults. */
export class FaultDraw {
  #state: number;

  constructor(randomSeed: number) {
    this.#state = randomSeed >>> 0;
  }

  draw({ shares, latency }: Faults): DrawnFault {
    const draw = this.#random();
    const wait = this.#random();
    const latencyMs = latency
      ? Math.round(latency.minMs + wait * (latency.maxMs - latency.minMs))
      : 0;
    let cumulated = 0;
    for (const [fault, share] of shares) {
      cumulated += share;
      if (draw < cumulated) return { fault, latencyMs };
    }
    return { fault: undefined, latencyMs };
  }

  /** Mulberry32 (public domain): 0 included, 1 excluded. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
