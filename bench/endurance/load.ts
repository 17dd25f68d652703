// Clients that never stop: address books over LDAP that come and go, a mail platform that asks the API.
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';

export type LoadOptions = {
  readonly ldapUrl: string;
  readonly webUrl: string;
  readonly apiKey: string;
  readonly baseDn: string;
  readonly adresses: readonly string[];
  readonly signal: AbortSignal;
};

export class Load {
  searches = 0;
  checks = 0;
  readonly faults = new Map<string, number>();
  #latencies: number[] = [];
  readonly #options: LoadOptions;
  readonly #running: Promise<void>[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    for (let client = 0; client < ldapClients; client += 1) {
      this.#running.push(this.#searchForEver(client));
    }
    this.#running.push(this.#checkForEver(), this.#probeForEver());
  }

  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Milliseconds of the slowest of a hundred « /healthz » since the last call: how late its loop turns. */
  takeLag(): number {
    const sorted = this.#latencies.sort((a, b) => a - b);
    this.#latencies = [];
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  }

  async #searchForEver(first: number): Promise<void> {
    const { ldapUrl, signal, adresses, baseDn } = this.#options;
    let at = first * 37;
    while (!signal.aborted) {
      const client = new Client({ url: ldapUrl, timeout: 10_000, connectTimeout: 10_000 });
      try {
        for (let left = searchesPerConnection; left > 0; left -= 1) {
          at += 1;
          const adresse = adresses[at % adresses.length] ?? '';
          const filter =
            at % 3 === 0
              ? `(mail=${adresse})`
              : at % 3 === 1
                ? `(sn=${adresse.slice(0, 3)}*)`
                : `(cn=*${adresse.slice(2, 6)}*)`;
          await client.search(baseDn, { filter, sizeLimit: 20 }).catch(ignoreSizeLimit);
          this.searches += 1;
          await delay(pauseMs);
        }
      } catch (error) {
        this.#note('LDAP', error);
        await delay(1_000);
      } finally {
        await client.unbind().catch(() => undefined);
      }
    }
  }

  async #checkForEver(): Promise<void> {
    const { webUrl, apiKey, adresses, signal } = this.#options;
    while (!signal.aborted) {
      const adresse = adresses[this.checks % adresses.length];
      try {
        const response = await fetch(new URL('/api/v1/bals/verifier-creation', webUrl), {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ adresse, typeBal: 'ORG', identifiantStructure: '039000013' }),
        });
        await response.text();
        if (response.status >= 500) throw new Error(`réponse ${response.status}`);
        this.checks += 1;
      } catch (error) {
        this.#note('API', error);
      }
      await delay(100);
    }
  }

  async #probeForEver(): Promise<void> {
    const { webUrl, signal } = this.#options;
    while (!signal.aborted) {
      const begin = performance.now();
      try {
        const response = await fetch(new URL('/healthz', webUrl));
        await response.text();
        if (!response.ok) throw new Error(`réponse ${response.status}`);
        this.#latencies.push(performance.now() - begin);
      } catch (error) {
        this.#note('healthz', error);
      }
      await delay(50);
    }
  }

  #note(where: string, error: unknown): void {
    const text = `${where} : ${error instanceof Error ? error.message : String(error)}`;
    if (this.faults.size < 50 || this.faults.has(text)) {
      this.faults.set(text, (this.faults.get(text) ?? 0) + 1);
    }
  }
}

const ldapClients = 16;
const searchesPerConnection = 50;
const pauseMs = 60;

/** More were found than were asked for: an answer like another. */
function ignoreSizeLimit(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 4) return;
  throw error;
}
