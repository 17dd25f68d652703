// One run of one scheduled stage, in a process of its own: the command that an administrator would type, under the lock of
// the stage, between two lines of table `passage`.
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { runCli } from '../cli.js';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import { openEngine } from '../db/engine.js';
import { listMigrations } from '../db/migrate.js';
import { createPool, type Client, type Pool } from '../db/pool.js';
import { RefusedError, UsageError } from '../errors.js';
import { isNomEtape, nomsEtapes, type NomEtape } from '../planification/etapes.js';
import { finOf } from '../planification/fin.js';
import { tentativesMax } from '../planification/due.js';
import {
  commencerPassage,
  finirPassage,
  verrouDeEtape,
  type FinPassage,
} from '../store/passage.js';
import { globalOptions, type CommandContext } from './context.js';
import { findEmpechement } from './daemon-empechement.js';
import { commandeDe } from './daemon-utiles.js';

type Options = { readonly prevu: string; readonly pour: string };

export function registerDaemonEtape(daemon: Command, context: CommandContext): void {
  daemon
    .command('etape', { hidden: true })
    .description('un passage d’une étape, lancé par le démon')
    .argument('<nom>', nomsEtapes.join(', '))
    .requiredOption('--prevu <instant>', 'quand il était dû, ISO 8601')
    .requiredOption('--pour <noeud>', 'qui le fait')
    .action(async (nom: string, options: Options, command: Command) => {
      const { config } = globalOptions(command);
      const prevuLe = new Date(options.prevu);
      if (!isNomEtape(nom) || Number.isNaN(prevuLe.getTime())) {
        throw new UsageError('ETAPE_INCONNUE', `Étapes : ${nomsEtapes.join(', ')}.`);
      }
      const settings = loadSettings(config, context.surroundings.env);
      await runEtape(context, settings, { nom, prevuLe, noeud: options.pour });
    });
}

const sessionLookMs = 4_000;
const answerMs = 8_000;

type Passage = { readonly nom: NomEtape; readonly prevuLe: Date; readonly noeud: string };

/** Done when there was nothing to do: another node has the lock, or ended the run already. */
async function runEtape(
  context: CommandContext,
  settings: Settings,
  passage: Passage,
): Promise<void> {
  const engine = await openEngine(
    { url: settings.database.url, dataDir: settings.dataDir },
    () => undefined,
  );
  const pool = openLockPool(engine.connectionString, passage.nom);
  const lost = new AbortController();
  try {
    await withAdvisoryLock(
      pool,
      verrouDeEtape(passage.nom),
      (client) => runLocked(context, settings, passage, { client, lost }),
      // Another node may begin the stage from now on: this one is not to write any more.
      () => lost.abort(),
    );
  } finally {
    await pool.end();
    await engine.close();
  }
}

type Held = { readonly client: Client; readonly lost: AbortController };

async function runLocked(
  context: CommandContext,
  settings: Settings,
  { nom, prevuLe, noeud }: Passage,
  { client, lost }: Held,
): Promise<void> {
  const { surroundings } = context;
  const correlation = surroundings.env['ANNUAIRE_SYNC_CORRELATION'] ?? randomUUID();
  // Begun and then refused for this node's own sake, the run would be done with for the others too.
  const ici = surroundings.horloge?.() ?? new Date();
  const empechement = await findEmpechement(client, ici, await listMigrations());
  if (empechement) throw new RefusedError(empechement.code, empechement.message);
  // Looked at under the lock: whoever had it before may have done this very run.
  const run = await commencerPassage(
    client,
    { etape: nom, prevuLe, noeud, pid: process.pid, correlation, tentativesMax },
    surroundings.now(),
  );
  if (!run) return;
  const watch = watchSession(client, () => lost.abort());
  const fin = await execute(context, settings, nom, lost.signal);
  await watch.stop();
  await finirPassage(client, run, fin, surroundings.now());
}

/**
 * A session that the server ended while the network was cut is not told to whoever only holds it: asked often enough for
 * this process to stop before the server has given its lock to another.
 */
function watchSession(client: Client, onLost: () => void): { readonly stop: () => Promise<void> } {
  let asking: Promise<unknown> = Promise.resolve();
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    asking = client.query('select 1').then(() => (isAsking = false), onLost);
  }, sessionLookMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await asking;
    },
  };
}

async function execute(
  { surroundings }: CommandContext,
  settings: Settings,
  nom: NomEtape,
  lost: AbortSignal,
): Promise<FinPassage> {
  const limit = new AbortController();
  const minutes = settings.planification.dureeMaxMinutes[nom];
  const timer = setTimeout(() => limit.abort(), minutes * 60_000).unref();
  const result = new BoundedText();
  const argv = ['node', 'annuaire-sync', '--config', settings.configPath, '--json'];
  const exitCode = await runCli([...argv, ...commandeDe(nom, settings)], {
    ...surroundings,
    out: result,
    signal: AbortSignal.any([surroundings.signal, limit.signal, lost]),
  });
  clearTimeout(timer);
  return finOf({
    exitCode,
    json: result.text,
    isOverLimit: limit.signal.aborted,
    isInterrupted: surroundings.signal.aborted || lost.aborted,
    limiteMinutes: minutes,
  });
}

/**
 * One session, which holds the lock. When its machine vanishes without a word, the server finds out in some twenty
 * seconds instead of two hours, and another node may take the stage over.
 */
function openLockPool(connectionString: string, nom: string): Pool {
  return createPool(
    {
      connectionString,
      max: 1,
      statementTimeoutMs: answerMs,
      // Less, with the pause between two looks, than the server takes to give the lock away.
      answerTimeoutMs: answerMs + 1_000,
      applicationName: `annuaire-sante-sync etape ${nom}`,
      session: {
        tcp_keepalives_idle: '5',
        tcp_keepalives_interval: '5',
        tcp_keepalives_count: '3',
      },
    },
    () => undefined,
  );
}

/** Some commands tell a whole plan: what comes of the run is in its first lines, or nowhere. */
const textCharsMax = 256 * 1024;

class BoundedText extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.text.length < textCharsMax) this.text += chunk.toString('utf8');
    done();
  }
}
