// A backup made while the base is written to, brought back elsewhere; and every way in which it may go wrong, on a real PostgreSQL.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyJournal } from '../../src/audit/verify.js';
import { findLastMigration } from '../../src/db/migrate.js';
import { silentProgress } from '../../src/progress.js';
import { supprimerAnciennes } from '../../src/sauvegarde/dossier.js';
import { formatManifeste, parseManifeste } from '../../src/sauvegarde/manifeste.js';
import { restaurer, verifierSauvegarde } from '../../src/sauvegarde/restaurer.js';
import {
  sauvegarder,
  type OptionsSauvegarde,
  type SauvegardeFaite,
} from '../../src/sauvegarde/sauvegarder.js';
import {
  contenuBase,
  dossierAccessible,
  ouvrirBase,
  remplirBase,
  tracer,
  type BasePrivee,
} from '../support/base-privee.js';
import { runInProcess } from '../support/command-in-process.js';
import { mainProgram, runCommand } from '../support/command.js';

const isRoot = process.getuid?.() === 0;
const signal = new AbortController().signal;

describe('a backup of the private base', () => {
  let root = '';
  let base: BasePrivee;
  let bonne: SauvegardeFaite;
  let avant: Map<string, string>;
  const folder = (name: string): string => join(root, name);

  const options = (changes: Partial<OptionsSauvegarde> = {}): OptionsSauvegarde => ({
    dossier: folder('sauvegardes'),
    programme: 'essai',
    reglages: [],
    secrets: [],
    debitKilooctets: undefined,
    now: () => new Date(),
    progress: silentProgress,
    signal,
    ...changes,
  });
  const save = (changes: Partial<OptionsSauvegarde> = {}): Promise<SauvegardeFaite> =>
    sauvegarder(
      { pool: base.pool, connectionString: base.engine.connectionString },
      options(changes),
    );
  const restoring = async (name: string): Promise<Parameters<typeof restaurer>[1]> => ({
    dataDir: folder(name),
    schemaMax: (await findLastMigration()).numero,
    progress: silentProgress,
    signal,
    ecartee: undefined,
    malgreJournal: false,
  });

  before(async () => {
    root = dossierAccessible();
    base = await ouvrirBase(folder('source'));
    await remplirBase(base.pool);
    avant = await contenuBase(base.pool);
  });
  after(async () => {
    await base.close();
    rmSync(root, { recursive: true, force: true });
  });

  test('is made under writes, and comes back elsewhere with every row and the journal whole', async () => {
    const stop = new AbortController();
    const writing = writeUntil(base, stop.signal);
    bonne = await save().finally(() => stop.abort());
    const written = await writing;
    assert.ok(written > 0, 'nothing was written meanwhile');
    assert.equal(statSync(bonne.dossier).mode & 0o777, 0o700);
    for (const { fichier } of bonne.manifeste.parties) {
      assert.equal(statSync(join(bonne.dossier, fichier)).mode & 0o777, 0o600, fichier);
    }

    let seen = 0;
    await restaurer(bonne.dossier, await restoring('ailleurs'), async (_pool, controle) => {
      assert.equal(controle.journal.estIntacte, true);
      seen = controle.journal.tracesCount;
      assert.ok(seen >= (bonne.manifeste.comptes['traces'] ?? Infinity));
      return Promise.resolve();
    });
    const ailleurs = await ouvrirBase(folder('ailleurs'));
    try {
      assert.deepEqual(await contenuBase(ailleurs.pool), avant);
      assert.deepEqual(await traces(ailleurs, seen), await traces(base, seen));
      await tracer(ailleurs.pool, 0);
      const { estIntacte } = await verifyJournal(ailleurs.pool, [], {
        progress: silentProgress,
        signal,
      });
      assert.equal(estIntacte, true);
      assert.notEqual(password('ailleurs'), password('source'));
    } finally {
      await ailleurs.close();
    }
    assert.deepEqual(readdirSync(folder('ailleurs')), ['postgres']);
  });

  test('does not take the place of a base that is there, nor of one in use', async () => {
    await assert.rejects(
      restaurer(bonne.dossier, await restoring('ailleurs'), () => Promise.resolve()),
      { code: 'BASE_EXISTANTE' },
    );
    await assert.rejects(
      restaurer(bonne.dossier, { ...(await restoring('source')), ecartee: 'x' }, () =>
        Promise.resolve(),
      ),
      { code: 'BASE_EN_SERVICE' },
    );
  });

  test('being restored, killed with -9, leaves the base that was there; run again, puts it aside', async () => {
    const config = settings('ailleurs');
    const args = ['restore', bonne.dossier, '--remplacer'];
    const child = start(config, args);
    await until(() =>
      readdirSync(folder('ailleurs')).some(
        (name) => name !== 'postgres' && existsSync(folder(`ailleurs/${name}/data/base`)),
      ),
    );
    await kill(child);
    assert.ok(existsSync(folder('ailleurs/postgres/data/PG_VERSION')));
    assert.equal(readdirSync(folder('ailleurs')).length, 2);
    const again = runCommand(config, args);
    assert.equal(again.status, 0, again.stderr);
    const [place, ancienne = '', ...others] = readdirSync(folder('ailleurs')).sort();
    assert.equal(place, 'postgres');
    assert.match(ancienne, /^postgres\.avant-\d{8}T\d{6}Z$/u);
    assert.ok(existsSync(folder(`ailleurs/${ancienne}/data/PG_VERSION`)));
    assert.deepEqual(others, []);
    const push = runCommand(config, ['push']);
    assert.equal(push.status, 3, 'what was sent since the backup is not known');
    assert.match(push.stderr, /La base a été restaurée.*« extract bals »/su);
  });

  test('killed between the two renames of the end, is put in place by whoever starts next', async () => {
    const [place, draft] = ['postgres', 'postgres.restauration-4194303-0a1b2c3d'];
    renameSync(folder(`ailleurs/${place}`), folder(`ailleurs/${draft}`));
    writeFileSync(folder('ailleurs/postgres.remplacement'), `4194303\n${draft}\n`);
    const again = await ouvrirBase(folder('ailleurs'));
    const contenu = await contenuBase(again.pool).finally(() => again.close());
    assert.equal(contenu.get('feed_operation'), avant.get('feed_operation'));
    assert.equal(existsSync(folder('ailleurs/postgres.remplacement')), false);
  });

  const damages: [what: string, damage: (copy: string) => void, fault: RegExp][] = [
    [
      'cut',
      (copy) => truncateSync(join(copy, 'base.tar.gz'), 100_000),
      /fait 100000 octets au lieu/,
    ],
    ['missing', (copy) => rmSync(join(copy, 'backup_manifest')), /backup_manifest manque/],
    ['altered', (copy) => flip(join(copy, 'base.tar.gz')), /ne peut pas servir/],
    [
      'with another list',
      (copy) => flip(join(copy, 'backup_manifest')),
      /backup_manifest n'est plus/,
    ],
    ['with another manifest', (copy) => flip(join(copy, 'manifeste.json')), /tronqué ou altéré/],
    ['cut when it was written', (copy) => cutAndRewrite(copy), /ne peut pas servir/],
  ];
  for (const [what, damage, fault] of damages) {
    test(`${what} is refused, and nothing stays of it`, async () => {
      const copy = folder(`copie-${what.replaceAll(' ', '-')}`);
      cpSync(bonne.dossier, copy, { recursive: true });
      damage(copy);
      await assert.rejects(verifierSauvegarde(copy, await restoring('vide')), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, fault);
        return 'code' in error && error.code === 'SAUVEGARDE_ALTEREE';
      });
      assert.deepEqual(existsSync(folder('vide')) ? readdirSync(folder('vide')) : [], []);
    });
  }

  test('of a newer schema or of another kind of machine is refused before it is read', async () => {
    const known = await restoring('vide');
    await assert.rejects(verifierSauvegarde(bonne.dossier, { ...known, schemaMax: 1 }), {
      code: 'SCHEMA_NEWER',
    });
    const copy = folder('copie-machine');
    cpSync(bonne.dossier, copy, { recursive: true });
    const path = join(copy, 'manifeste.json');
    const manifeste = parseManifeste(readFileSync(path, 'utf8'));
    const postgresql = { ...manifeste.postgresql, machine: 'linux-s390x' };
    writeFileSync(path, formatManifeste({ ...manifeste, postgresql }));
    await assert.rejects(verifierSauvegarde(copy, known), { code: 'AUTRE_MACHINE' });
  });

  test(
    'on a disk that fills up, leaves nothing and says so',
    { skip: !isRoot && 'mount asks for root' },
    async () => {
      const disk = folder('disque');
      mkdirSync(disk);
      assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk]).status, 0);
      try {
        let isFull = false;
        const fill = (): void => {
          if (isFull) return;
          isFull = true;
          assert.notEqual(
            spawnSync('dd', ['if=/dev/zero', `of=${disk}/reste`, 'bs=64k']).status,
            0,
          );
        };
        const progress = { ...silentProgress, update: fill };
        await assert.rejects(save({ dossier: join(disk, 's'), progress }), { code: 'ENOSPC' });
        assert.deepEqual(readdirSync(join(disk, 's')), []);
        await assert.rejects(save({ dossier: join(disk, 's') }), { code: 'DISQUE_PLEIN' });
      } finally {
        spawnSync('umount', [disk]);
      }
    },
  );

  test('killed with -9 is never taken for a good one, and the next one clears it away', async () => {
    const config = settings('source');
    const dossier = folder('tuees');
    const child = start(config, ['backup', '--vers', dossier, '--debit-max', '0,1']);
    await until(() => existsSync(dossier) && readdirSync(dossier).length > 0);
    await kill(child);
    assert.deepEqual(
      readdirSync(dossier).filter((name) => !name.startsWith('.en-cours-')),
      [],
    );
    const faite = await save({ dossier });
    assert.deepEqual(readdirSync(dossier), [faite.dossier.slice(dossier.length + 1)]);
  });

  test('rotates: the oldest whole ones go, the newest stays, what is not whole is left alone', async () => {
    const dossier = folder('rotation');
    mkdirSync(join(dossier, 'annuaire-sync-20200101T000000Z'), { recursive: true });
    const now = (day: number) => (): Date => new Date(Date.UTC(2026, 10, day));
    for (const day of [1, 2, 3]) copyAs(bonne, dossier, now(day)());
    const { systeme } = bonne.manifeste.postgresql;
    await save({ dossier, now: now(4) });
    const supprimees = await supprimerAnciennes(dossier, systeme, 2);
    assert.deepEqual(readdirSync(dossier).sort(), [
      'annuaire-sync-20200101T000000Z',
      'annuaire-sync-20261103T000000Z',
      'annuaire-sync-20261104T000000Z',
    ]);
    assert.equal(supprimees.length, 2);
  });

  test('whose journal is altered: the last good one stays, and it is put in place only when that is asked for', async () => {
    const config = settings('source');
    const dossier = folder('atteintes');
    copyAs(bonne, dossier, new Date('2026-11-01T00:00:00Z'));
    const backup = ['backup', '--vers', dossier, '--garder', '1', '--verifier'];
    const alter = (to: string): Promise<unknown> =>
      base.pool
        .query(`set session_replication_role = replica; update trace set action = '${to}' where sequence = 1;
        set session_replication_role = default`);
    const { rows } = await base.pool.query<{ action: string }>(
      'select action from trace where sequence = 1',
    );
    const action = rows[0]?.action;
    await alter('connexion');
    const faulty = await runInProcess(config, backup);
    assert.equal(faulty.status, 1, faulty.stderr);
    assert.match(faulty.stdout, /son journal est atteint/u);
    const [premiere, atteinte = ''] = readdirSync(dossier).sort();
    assert.equal(premiere, 'annuaire-sync-20261101T000000Z');

    const restore = ['restore', join(dossier, atteinte)];
    const neuve = settings('neuve');
    const refused = await runInProcess(neuve, restore);
    assert.equal(refused.status, 3, refused.stderr);
    assert.match(refused.stderr, /journal des actions est atteint.*--malgre-journal/su);
    assert.deepEqual(existsSync(folder('neuve')) ? readdirSync(folder('neuve')) : [], []);
    const asked = await runInProcess(neuve, [...restore, '--malgre-journal']);
    assert.equal(asked.status, 0, asked.stderr);
    assert.match(asked.stdout, /Base restaurée.*✗ .* son journal est atteint/su);

    await alter(action ?? '');
    const sound = await runInProcess(config, backup);
    assert.equal(sound.status, 0, sound.stderr);
    assert.match(sound.stdout, /Sauvegarde vérifiée/u);
    assert.equal(sound.stdout.split('Ancienne sauvegarde supprimée').length, 3);
    assert.equal(readdirSync(dossier).length, 1);
  });

  function password(name: string): string {
    return readFileSync(folder(`${name}/postgres/password`), 'utf8');
  }

  function settings(name: string): string {
    const config = folder(`${name}.yaml`);
    writeFileSync(
      config,
      `dataDir: ${folder(name)}\noperateur: { nom: Exemple, domaines: [chu-exemple.mssante.fr] }\n`,
    );
    return config;
  }
});

/** Writes traces as fast as it goes; returns how many. */
async function writeUntil({ pool }: BasePrivee, stop: AbortSignal): Promise<number> {
  let count = 0;
  while (!stop.aborted) await tracer(pool, (count += 1));
  return count;
}

async function traces({ pool }: BasePrivee, max: number): Promise<unknown> {
  const { rows } = await pool.query<{ empreintes: string }>(
    `select count(*)::int as nombre, md5(string_agg(empreinte::text, '' order by sequence)) as empreintes
     from trace where sequence <= $1::bigint`,
    [max],
  );
  return rows;
}

function copyAs({ dossier: from, manifeste }: SauvegardeFaite, dossier: string, at: Date): void {
  const name = `annuaire-sync-${at.toISOString().slice(0, 19).replace(/[-:]/gu, '')}Z`;
  cpSync(from, join(dossier, name), { recursive: true });
  const text = formatManifeste({ ...manifeste, finieLe: at.toISOString() });
  writeFileSync(join(dossier, name, 'manifeste.json'), text);
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** As if the disk had lied: the manifest describes a file that is cut. */
function cutAndRewrite(copy: string): void {
  const archive = join(copy, 'base.tar.gz');
  const octets = statSync(archive).size - 50_000;
  truncateSync(archive, octets);
  const path = join(copy, 'manifeste.json');
  const manifeste = parseManifeste(readFileSync(path, 'utf8'));
  const parties = manifeste.parties.map((partie) =>
    partie.fichier === 'base.tar.gz' ? { ...partie, octets } : partie,
  );
  writeFileSync(path, formatManifeste({ ...manifeste, parties }));
}

function start(config: string, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [mainProgram, '-c', config, ...args], { stdio: 'ignore' });
}

async function kill(child: ReturnType<typeof spawn>): Promise<void> {
  assert.equal(child.exitCode, null, 'it had ended already');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 6_000; turn += 1) {
    if (isSo()) return;
    await delay(10);
  }
  assert.fail('it never came');
}
