// Brings a backup back to life: always beside the data first, recovered, started, upgraded and checked; then, when asked, in its place.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { verifyJournal, type Verification } from '../audit/verify.js';
import {
  assertBaseUnused,
  hasBase,
  startRestored,
  type FileFacts,
  type RestoredServer,
} from '../db/embedded/restored-cluster.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { AppError, codeOf, RefusedError } from '../errors.js';
import type { Progress } from '../progress.js';
import { findEtatBase, type EtatBase } from '../store/etat-base.js';
import { lireSauvegarde, type Sauvegarde } from './dossier.js';
import { nomArchive, nomListe, type Partie } from './manifeste.js';

export type OptionsRestauration = {
  readonly dataDir: string;
  /** The last migration that this program knows. */
  readonly schemaMax: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

export type Controle = {
  readonly sauvegarde: Sauvegarde;
  /** Before the migrations that this program adds. */
  readonly etat: EtatBase;
  readonly migrations: readonly string[];
  readonly journal: Verification;
};

/** Restores in a folder beside the data, checks, and removes it. @throws AppError `SAUVEGARDE_ALTEREE` and those of `restaurer` */
export async function verifierSauvegarde(
  chemin: string,
  options: OptionsRestauration,
): Promise<Controle> {
  return essayer(chemin, options, (_serveur, controle) => Promise.resolve(controle));
}

export type Restauration = Controle & {
  /** Where the data that was there is now. */
  readonly ancienne: string | undefined;
};

/**
 * Puts the backup in the place of the base of `dataDir`, once everything about it was checked. `avant` completes the restored base before
 * anybody sees it. `ecartee`: name that the data which is there gets; undefined: none may be there. `malgreJournal`: also when its journal
 * was tampered with.
 *
 * @throws RefusedError `BASE_EXISTANTE`, `BASE_EN_SERVICE`, `JOURNAL_ATTEINT`, `SCHEMA_NEWER`, `AUTRE_MACHINE`, `POSTGRES_MAJOR_DIFFERS`;
 * AppError `SAUVEGARDE_ALTEREE`, `DISQUE_PLEIN`
 */
export async function restaurer(
  chemin: string,
  options: OptionsRestauration & {
    readonly ecartee: string | undefined;
    readonly malgreJournal: boolean;
  },
  avant: (pool: Pool, controle: Controle) => Promise<void>,
): Promise<Restauration> {
  const { dataDir, ecartee, malgreJournal } = options;
  await refuserBaseExistante(dataDir, ecartee);
  return essayer(chemin, options, async (serveur, controle, pool) => {
    if (!malgreJournal) refuserJournalAtteint(controle);
    await avant(pool, controle);
    await pool.end();
    await refuserBaseExistante(dataDir, ecartee);
    const ancienne = await serveur.putInPlace(ecartee ?? 'postgres.avant');
    // The directory as LDAP serves it was made from another base, whose numbers of loads may come back with other contents.
    await rm(join(dataDir, 'ldap'), { recursive: true, force: true });
    return { ...controle, ancienne };
  });
}

async function refuserBaseExistante(dataDir: string, ecartee: string | undefined): Promise<void> {
  if (!(await hasBase(dataDir))) return;
  if (ecartee !== undefined) {
    await assertBaseUnused(dataDir);
    return;
  }
  throw new RefusedError(
    'BASE_EXISTANTE',
    `Une base existe déjà dans ${dataDir}. Rien n'a été modifié. Pour la remplacer : « restore … --remplacer » ; elle est alors ` +
      `mise de côté, pas effacée.`,
  );
}

function refuserJournalAtteint({ sauvegarde, journal }: Controle): void {
  if (journal.estIntacte) return;
  const fautes = journal.fautes.slice(0, 10).map(({ message }) => `\n  ! ${message}`);
  throw new RefusedError(
    'JOURNAL_ATTEINT',
    `${sauvegarde.dossier} se restaure et démarre, mais son journal des actions est atteint : ${journal.fautesCount} fautes. Rien n'a ` +
      `été modifié. Prenez une sauvegarde plus ancienne, ou, pour retrouver quand même ses données : « restore … --malgre-journal ».` +
      fautes.join(''),
  );
}

async function essayer<T>(
  chemin: string,
  options: OptionsRestauration,
  work: (serveur: RestoredServer, controle: Controle, pool: Pool) => Promise<T>,
): Promise<T> {
  const sauvegarde = await lireSauvegarde(chemin);
  refuserAutre(sauvegarde, options.schemaMax);
  await assertPlace(options.dataDir, sauvegarde);
  const serveur = await demarrer(sauvegarde, options);
  const pool = createPool(
    {
      connectionString: serveur.connectionString,
      max: 4,
      statementTimeoutMs: 0,
      applicationName: 'annuaire-sante-sync restore',
    },
    () => undefined,
  );
  try {
    return await work(serveur, await controler(sauvegarde, pool, options), pool);
  } finally {
    if (!pool.ended) await pool.end();
    await serveur.discard();
  }
}

function refuserAutre({ manifeste }: Sauvegarde, schemaMax: number): void {
  if (manifeste.schema.numero > schemaMax) {
    throw new RefusedError(
      'SCHEMA_NEWER',
      `Cette sauvegarde vient d'une version plus récente du programme (${manifeste.programme}, migration ${manifeste.schema.nom}) que ` +
        `celle-ci. Rien n'a été modifié. Installez une version au moins aussi récente.`,
    );
  }
  const ici = `${process.platform}-${process.arch}`;
  if (manifeste.postgresql.machine === ici) return;
  throw new RefusedError(
    'AUTRE_MACHINE',
    `Cette sauvegarde a été faite sur une machine ${manifeste.postgresql.machine}, et PostgreSQL ne relit ses fichiers que sur une ` +
      `machine du même genre ; celle-ci est ${ici}. Restaurez-la là-bas, puis passez par pg_dump (docs/sauvegarde.md).`,
  );
}

async function assertPlace(dataDir: string, { manifeste }: Sauvegarde): Promise<void> {
  const disk = await statfs(dataDir).catch(() => undefined);
  if (!disk) return;
  const [libres, besoin] = [disk.bavail * disk.bsize, manifeste.octetsDecompresses * 1.05];
  if (libres >= besoin) return;
  const mo = (value: number): string => `${Math.ceil(value / 1e6).toLocaleString('fr-FR')} Mo`;
  throw new AppError(
    'DISQUE_PLEIN',
    `Restaurer cette sauvegarde demande ${mo(besoin)}, et il reste ${mo(libres)} dans ${dataDir}. Rien n'a été modifié : libérez de la place.`,
  );
}

async function demarrer(
  sauvegarde: Sauvegarde,
  { dataDir, progress, signal }: OptionsRestauration,
): Promise<RestoredServer> {
  const { dossier, manifeste } = sauvegarde;
  const liste = await readFile(join(dossier, nomListe));
  assertSame(partieNommee(sauvegarde, nomListe), createHash('sha256').update(liste).digest('hex'));
  progress.step({
    label: 'Lecture de la sauvegarde',
    total: manifeste.octetsDecompresses,
    unit: 'octets',
  });
  const serveur = await startRestored(lireArchive(sauvegarde, progress), {
    dataDir,
    major: manifeste.postgresql.majeure,
    files: parseListe(liste),
    signal,
  });
  progress.end();
  return serveur;
}

/** The tar; fails at its end when the compressed file is not the one that was written. */
async function* lireArchive(sauvegarde: Sauvegarde, progress: Progress): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const counted = new PassThrough();
  counted.on('data', (chunk: Buffer) => hash.update(chunk));
  const gunzip = createGunzip();
  const reading = pipeline(
    createReadStream(join(sauvegarde.dossier, nomArchive)),
    counted,
    gunzip,
  ).catch(() => undefined);
  let octets = 0;
  try {
    for await (const chunk of gunzip) {
      if (!Buffer.isBuffer(chunk)) continue;
      octets += chunk.length;
      if (octets > sauvegarde.manifeste.octetsDecompresses) throw alteree(nomArchive);
      progress.update(octets);
      yield chunk;
    }
  } catch (error) {
    throw /^(Z_|ERR_STREAM_PREMATURE_CLOSE)/u.test(codeOf(error) ?? '')
      ? alteree(nomArchive)
      : error;
  } finally {
    gunzip.destroy();
    await reading;
  }
  assertSame(partieNommee(sauvegarde, nomArchive), hash.digest('hex'));
}

function partieNommee({ manifeste }: Sauvegarde, nom: string): Partie {
  const found = manifeste.parties.find(({ fichier }) => fichier === nom);
  if (found) return found;
  throw alteree(nom);
}

function assertSame({ fichier, sha256 }: Partie, found: string): void {
  if (found !== sha256) throw alteree(fichier);
}

function alteree(fichier: string): AppError {
  return new AppError(
    'SAUVEGARDE_ALTEREE',
    `Cette sauvegarde ne peut pas servir : ${fichier} n'est plus tel qu'il a été écrit. Rien n'a été restauré ; prenez-en une autre.`,
  );
}

function parseListe(liste: Buffer): Map<string, FileFacts> {
  const files = new Map<string, FileFacts>();
  const value: unknown = JSON.parse(liste.toString('utf8'));
  const found: unknown = value instanceof Object ? Reflect.get(value, 'Files') : undefined;
  if (!Array.isArray(found)) throw alteree(nomListe);
  for (const file of found as readonly unknown[]) {
    const at = (key: string): unknown => (file instanceof Object ? Reflect.get(file, key) : '');
    const [path, size, sha256] = [at('Path'), at('Size'), at('Checksum')];
    if (typeof path !== 'string' || typeof size !== 'number' || typeof sha256 !== 'string') {
      throw alteree(nomListe);
    }
    files.set(path, { size, sha256 });
  }
  return files;
}

/** Everything reads, the journal is whole and goes on from where it was when the backup began. */
async function controler(
  sauvegarde: Sauvegarde,
  pool: Pool,
  { progress, signal }: OptionsRestauration,
): Promise<Controle> {
  const etat = await findEtatBase(pool);
  const { journal: point, schema } = sauvegarde.manifeste;
  if (etat?.schema.numero !== schema.numero) throw alteree(nomArchive);
  const migrations = await migrate(pool);
  const points = point && point.sequence > 0 ? [point] : [];
  const journal = await verifyJournal(pool, points, { progress, signal });
  return { sauvegarde, etat, migrations, journal };
}
