// The mirror from end to end: rows of bal_annuaire, the snapshot built from them in a folder, our server over it.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createDirectory } from '../../src/ldap/directory/create-directory.js';
import { compileEntryOfBal } from '../../src/ldap/directory/entry-of-bal.js';
import { defaultLayout, type Layout } from '../../src/ldap/directory/layout.js';
import { rootDse } from '../../src/ldap/schema/root-dse.js';
import { parsePasswordHash, hashPassword } from '../../src/ldap/server/password-hash.js';
import { LdapServer } from '../../src/ldap/server/server.js';
import type { ServedFiles } from '../../src/net/served-certificate.js';
import type { LdapServerSettings } from '../../src/ldap/server/server-settings.js';
import { buildSnapshot } from '../../src/ldap/snapshot/build-snapshot.js';
import { loadSnapshot, type LoadedSnapshot } from '../../src/ldap/snapshot/load-snapshot.js';
import { readManifest } from '../../src/ldap/snapshot/manifest.js';
import { controlOid, extensionOid } from '../../src/ldap/protocol/oid.js';
import { load } from './annuaire.js';
import { makeCertificates } from './certificates.js';
import { testDatabase, type TestDatabase } from './database.js';

/** Columns of bal_annuaire by name; those not named are null. */
export type BalRow = Readonly<Record<string, string>> & { readonly adresse_publiee: string };

export type Mirror = {
  readonly port: number;
  readonly ldapsPort: number;
  readonly layout: Layout;
  readonly baseDn: string;
  /** Of the authority that signed the server's certificate for localhost. */
  readonly ca: string;
  readonly caFile: string;
  readonly account: { readonly dn: string; readonly password: string };
  readonly server: LdapServer;
  readonly database: TestDatabase;
  /** French lines for the administrator. */
  readonly lines: readonly string[];
  /** These rows instead of the others, as a load would leave them. */
  readonly publish: (rows: readonly BalRow[]) => Promise<void>;
  /** Builds what changed and swaps it in, as the daemon does after a load. */
  readonly reload: () => Promise<void>;
};

export type MirrorOptions = { readonly isAccentInsensitive?: boolean };

const folders: string[] = [];
const servers: LdapServer[] = [];
after(async () => {
  await Promise.all(servers.map((server) => server.stop(0)));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

export async function startMirror(
  rows: readonly BalRow[],
  options: MirrorOptions = {},
): Promise<Mirror> {
  const folder = await mkdtemp(join(tmpdir(), 'annuaire-sync-ldap-'));
  folders.push(folder);
  const layout = { ...defaultLayout, ...options };
  const database = await testDatabase();
  await publish(database, rows);
  const { files, ca } = await writeCertificates(folder);
  const account = { dn: `cn=lps,${layout.baseDn}`, password: 'phrase du logiciel' };
  const directory = createDirectory(layout);
  const lines: string[] = [];
  const server = new LdapServer(
    await settingsOf(account, files),
    { directory, rootDse: rootDse(capabilitiesOf(layout)) },
    (line) => lines.push(line),
  );
  const plan = {
    schema: directory.schema,
    entryOf: compileEntryOfBal(layout, directory.schema),
    fingerprint: createHash('sha256').update(JSON.stringify(layout)).digest('hex'),
  };
  let loaded: LoadedSnapshot | undefined;
  const { signal } = new AbortController();
  const reload = async (): Promise<void> => {
    const { pool } = database;
    await buildSnapshot({
      pool,
      folder,
      plan,
      now: () => new Date(),
      signal,
      onStep: () => undefined,
    });
    const manifest = await readManifest(folder);
    if (!manifest) throw new Error('no snapshot was built');
    loaded = await loadSnapshot(folder, manifest, loaded, signal);
    server.serve(loaded.snapshot);
  };
  await reload();
  const places = await server.start();
  servers.push(server);
  const portOf = (isLdaps: boolean): number =>
    places.find((place) => place.isLdaps === isLdaps)?.port ?? 0;
  return {
    port: portOf(false),
    ldapsPort: portOf(true),
    layout,
    baseDn: layout.baseDn,
    ca,
    caFile: join(folder, 'ca.pem'),
    account,
    server,
    database,
    lines,
    publish: (wanted) => publish(database, wanted),
    reload,
  };
}

async function writeCertificates(folder: string): Promise<{ files: ServedFiles; ca: string }> {
  const { ca, localhost } = await makeCertificates();
  const certificate = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  await writeFile(join(folder, 'ca.pem'), ca);
  await writeFile(certificate, localhost.cert);
  await writeFile(key, localhost.key);
  return { files: { certificate, key, passphrase: undefined, clientAuthorities: [] }, ca };
}

async function settingsOf(
  account: Mirror['account'],
  tls: ServedFiles,
): Promise<LdapServerSettings> {
  const allowance = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 0 };
  const hash = await hashPassword(Buffer.from(account.password));
  const listen = { host: '127.0.0.1', port: 0 };
  return {
    listeners: [
      { ...listen, isLdaps: false },
      { ...listen, isLdaps: true },
    ],
    proxy: undefined,
    tls,
    access: {
      anonymous: allowance,
      discoveriesPerSecond: 0,
      accounts: [
        {
          name: 'lps',
          dn: account.dn,
          passwordHash: parsePasswordHash(hash),
          certificateSubject: undefined,
          allowance,
        },
      ],
      isTlsRequired: false,
    },
    limits: {
      connectionsMax: 1_000,
      connectionsPerAddressMax: 1_000,
      pendingMax: 100,
      firstMessageMs: 30_000,
      idleMs: 60_000,
      writeMs: 10_000,
      candidatesMax: 1_000_000,
      searchBytesMax: 128 * 1024 * 1024,
      bufferBytesMax: 64 * 1024 * 1024,
    },
  };
}

function capabilitiesOf({ baseDn }: Layout): Parameters<typeof rootDse>[0] {
  return {
    baseDn,
    controls: [
      controlOid.pagedResults,
      controlOid.sortRequest,
      controlOid.virtualListViewRequest,
      controlOid.manageDsaIt,
    ],
    extensions: [extensionOid.startTls, extensionOid.whoAmI, extensionOid.cancel],
    saslMechanisms: [],
    vendorVersion: '0',
  };
}

async function publish({ pool }: TestDatabase, rows: readonly BalRow[]): Promise<void> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const bals = rows.map((row) => ({
    adresse: row.adresse_publiee,
    colonnes: Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
  }));
  await load(pool, { bals });
}
