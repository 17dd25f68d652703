import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { partagerDomaines, type SourceInventaire } from '../../src/domain/source-inventaire.js';
import type { LoadOptions } from '../../src/inventory/apply.js';
import type { ImportResult } from '../../src/inventory/import-result.js';
import { loadLignes } from '../../src/inventory/import.js';
import { ouvrirLdap, type SourceLdap } from '../../src/inventory/ldap/ouvrir.js';
import { createTlsContext } from '../../src/net/tls-context.js';
import { silentProgress } from '../../src/progress.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { mainProgram } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  sourceLdap,
  suffix,
  zimbraLdif,
  zimbraSchema,
  type Attributs,
} from '../support/inventaire-ldap.js';
import { slapdSkip, startSlapd, type Slapd } from '../support/slapd.js';
import { emptyTables } from '../support/empty-tables.js';

const now = new Date('2026-06-15T10:00:00Z');
const [chu] = partagerDomaines([
  { nom: 'zimbra', domaines: ['chu.mssante.fr'] },
  { nom: 'autre', domaines: ['autre.mssante.fr'] },
]) as [SourceInventaire];

const entries: (readonly [string, Attributs])[] = [
  [
    'uid=anne',
    {
      zimbraMailDeliveryAddress: 'Anne.E@chu.mssante.fr',
      zimbraAccountStatus: 'active',
      zimbraCreateTimestamp: '20210315080000Z',
      zimbraLastLogonTimestamp: '20260601081230.500Z',
      zimbraMailQuota: '1073741824',
      rpps: '10999999997',
      finess: ['990000010', '990000028'],
      description: ['Un', 'Deux'],
    },
  ],
  // Names of entries that ldapjs cannot parse, or changes.
  [
    'uid=b\\2Cc \\22d\\22',
    { zimbraMailDeliveryAddress: 'b@chu.mssante.fr', zimbraAccountStatus: 'closed' },
  ],
  [
    'uid=élise+cn=x',
    { zimbraMailDeliveryAddress: 'c@chu.mssante.fr', zimbraAccountStatus: 'locked' },
  ],
  ...Array.from(
    { length: 1_200 },
    (_, i) => [`uid=n${i}`, { zimbraMailDeliveryAddress: `n${i}@chu.mssante.fr` }] as const,
  ),
];

let database: TestDatabase;
let certificates: TestCertificates;
let slapd: Slapd;

before(async () => {
  [database, certificates] = await Promise.all([testDatabase(), makeCertificates()]);
});
after(() => database.drop());

function load(
  ldap: SourceLdap,
  options: LoadOptions = {},
  source: SourceInventaire = chu,
): Promise<ImportResult> {
  const context = {
    now,
    limits: { rowsMax: 2_000_000, faultsKeptMax: 1_000 },
    signal: options.signal,
  };
  const ouverture = ouvrirLdap(ldap, source, context);
  return loadLignes(database.pool, ouverture, { source, ...options }, silentProgress, now);
}

async function query<Row extends object>(sql: string): Promise<Row[]> {
  return (await database.pool.query<Row>(sql)).rows;
}

async function start(content: typeof entries): Promise<Slapd> {
  const tls = { ...certificates.localhost, ca: certificates.ca };
  return startSlapd({ suffix, schema: zimbraSchema, ldif: zimbraLdif(content), tls });
}

describe('an LDAP directory', { skip: slapdSkip }, () => {
  before(async () => {
    slapd = await start(entries);
  });
  beforeEach(async () => {
    await emptyTables(database.pool, [
      'bal_operateur',
      'source_load',
      'source_run',
      'source_reject',
      'source_change',
    ]);
  });

  it('is put in service, attribute by attribute, page by page', async () => {
    const result = await load(sourceLdap(slapd.port));
    assert.deepEqual(
      [result.outcome, result.lineCount, result.balCount, result.addedCount],
      ['loaded', 1_203, 1_202, 1_204],
    );
    const rows = await query(
      `select adresse, adresse_saisie, type_bal, identifiant_pp, structure_id, etat, description,
         date_creation::text, derniere_authentification, quota_octets::text, source_inventaire
       from bal_operateur where adresse like 'anne%' order by structure_id`,
    );
    const anne = {
      adresse: 'anne.e@chu.mssante.fr',
      adresse_saisie: 'Anne.E@chu.mssante.fr',
      type_bal: 'PER',
      identifiant_pp: '10999999997',
      structure_id: '1990000010',
      etat: 'actif',
      description: 'Deux, Un',
      date_creation: '2021-03-15',
      derniere_authentification: new Date('2026-06-01T08:12:30Z'),
      quota_octets: '1073741824',
      source_inventaire: 'zimbra',
    };
    assert.deepEqual(rows, [anne, { ...anne, structure_id: '1990000028' }]);
    assert.deepEqual(
      await query(
        `select adresse, etat from bal_operateur where length(adresse) = 16 and adresse < 'd' order by 1`,
      ),
      [
        { adresse: 'b@chu.mssante.fr', etat: 'ferme' },
        { adresse: 'c@chu.mssante.fr', etat: 'suspendu' },
      ],
    );
    const again = await load(sourceLdap(slapd.port, { pagination: 7 }));
    assert.deepEqual([again.outcome, again.lineCount], ['unchanged', 1_203]);
    assert.equal((await load(sourceLdap(slapd.port, { pagination: 0 }))).outcome, 'unchanged');
  });

  const secured: [name: string, make: () => SourceLdap][] = [
    [
      'LDAPS',
      () => ({
        ...sourceLdap(0),
        connexion: {
          ...sourceLdap(0).connexion,
          url: `ldaps://localhost:${slapd.tlsPort}`,
          tls: createTlsContext([certificates.ca], undefined),
        },
      }),
    ],
    [
      'StartTLS',
      () =>
        sourceLdap(slapd.port, {
          startTls: true,
          tls: createTlsContext([certificates.ca], undefined),
        }),
    ],
  ];
  for (const [name, make] of secured) {
    it(`is read over ${name}, and not when the authority is unknown`, async () => {
      const source = make();
      assert.equal((await load(source)).balCount, 1_202);
      const connexion = { ...source.connexion, tls: createTlsContext(undefined, undefined) };
      await assert.rejects(load({ ...source, connexion }), {
        code: 'TLS_AC_INCONNUE',
        message: /^ldaps?:\/\/.* autorité inconnue[^]*« tls\.ca »/u,
      });
      assert.equal(
        (await query(`select from bal_operateur where gone_load_id is null`)).length,
        1_204,
      );
    });
  }

  const refused: [
    name: string,
    connexion: Parameters<typeof sourceLdap>[1],
    code: string,
    message: RegExp,
  ][] = [
    [
      'a wrong password',
      { compte: { dn: `cn=admin,${suffix}`, motDePasse: 'faux' } },
      'LDAP_RESULTAT_49',
      /« cn=admin,dc=chu ».*mot de passe.*corrigez « dn »/u,
    ],
    [
      'an empty password',
      { compte: { dn: `cn=admin,${suffix}`, motDePasse: '' } },
      'LDAP_REGLAGE',
      /accès anonyme/u,
    ],
    [
      'a base that is not there',
      { base: `ou=rien,${suffix}` },
      'LDAP_RESULTAT_32',
      /« ou=rien,dc=chu » n’existe pas/u,
    ],
    ['a base of another server', { base: 'dc=ailleurs' }, 'LDAP_RESULTAT_32', /corrigez « base »/u],
    ['a base that is no name', { base: 'nimporte' }, 'LDAP_REGLAGE', /« base »/u],
    ['a filter that is none', { filtre: '(mail=*' }, 'LDAP_REGLAGE', /« filtre ».*RFC 4515/u],
    [
      'more entries than allowed',
      { limites: { entreesMax: 600 } },
      'LDAP_TROP_D_ENTREES',
      /plus de 600 entrées/u,
    ],
    ['nobody there', { url: 'ldap://127.0.0.1:1' }, 'LDAP_ECONNREFUSED', /connexion refusée/u],
    [
      'LDAPS where there is none',
      { url: 'ldaps://127.0.0.1:PORT', tls: createTlsContext(undefined, undefined) },
      'LDAP_ECONNRESET',
      /636 parle ldaps/u,
    ],
  ];
  for (const [name, connexion, code, message] of refused) {
    it(`stops at ${name}, and says what to do`, async () => {
      await load(sourceLdap(slapd.port));
      const source = sourceLdap(slapd.port, {
        ...connexion,
        ...(connexion?.url && { url: connexion.url.replace('PORT', String(slapd.port)) }),
      });
      await assert.rejects(load(source), (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
      assert.equal(
        (await query(`select from bal_operateur where gone_load_id is null`)).length,
        1_204,
      );
      const [run] = await query<{ outcome: string }>(
        `select outcome from source_run order by id desc limit 1`,
      );
      assert.equal(run?.outcome, 'failed');
    });
  }

  it('names the entry and the attribute of what it rejects', async () => {
    const other = await start([
      ['uid=a', { zimbraMailDeliveryAddress: 'a@chu.mssante.fr', zimbraAccountStatus: 'bizarre' }],
      [
        'uid=b',
        { zimbraMailDeliveryAddress: 'b@chu.mssante.fr', zimbraLastLogonTimestamp: 'hier' },
      ],
      ['uid=c', { zimbraMailDeliveryAddress: 'c@autre.mssante.fr' }],
      ['uid=d', { zimbraMailDeliveryAddress: ['d1@chu.mssante.fr', 'd2@chu.mssante.fr'] }],
      [
        'uid=e',
        {
          zimbraMailDeliveryAddress: ['e@chu.mssante.fr', 'e@ailleurs.fr'],
          zimbraMailAlias: ['e2@chu.mssante.fr', 'e2@gmail.test'],
        },
      ],
      ...Array.from(
        { length: 60 },
        (_, i) => [`uid=n${i}`, { zimbraMailDeliveryAddress: `n${i}@chu.mssante.fr` }] as const,
      ),
    ]);
    const source = sourceLdap(other.port, {}, { alias: ['zimbraMailAlias'] });
    await assert.rejects(load(source), (error: Error) => {
      assert.match(
        error.message,
        /uid=a,ou=people,dc=chu, colonne etat \(attribut zimbraAccountStatus\) : « bizarre » — attendu : actif/u,
      );
      assert.match(
        error.message,
        /uid=b,ou=people,dc=chu, colonne derniereAuthentification \(attribut zimbraLastLogonTimestamp\) : « hier » — attendu : une date généralisée/u,
      );
      assert.match(
        error.message,
        /uid=c,.*« c@autre\.mssante\.fr ».*appartient à la source « autre »/u,
      );
      assert.match(error.message, /uid=d,.*une seule valeur/u);
      assert.match(error.message, /--skip-invalid/u);
      return true;
    });
    const result = await load(source, { skipInvalid: true });
    assert.deepEqual([result.balCount, result.rejectedLineCount], [62, 4]);
    const rejects = await query<{ message: string }>(
      `select message from source_reject where code = 'DATE_LDAP'`,
    );
    assert.match(rejects[0]?.message ?? '', /^uid=b,ou=people,dc=chu : « hier »/u);
    await other.stop();
  });

  it('an attribute that nobody may read any more trips the guard of columns', async () => {
    await load(sourceLdap(slapd.port));
    const correspondance = sourceLdap(0).correspondance;
    const colonnes = new Map(correspondance.colonnes);
    colonnes.delete('identifiantPp');
    await assert.rejects(load(sourceLdap(slapd.port, {}, { colonnes })), {
      code: 'INVENTAIRE_COLONNES',
      message: /identifiantPp/u,
    });
  });

  it('a connection that is cut in the middle of a page leaves the last good state', async () => {
    await load(sourceLdap(slapd.port));
    const relay = await relayTo(slapd.port, 100_000);
    await assert.rejects(load(sourceLdap(relay.port, { pagination: 1_000 })), {
      code: 'LDAP_CONNEXION_COUPEE',
      message: /coupé la connexion pendant la recherche.*dernier état en service est gardé/u,
    });
    relay.close();
    assert.equal(
      (await query(`select from bal_operateur where gone_load_id is null`)).length,
      1_204,
    );
  });

  it('an interruption stops the reading', async () => {
    const abort = new AbortController();
    const relay = await relayTo(slapd.port, Infinity, () => abort.abort());
    await assert.rejects(load(sourceLdap(relay.port), { signal: abort.signal }), {
      name: 'AbortError',
    });
    relay.close();
    const [run] = await query<{ outcome: string }>(`select outcome from source_run`);
    assert.equal(run?.outcome, 'interrupted');
  });
});

// More by hand: INVENTAIRE_LDAP_ENTREES=100000 npm test -- inventory/ldap
const count = Number(process.env['INVENTAIRE_LDAP_ENTREES'] ?? 10_000);

describe(`a directory of ${count} entries`, { skip: slapdSkip }, () => {
  let folder: string;
  let config: string;
  let big: Slapd;
  before(async () => {
    big = await start(
      Array.from({ length: count }, (_, i) => [
        `uid=n${i}`,
        {
          zimbraMailDeliveryAddress: `n${i}@chu.mssante.fr`,
          zimbraAccountStatus: 'active',
          zimbraLastLogonTimestamp: '20260601081230Z',
          zimbraMailQuota: '1073741824',
          rpps: '10999999997',
          finess: '990000010',
          description: 'Boîte de la personne numéro '.repeat(4) + String(i),
        },
      ]),
    );
    folder = mkdtempSync(join(tmpdir(), 'inventory-ldap-'));
    config = join(folder, 'annuaire-sync.yaml');
    await emptyTables(database.pool, [
      'bal_operateur',
      'source_load',
      'source_run',
      'source_reject',
      'source_change',
    ]);
    writeFileSync(
      config,
      `database: { url: '${database.url}' }
operateur: { nom: Exemple, domaines: [chu.mssante.fr] }
inventaire:
  sources:
    - nom: zimbra
      type: ldap
      url: ldap://127.0.0.1:${big.port}
      dn: '${big.adminDn}'
      motDePasse: { env: MOT_DE_PASSE }
      base: ${suffix}
      filtre: (objectClass=zimbraAccount)
      modele: zimbra
      pagination: 1000
      attributs: { typeBal: { constante: PER }, identifiantPp: rpps, identifiantStructure: finess }
`,
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function sync(kill: 'never' | 'inCopy'): Promise<{ code: number | null; output: string }> {
    const onExit =
      'data:text/javascript,process.on("exit",()=>process.stderr.write("maxRSS "+process.resourceUsage().maxRSS+"\\n"))';
    const child = spawn(
      process.execPath,
      ['--import', onExit, mainProgram, '-c', config, 'inventory', 'sync'],
      {
        env: { ...process.env, MOT_DE_PASSE: big.adminPassword },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'exit');
    if (kill === 'inCopy') {
      const copying = async (): Promise<boolean> =>
        (
          await query(
            `select from pg_stat_activity where query like 'copy bal_operateur_staging%' and datname = current_database() and state = 'active'`,
          )
        ).length > 0;
      while (child.exitCode === null && !(await copying()));
      child.kill('SIGKILL');
    }
    const [code] = (await ended) as [number | null];
    return { code, output };
  }

  it('killed in the middle leaves nothing, and the next one finishes within 300 MB', async (t) => {
    const killed = await sync('inCopy');
    assert.equal(killed.code, null, killed.output);
    assert.equal((await query('select from bal_operateur')).length, 0);
    const started = performance.now();
    const { code, output } = await sync('never');
    assert.equal(code, 0, output);
    assert.equal(
      (await query('select from bal_operateur where gone_load_id is null')).length,
      count,
    );
    assert.deepEqual(await query(`select outcome, code from source_run order by id`), [
      { outcome: 'interrupted', code: 'INTERROMPU' },
      { outcome: 'loaded', code: null },
    ]);
    const rssMb = Number(/maxRSS (\d+)/u.exec(output)?.[1]) / 1024;
    t.diagnostic(
      `${count} entries: ${Math.round(performance.now() - started)} ms, ${Math.round(rssMb)} MB`,
    );
    assert.ok(rssMb > 0 && rssMb < 300, `${rssMb} MB`);
  });
});

/** Passes everything on, until so many bytes came back; `onFirst` is told of the first answer. */
async function relayTo(
  port: number,
  bytesMax: number,
  onFirst: () => void = () => undefined,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let bytes = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('data', (chunk: Buffer) => {
      if (bytes === 0) onFirst();
      bytes += chunk.length;
      if (bytes > bytesMax) client.destroy();
      else client.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}
