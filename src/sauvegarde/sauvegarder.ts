// One backup of the private base, made while the program works.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { takeBaseBackup, type BaseBackup } from '../db/embedded/base-backup.js';
import type { Pool } from '../db/pool.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { findEtatBase, type EtatBase } from '../store/etat-base.js';
import { dansUnBrouillon, preparerDossier, type Sauvegarde } from './dossier.js';
import {
  formatManifeste,
  nomArchive,
  nomListe,
  nomManifeste,
  type Manifeste,
  type Partie,
} from './manifeste.js';

/** A file of the settings, taken along. */
export type FichierReglages = {
  /** In the backup, relative. */
  readonly nom: string;
  readonly origine: string;
  readonly contenu: Buffer;
};

export type OptionsSauvegarde = {
  readonly dossier: string;
  readonly programme: string;
  readonly reglages: readonly FichierReglages[];
  readonly secrets: readonly string[];
  readonly debitKilooctets: number | undefined;
  readonly now: () => Date;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

export type SauvegardeFaite = Sauvegarde & { readonly octets: number };

/** The earlier ones stay: whoever asked deletes them, once this one is known to be good. @throws AppError `SAUVEGARDE_SANS_BASE`, `DISQUE_PLEIN`, `SAUVEGARDE_INTERROMPUE` */
export async function sauvegarder(
  base: { readonly pool: Pool; readonly connectionString: string },
  options: OptionsSauvegarde,
): Promise<SauvegardeFaite> {
  const debut = options.now();
  const etat = await findEtatBase(base.pool);
  if (!etat) {
    throw new AppError(
      'SAUVEGARDE_SANS_BASE',
      `La base est vide : aucune commande ne s'en est encore servie. Il n'y a rien à sauvegarder.`,
    );
  }
  await preparerDossier(options.dossier);
  await assertPlace(options.dossier, etat.octets);
  const { chemin, value: manifeste } = await dansUnBrouillon(
    options.dossier,
    debut,
    async (brouillon) => {
      const parties = await ecrireParties(brouillon, base.connectionString, etat, debut, options);
      const fait = decrire(parties, etat, debut, options);
      await ecrire(join(brouillon, nomManifeste), Buffer.from(formatManifeste(fait)));
      return fait;
    },
  );
  const octets = manifeste.parties.reduce((sum, partie) => sum + partie.octets, 0);
  return { dossier: chemin, manifeste, octets };
}

/** The archive is smaller than the base, rarely by less than half; what a full disk leaves is removed anyway. */
async function assertPlace(dossier: string, octets: number): Promise<void> {
  const { bavail, bsize } = await statfs(dossier);
  const libres = bavail * bsize;
  const besoin = octets / 2;
  if (libres >= besoin) return;
  const mo = (value: number): string => `${Math.ceil(value / 1e6).toLocaleString('fr-FR')} Mo`;
  throw new AppError(
    'DISQUE_PLEIN',
    `Il reste ${mo(libres)} dans ${dossier}, et une sauvegarde de cette base (${mo(octets)}) peut en demander ${mo(besoin)}. Rien ` +
      `n'a été écrit, les sauvegardes précédentes restent. Libérez de la place, ou choisissez un autre dossier (--vers).`,
  );
}

type Parties = { readonly parties: readonly Partie[]; readonly octetsDecompresses: number };

async function ecrireParties(
  brouillon: string,
  connectionString: string,
  etat: EtatBase,
  debut: Date,
  options: OptionsSauvegarde,
): Promise<Parties> {
  const { progress } = options;
  progress.step({ label: 'Sauvegarde de la base', total: etat.octets, unit: 'octets' });
  const { partie, backup } = await ecrireArchive(brouillon, connectionString, debut, options);
  progress.end();
  const parties = [partie, await ecrirePartie(brouillon, nomListe, backup.fileList)];
  for (const { nom, contenu } of options.reglages) {
    parties.push(await ecrirePartie(brouillon, nom, contenu));
  }
  return { parties, octetsDecompresses: backup.archiveBytes };
}

async function ecrireArchive(
  brouillon: string,
  connectionString: string,
  debut: Date,
  { progress, signal, debitKilooctets }: OptionsSauvegarde,
): Promise<{ readonly partie: Partie; readonly backup: BaseBackup }> {
  const gzip = createGzip({ level: gzipLevel });
  gzip.on('error', () => undefined);
  const hash = createHash('sha256');
  let octets = 0;
  const counted = new PassThrough();
  counted.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    octets += chunk.length;
  });
  const writing = new AbortController();
  const file = createWriteStream(join(brouillon, nomArchive), { mode: 0o600, flush: true });
  const written = pipeline(gzip, counted, file).catch((error: unknown) => {
    writing.abort(error);
  });
  try {
    const backup = await takeBaseBackup(connectionString, gzip, {
      label: `annuaire-sync ${debut.toISOString()}`,
      rateKilobytes: debitKilooctets,
      silenceMs,
      signal: AbortSignal.any([signal, writing.signal]),
      onProgress: (bytes) => progress.update(bytes),
    });
    gzip.end();
    await written;
    writing.signal.throwIfAborted();
    return { partie: { fichier: nomArchive, octets, sha256: hash.digest('hex') }, backup };
  } catch (error) {
    gzip.destroy();
    await written;
    signal.throwIfAborted();
    throw writing.signal.aborted && isFileFault(writing.signal.reason)
      ? writing.signal.reason
      : error;
  }
}

/** A full disk, rather than a pipe that ended because of ours. */
function isFileFault(reason: unknown): reason is Error {
  return reason instanceof Error && 'syscall' in reason;
}

async function ecrirePartie(brouillon: string, nom: string, contenu: Buffer): Promise<Partie> {
  const chemin = join(brouillon, nom);
  await mkdir(dirname(chemin), { recursive: true, mode: 0o700 });
  await ecrire(chemin, contenu);
  const sha256 = createHash('sha256').update(contenu).digest('hex');
  return { fichier: nom, octets: contenu.length, sha256 };
}

async function ecrire(chemin: string, contenu: Buffer): Promise<void> {
  const file = await open(chemin, 'wx', 0o600);
  try {
    await file.writeFile(contenu);
    await file.sync();
  } finally {
    await file.close();
  }
}

function decrire(
  { parties, octetsDecompresses }: Parties,
  etat: EtatBase,
  debut: Date,
  { now, programme, reglages, secrets }: OptionsSauvegarde,
): Manifeste {
  return {
    format: 1,
    commenceeLe: debut.toISOString(),
    finieLe: now().toISOString(),
    programme,
    schema: etat.schema,
    postgresql: {
      version: etat.version,
      majeure: Number.parseInt(etat.version, 10),
      systeme: etat.systeme,
      machine: `${process.platform}-${process.arch}`,
    },
    octetsDecompresses,
    parties: [...parties],
    comptes: { ...etat.comptes },
    ...(etat.journal && { journal: etat.journal }),
    reglages: Object.fromEntries(reglages.map(({ nom, origine }) => [nom, origine])),
    secrets: [...secrets],
  };
}

// A backup runs beside the service: three times quicker than the default level, for files a tenth larger.
const gzipLevel = 3;
// The server sends as it reads; it may take minutes to write down what is in memory first.
const silenceMs = 900_000;
