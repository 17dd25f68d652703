// « audit checkpoint | key »: what is kept outside of the database, signed when a key is set.
import { open, readFile, type FileHandle } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import {
  creerCles,
  estSigne,
  publiqueDe,
  signerPoint,
  type PointSigne,
} from '../audit/point-signe.js';
import type { PointDeControle } from '../audit/verify.js';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { AppError, codeOf, messageOf, UsageError } from '../errors.js';
import { findTete } from '../store/journal.js';
import { print, runReading, globalOptions, type CommandContext } from './context.js';

export function registerCheckpoint(audit: Command, context: CommandContext): void {
  audit
    .command('checkpoint')
    .description('le point de contrôle d’à présent, à garder hors de la base')
    .option('--signe', 'signé par la clé de « journal.cleDesPoints », une ligne JSON', false)
    .option('--out <fichier>', 'ajoute le point à la fin d’un fichier')
    .addHelpText(
      'after',
      `
Plus tard : annuaire-sync audit verify --point NUMÉRO:EMPREINTE
ou, signés : annuaire-sync audit verify --depuis points.jsonl --cle points.pub`,
    )
    .action(async (options: { signe: boolean; out?: string }, command: Command) => {
      await runReading(context, command, async ({ pool, settings, isJson }) => {
        const le = context.surroundings.now();
        const point = await readPoint(pool);
        const told = options.signe
          ? signerPoint(point, le, cleDe(settings.journal.cleDesPoints))
          : { ...point, le: le.toISOString() };
        const text = options.signe ? JSON.stringify(told) : `${point.sequence}:${point.empreinte}`;
        if (options.out !== undefined) await append(options.out, `${text}\n`);
        print(context, isJson, told, () => text);
      });
    });
}

async function readPoint(pool: Pool): Promise<PointDeControle> {
  const tete = await findTete(pool);
  if (tete) return { sequence: tete.sequence, empreinte: tete.empreinte.toString('hex') };
  throw new AppError(
    'JOURNAL_SANS_TETE',
    'La tête de la chaîne a été retirée : « annuaire-sync audit verify » dit ce qui reste du journal.',
  );
}

/** At the end of a scheduled command, where the settings say so: a signed point a day, without anybody. */
export async function garderPoint(pool: Pool, { journal }: Settings, now: Date): Promise<void> {
  if (journal.points === undefined) return;
  const point = signerPoint(await readPoint(pool), now, cleDe(journal.cleDesPoints));
  await append(journal.points, `${JSON.stringify(point)}\n`);
}

function cleDe(pem: string | undefined): string {
  if (pem !== undefined && publiqueDe(pem) !== undefined && pem.includes('PRIVATE KEY')) return pem;
  throw new UsageError(
    'CLE_DES_POINTS',
    pem === undefined
      ? 'Aucune clé ne signe les points de contrôle : « annuaire-sync audit key FICHIER » en crée une, à donner dans « journal.cleDesPoints ».'
      : '« journal.cleDesPoints » n’est pas une clé privée Ed25519 au format PEM : « annuaire-sync audit key FICHIER » en crée une.',
  );
}

async function append(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'a+', 0o644);
    try {
      await appendWhole(file, text);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new AppError(
      'POINT_NON_ECRIT',
      `${path} : le point n’a pas pu être écrit. ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}

/** All of it or nothing: a point cut by a full disk would make the whole file one that nobody can read. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat();
  const last = size === 0 ? '\n' : await readLastCharacter(file, size);
  try {
    // Whoever edited the file may have left its last line without an end.
    await file.writeFile(last === '\n' ? text : `\n${text}`);
    await file.sync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

async function readLastCharacter(file: FileHandle, size: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1');
}

export function registerKey(audit: Command, context: CommandContext): void {
  audit
    .command('key')
    .description('crée la clé qui signe les points de contrôle, et la clé publique à distribuer')
    .argument('<fichier>', 'clé privée, lisible de ce compte seul ; la publique est FICHIER.pub')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { privee, publique, nom } = creerCles();
      await create(path, privee, 0o600);
      await create(`${path}.pub`, publique, 0o644);
      print(
        context,
        globalOptions(command).json,
        { cle: nom, privee: path, publique: `${path}.pub` },
        () =>
          [
            `✓ Clé ${nom} créée : ${path} (à donner dans « journal.cleDesPoints: { fichier: ${path} } ») et ${path}.pub.`,
            '  Confiez la clé publique, et les points signés, à qui vérifiera le journal : pas à l’administrateur de la base.',
          ].join('\n'),
      );
    });
}

/** Never over another one: what it signed could be checked no more. */
async function create(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const exists =
      codeOf(cause) === 'EEXIST'
        ? 'Ce fichier existe déjà : choisissez un autre nom.'
        : messageOf(cause);
    throw new UsageError(
      'CLE_NON_ECRITE',
      `${path} : la clé n’a pas pu être écrite. ${exists}`,
      cause,
    );
  }
}

const pointSchema = z.strictObject({
  format: z.literal('annuaire-sync-point-1'),
  sequence: z.int().min(0),
  empreinte: z.string().regex(/^[0-9a-f]{64}$/u),
  le: z.iso.datetime(),
  cle: z.string().regex(/^[0-9a-f]{16}$/u),
  signature: z.string().regex(/^[A-Za-z0-9+/=]{80,100}$/u),
});

const pointsMax = 100_000;

/**
 * The signed points of a file, one on each line.
 *
 * @throws UsageError when the file or the key cannot be read, AppError `POINT_MAL_SIGNE`
 */
export async function readPointsSignes(path: string, clePath: string): Promise<PointDeControle[]> {
  const publique = publiqueDe(await read(clePath));
  if (publique === undefined) {
    throw new UsageError(
      'CLE_DES_POINTS',
      `${clePath} : ce n’est pas une clé publique Ed25519 au format PEM.`,
    );
  }
  const lines = (await read(path)).split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > pointsMax) {
    throw new UsageError(
      'POINTS_ILLISIBLES',
      `${path} : de 1 à ${pointsMax} points attendus, un par ligne.`,
    );
  }
  return lines.map((line, index) => {
    const point = parsePoint(line);
    if (!point) {
      throw new UsageError(
        'POINTS_ILLISIBLES',
        `${path}, ligne ${index + 1} : ce n’est pas un point signé.`,
      );
    }
    if (estSigne(point, [publique])) return point;
    throw new AppError(
      'POINT_MAL_SIGNE',
      `${path}, ligne ${index + 1} : la signature du point ${point.sequence} n’est pas celle de cette clé. Le point a été changé, ` +
        'ou signé par une autre : rien n’est vérifié.',
    );
  });
}

function parsePoint(line: string): PointSigne | undefined {
  try {
    return pointSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(
      'POINTS_ILLISIBLES',
      `${path} : fichier illisible. ${messageOf(cause)}`,
      cause,
    );
  }
}
