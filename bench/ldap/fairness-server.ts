// A server over the snapshot of a folder, without its database, that watches its own thread.
import { PerformanceObserver } from 'node:perf_hooks';
import { createDirectory } from '../../src/ldap/directory/create-directory.js';
import { defaultLayout } from '../../src/ldap/directory/layout.js';
import { rootDse } from '../../src/ldap/schema/root-dse.js';
import { LdapServer } from '../../src/ldap/server/server.js';
import { WarmUp } from '../../src/ldap/server/warm-up.js';
import { loadSnapshot } from '../../src/ldap/snapshot/load-snapshot.js';
import { readManifest } from '../../src/ldap/snapshot/manifest.js';

export type LoopFigures = {
  /** Time on the processor of the longest turns of the event loop. */
  readonly longestMs: readonly number[];
  readonly turns: number;
  readonly gcMs: readonly number[];
};

const shownMax = 6;
const allowance = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 0 };

/** Tells its port to its parent, then what it saw whenever it is asked. */
export async function serveFolder(folder: string): Promise<void> {
  const directory = createDirectory(defaultLayout);
  const server = new LdapServer(
    {
      listeners: [{ host: '127.0.0.1', port: 0, isLdaps: false }],
      access: {
        anonymous: allowance,
        discoveriesPerSecond: 0,
        accounts: [],
        isTlsRequired: false,
      },
      limits: {
        connectionsMax: 2_000,
        connectionsPerAddressMax: 2_000,
        pendingMax: 20,
        firstMessageMs: 30_000,
        idleMs: 900_000,
        writeMs: 30_000,
        candidatesMax: 2_000_000,
        searchBytesMax: 128 * 1024 ** 2,
        bufferBytesMax: 64 * 1024 ** 2,
      },
      tls: undefined,
      proxy: undefined,
    },
    {
      directory,
      rootDse: rootDse({
        baseDn: defaultLayout.baseDn,
        controls: [],
        extensions: [],
        saslMechanisms: [],
        vendorVersion: '0',
      }),
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`no snapshot in ${folder}`);
  const { signal } = new AbortController();
  const { snapshot } = await loadSnapshot(folder, manifest, undefined, signal);
  server.serve(snapshot);
  server.scheduler.add(new WarmUp({ ...server.served, snapshot }));
  const [place] = await server.start();
  watchLoop();
  process.send?.({ port: place?.port });
}

function watchLoop(): void {
  // Of all threads: what helps the garbage collector counts too.
  const onProcessorMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  };
  let longest: number[] = [];
  let gc: number[] = [];
  let turns = 0;
  let last = onProcessorMs();
  const keep = (list: number[], ms: number): number[] =>
    [...list, ms].sort((left, right) => right - left).slice(0, shownMax);
  const look = (): void => {
    const now = onProcessorMs();
    turns += 1;
    if (now - last > (longest.at(shownMax - 1) ?? 0)) longest = keep(longest, now - last);
    last = now;
    setImmediate(look);
  };
  look();
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gc = keep(gc, duration);
  }).observe({ entryTypes: ['gc'] });
  process.on('message', (order) => {
    if (order === 'tell') process.send?.({ longestMs: longest, turns, gcMs: gc });
    [longest, gc, turns] = [[], [], 0];
    last = onProcessorMs();
  });
}
