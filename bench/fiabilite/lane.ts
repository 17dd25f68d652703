// What a round plays on, kept from one to the next: a PostgreSQL of its own, and failing roads to its partners.
import { mkdirSync } from 'node:fs';
import { FileServer } from './file-server.js';
import type { Postgres } from './postgres.js';
import { Relay } from './relay.js';

export type RelayName = 'base' | 'alimentation' | 'fichiers';

export type Lane = {
  readonly name: string;
  readonly folder: string;
  readonly postgres: Postgres;
  /** Where the simulated Annuaires live: nothing ever happens to it. */
  readonly quiet: Postgres;
  readonly files: FileServer;
  readonly relays: Readonly<Record<RelayName, Relay>>;
  readonly close: () => Promise<void>;
};

export async function openLane(
  name: string,
  folder: string,
  postgres: Postgres,
  quiet: Postgres,
): Promise<Lane> {
  mkdirSync(folder, { recursive: true });
  const files = await FileServer.open();
  const relays = {
    base: await Relay.open(() => postgres.port),
    // Its target is the simulator of the round.
    alimentation: await Relay.open(() => 9),
    fichiers: await Relay.open(() => files.port),
  };
  const close = async (): Promise<void> => {
    for (const relay of Object.values(relays)) await relay.close();
    await files.close();
  };
  return { name, folder, postgres, quiet, files, relays, close };
}
