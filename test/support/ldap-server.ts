// Our server on a free port, over a directory small enough to be thought about.
import { after } from 'node:test';
import type { Directory, StaticEntry } from '../../src/ldap/directory/directory.js';
import type {
  Matching,
  ServedAttribute,
  ServedSchema,
} from '../../src/ldap/schema/served-schema.js';
import { LdapServer } from '../../src/ldap/server/server.js';
import type { LdapServerSettings } from '../../src/ldap/server/server-settings.js';
import { buildSegment } from '../../src/ldap/snapshot/segment-builder.js';
import type { Snapshot } from '../../src/ldap/snapshot/segment.js';

export const baseDn = 'ou=bal,o=exemple,c=fr';

type Overrides = {
  readonly [Key in keyof LdapServerSettings]?: Partial<LdapServerSettings[Key]>;
};

export type RunningServer = {
  readonly server: LdapServer;
  readonly port: number;
  /** 0 when there is no certificate. */
  readonly ldapsPort: number;
  /** French lines for the administrator. */
  readonly lines: string[];
};

/** Serving `entryCount` entries (no snapshot at all when -1), stopped after the tests of the file. */
export async function startServer(
  overrides: Overrides = {},
  entryCount = 20,
): Promise<RunningServer> {
  const lines: string[] = [];
  const server = new LdapServer(settingsOf(overrides), { directory, rootDse }, (line) =>
    lines.push(line),
  );
  const places = await server.start();
  started.push(server);
  if (entryCount >= 0) server.serve(snapshotOf(entryCount));
  const portOf = (isLdaps: boolean): number =>
    places.find((place) => place.isLdaps === isLdaps)?.port ?? 0;
  return { server, port: portOf(false), ldapsPort: portOf(true), lines };
}

const started: LdapServer[] = [];
after(() => Promise.all(started.map((server) => server.stop(0))));

export const allowance = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 0 };

function settingsOf(overrides: Overrides): LdapServerSettings {
  const listen = (isLdaps: boolean) => ({ host: '127.0.0.1', port: 0, isLdaps });
  return {
    listeners: [listen(false), ...(overrides.tls ? [listen(true)] : [])],
    proxy: overrides.proxy && { trusted: [], ...overrides.proxy },
    tls: overrides.tls && {
      certificate: '',
      key: '',
      passphrase: undefined,
      clientAuthorities: [],
      ...overrides.tls,
    },
    access: {
      anonymous: allowance,
      discoveriesPerSecond: 0,
      accounts: [],
      isTlsRequired: false,
      ...overrides.access,
    },
    limits: {
      connectionsMax: 1_000,
      connectionsPerAddressMax: 1_000,
      pendingMax: 20,
      firstMessageMs: 10_000,
      idleMs: 60_000,
      writeMs: 10_000,
      candidatesMax: 1_000_000,
      searchBytesMax: 128 * 1024 * 1024,
      bufferBytesMax: 64 * 1024 * 1024,
      ...overrides.limits,
    },
  };
}

function attribute(
  name: string,
  oid: string,
  matching: Matching,
  isIndexed: boolean,
): ServedAttribute {
  return {
    name,
    oid,
    equality: matching,
    ordering: undefined,
    substring: isIndexed ? matching : undefined,
    isOperational: false,
    part: 'own',
    isSubstringIndexed: isIndexed,
  };
}

const attributes = [
  attribute('objectClass', '2.5.4.0', 'objectIdentifier', false),
  attribute('cn', '2.5.4.3', 'caseIgnore', true),
  attribute('mail', '0.9.2342.19200300.100.1.3', 'caseIgnoreIa5', true),
  attribute('description', '2.5.4.13', 'caseIgnore', false),
];

const schema: ServedSchema = {
  attributes,
  objectClassIndex: 0,
  rdnIndex: 2,
  resolve: (description) => {
    const index = attributes.findIndex(
      ({ name }) => name.toLowerCase() === description.toLowerCase(),
    );
    const found = attributes[index];
    if (!found) return { kind: 'unknown' };
    const { equality, ordering, substring } = found;
    return { kind: 'known', indexes: [index], equality, ordering, substring };
  },
  attributesOfClass: () => undefined,
  resolveRule: () => undefined,
};

const staticEntry = (
  dn: string,
  values: Readonly<Record<string, readonly string[]>>,
): StaticEntry => ({
  dn,
  normalisedDn: dn,
  attributes: Object.entries(values).map(([name, list]) => ({
    name,
    values: list,
    isOperational: false,
  })),
});

export const rootDse = staticEntry('', { objectClass: ['top'], supportedLDAPVersion: ['3'] });

export const directory: Directory = {
  schema,
  baseDn,
  normalisedBaseDn: baseDn,
  rdnName: 'mail',
  rdnIndex: 2,
  baseEntry: staticEntry(baseDn, { objectClass: ['organizationalUnit'], ou: ['bal'] }),
  subschema: staticEntry('cn=subschema', { objectClass: ['subschema'], cn: ['subschema'] }),
  isAccentInsensitive: true,
};

/** Entries `n0@x.mssante.fr` and on, of about `entryBytes` each. */
export function snapshotOf(entryCount: number, id = 'essai', entryBytes = 200): Snapshot {
  const filler = 'x'.repeat(entryBytes);
  const segment = buildSegment(
    schema,
    Array.from({ length: entryCount }, (_, index) => ({
      dn: `mail=n${index}@x.mssante.fr,${baseDn}`,
      values: [['inetOrgPerson'], [`Nom ${index}`], [`n${index}@x.mssante.fr`], [filler]],
    })),
  );
  return {
    id,
    views: [{ segment, removed: undefined }],
    entryCount,
    extractionDate: undefined,
    builtAt: new Date(0),
  };
}

/** Resolves when a connection has gone and no more than `countMax` are left. */
export function leftUntil(server: LdapServer, countMax: number): Promise<void> {
  const forget = server.forget.bind(server);
  return new Promise((resolve) => {
    server.forget = (connection) => {
      forget(connection);
      if (server.connectionCount <= countMax) resolve();
    };
  });
}
