// Faults on demand: what a network, a gateway and a server in trouble do to a client.

export const fautesSimples = [
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
export type FauteSimple = (typeof fautesSimples)[number];

export type Latence = { readonly minMs: number; readonly maxMs: number };

/** Shares of requests, 1 in all at most; the latency is every request's. */
export type Fautes = {
  readonly parts: ReadonlyMap<FauteSimple, number>;
  readonly latence: Latence | undefined;
};

export const sansFaute: Fautes = { parts: new Map(), latence: undefined };

const latenceMaxMs = 600_000;

/** `429=0.05,couper=0.1,latence=50-200`; a French sentence when it is not of that form. */
export function parseFautes(texte: string): Fautes | string {
  const parts = new Map<FauteSimple, number>();
  let latence: Latence | undefined;
  for (const morceau of texte.split(',').map((one) => one.trim())) {
    if (morceau === '') continue;
    const [nom = '', valeur = ''] = morceau.split('=');
    if (nom === 'latence') {
      latence = parseLatence(valeur);
      if (!latence) return `latence : « min-max » en millisecondes attendu (reçu : ${valeur})`;
      continue;
    }
    const faute = fautesSimples.find((known) => known === nom);
    if (!faute) return `faute inconnue : ${nom} (connues : ${fautesSimples.join(', ')}, latence)`;
    if (!/^(0(\.\d+)?|1(\.0+)?)$/u.test(valeur)) return `${nom} : part de 0 à 1 attendue`;
    if (parts.has(faute)) return `${nom} : en double`;
    parts.set(faute, Number(valeur));
  }
  const total = [...parts.values()].reduce((sum, part) => sum + part, 0);
  if (total > 1 + 1e-9) return `les parts font ${total} : 1 au plus`;
  return { parts, latence };
}

/** `X-Simulation-Faute`: one fault for this request, a latency, or both. */
export function parseFauteDemandee(texte: string): Fautes | string {
  const noms = texte.split(',').map((one) => one.trim());
  return parseFautes(noms.map((nom) => (nom.includes('=') ? nom : `${nom}=1`)).join(','));
}

function parseLatence(texte: string): Latence | undefined {
  const lu = /^(\d{1,6})(?:-(\d{1,6}))?$/u.exec(texte);
  if (!lu) return undefined;
  const minMs = Number(lu[1]);
  const maxMs = Number(lu[2] ?? lu[1]);
  return minMs <= maxMs && maxMs <= latenceMaxMs ? { minMs, maxMs } : undefined;
}

export type FauteTiree = { readonly faute: FauteSimple | undefined; readonly latenceMs: number };

/** Draws by a seed: the same requests in the same order meet the same faults. */
export class TirageFautes {
  #etat: number;

  constructor(graine: number) {
    this.#etat = graine >>> 0;
  }

  tirer({ parts, latence }: Fautes): FauteTiree {
    const tire = this.#hasard();
    const attente = this.#hasard();
    const latenceMs = latence
      ? Math.round(latence.minMs + attente * (latence.maxMs - latence.minMs))
      : 0;
    let cumul = 0;
    for (const [faute, part] of parts) {
      cumul += part;
      if (tire < cumul) return { faute, latenceMs };
    }
    return { faute: undefined, latenceMs };
  }

  /** Mulberry32 (public domain): 0 included, 1 excluded. */
  #hasard(): number {
    this.#etat = (this.#etat + 0x6d2b79f5) >>> 0;
    let t = this.#etat;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
