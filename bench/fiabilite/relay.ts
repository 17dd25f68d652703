// Stands between the program and one of its partners, and fails on demand as a network does.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export const incidentKinds = ['couper', 'geler', 'tronquer', 'corrompre'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** What happens once the partner has sent so many bytes, all connections together; to `times` of its pieces. */
export type Incident = {
  readonly kind: IncidentKind;
  readonly afterBytes: number;
  readonly times: number;
};

type Pair = { readonly client: Socket; readonly partner: Socket };

export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #incident: { kind: IncidentKind; afterBytes: number; timesLeft: number } | undefined;
  #bytes = 0;
  #isDown = false;
  target: () => number;

  private constructor(target: () => number) {
    this.target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(target: () => number): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sent by the partner since it was armed or reset. */
  get bytes(): number {
    return this.#bytes;
  }

  reset(): void {
    this.#incident = undefined;
    this.#isDown = false;
    this.#bytes = 0;
    this.cut();
  }

  arm({ kind, afterBytes, times }: Incident): void {
    this.#bytes = 0;
    this.#incident = { kind, afterBytes, timesLeft: times };
  }

  /** Nobody gets through until `reset`. */
  takeDown(): void {
    this.#isDown = true;
    this.cut();
  }

  cut(): void {
    for (const { client, partner } of this.#pairs) {
      client.destroy();
      partner.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#isDown) {
      client.destroy();
      return;
    }
    const partner = connect(this.target(), '127.0.0.1');
    const pair: Pair = { client, partner };
    this.#pairs.add(pair);
    partner.on('error', () => client.destroy());
    client.on('close', () => {
      this.#pairs.delete(pair);
      partner.destroy();
    });
    client.pipe(partner);
    partner.on('data', (piece: Buffer) => this.#pass(pair, piece));
    partner.on('end', () => client.end());
  }

  #pass({ client, partner }: Pair, piece: Buffer): void {
    this.#bytes += piece.length;
    const incident = this.#incident;
    if (incident && incident.timesLeft > 0 && this.#bytes > incident.afterBytes) {
      incident.timesLeft -= 1;
      const kept = piece.subarray(0, Math.floor(piece.length / 2));
      switch (incident.kind) {
        case 'couper':
          client.write(kept, () => client.resetAndDestroy());
          return;
        case 'tronquer':
          partner.pause();
          client.end(kept);
          return;
        case 'geler':
          partner.pause();
          client.write(kept);
          return;
        case 'corrompre':
          piece[kept.length] = (piece[kept.length] ?? 0) ^ 0x55;
      }
    }
    if (!client.write(piece)) {
      partner.pause();
      client.once('drain', () => partner.resume());
    }
  }
}
