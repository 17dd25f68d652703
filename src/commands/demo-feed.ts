// The second half of the demonstration: a plan, its harmless part sent to the simulator, and the proof by the extraction
// that the simulated Annuaire then publishes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { findMigrationsDirectory } from '../db/migrate.js';
import type { OrdreProcessus } from '../domain/message-processus.js';
import { AppError } from '../errors.js';
import { computePlan } from '../plan/compute.js';
import { approve } from '../plan/decide.js';
import { marqueSupervise } from '../processus/supervise.js';
import { countStates } from '../store/feed-queue.js';
import type { CommandContext } from './context.js';
import { describeResult, extractSources } from './extract.js';
import type { OpenProgram } from './program.js';
import { describePush } from './push-result.js';
import { runPush } from './push.js';
import { describeReconcile, runReconcile } from './reconcile.js';
import { planSettings } from './source-settings.js';

type Rehearsal = {
  /** French lines: what was done, step by step. */
  readonly lines: readonly string[];
  /** Deletions that wait for a decision. */
  readonly suppressions: number;
};

const auteur = 'démonstration';
/** What deletes nothing may be approved without anybody. */
const harmless = ['insert', 'replace'] as const;

/** Plans, approves what deletes nothing, sends it to the simulator, puts its extraction in service. */
export async function rehearseFeed(
  context: CommandContext,
  open: OpenProgram,
  folder: string,
): Promise<Rehearsal> {
  const { surroundings } = context;
  const settings = planSettings(open.settings);
  const { plan } = await computePlan(
    open.pool,
    settings,
    { now: surroundings.now() },
    open.progress,
  );
  const lines = [
    "Alimentation de l'Annuaire",
    `✓ Plan n° ${plan.id} : ${plan.insertCount} créations, ${plan.replaceCount} modifications, ` +
      `${plan.deleteCount} suppressions proposées ; ${plan.retenueCount} BAL retenues, avec la raison`,
  ];
  if (plan.insertCount + plan.replaceCount > 0 && plan.etat === 'ouvert') {
    for (const kind of harmless) {
      const options = { now: surroundings.now(), auteur, choix: { kind } };
      await approve(open.pool, settings, options, open.progress);
    }
    lines.push(...(await sendToSimulator(context, open, folder)));
  }
  return { lines, suppressions: plan.deleteCount };
}

async function sendToSimulator(
  context: CommandContext,
  open: OpenProgram,
  folder: string,
): Promise<string[]> {
  const simulator = await startSimulator(open.settings.configPath);
  try {
    const result = await runPush(context, towards(open, simulator.url), {
      jusquAuBout: true,
      dureeMax: 5,
    });
    return [
      `Envoi au SIMULATEUR de l'API de l'ANS (${simulator.url}) : rien n'atteint l'Annuaire Santé.`,
      describePush(result),
      ...(await proveByExtraction(context, open, simulator.url, folder)),
    ];
  } finally {
    await simulator.stop();
  }
}

/** What the simulated Annuaire publishes the next day is today's proof. */
async function proveByExtraction(
  context: CommandContext,
  open: OpenProgram,
  url: URL,
  folder: string,
): Promise<string[]> {
  // Nothing else feeds the simulator of a demonstration: no operation can fall between the extraction and its minute.
  const file = await download(new URL('/_simulation/extraction?attendre=non', url), folder);
  const results = await extractSources(open, context.surroundings, {
    sources: ['bals'],
    from: file,
    isAccepted: false,
  });
  const summary = await runReconcile(context, open);
  const states = await countStates(open.pool);
  const confirmed = states.find(({ state }) => state === 'confirmed')?.count ?? 0;
  return [
    'Extraction du lendemain, publiée par le simulateur :',
    ...results.map(describeResult),
    `✓ ${confirmed} opérations confirmées par cette extraction`,
    describeReconcile(summary),
  ];
}

async function download(url: URL, folder: string): Promise<string> {
  const response = await fetch(url);
  const name = /filename="([\w.-]+)"/u.exec(response.headers.get('content-disposition') ?? '')?.[1];
  if (!response.ok || name === undefined) {
    throw new AppError(
      'SIMULATEUR_MUET',
      `Le simulateur n'a pas rendu son extraction (HTTP ${response.status}).`,
    );
  }
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, Buffer.from(await response.arrayBuffer()));
  return path;
}

type RunningSimulator = { readonly url: URL; readonly stop: () => Promise<void> };

/** The command itself, in a process of its own, on a free port and with a state of its own. */
async function startSimulator(config: string): Promise<RunningSimulator> {
  const program = join(dirname(findMigrationsDirectory()), 'bin', 'annuaire-sync');
  const words = ['simulate', 'feed', '--port', '0', '--reinitialiser', '--appels-par-seconde', '0'];
  const child = spawn(process.execPath, [program, '--config', config, '--json', ...words], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, [marqueSupervise]: '1' },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    // Not by a signal: it would say in the terminal that a stop was asked for.
    child.send({ kind: 'stop' } satisfies OrdreProcessus);
    await ended;
  };
  try {
    return { url: await findUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function findUrl({ stdout }: ChildProcess): Promise<URL> {
  if (stdout) {
    for await (const line of createInterface({ input: stdout })) {
      const event = JSON.parse(line) as { evenement: string; url?: string };
      if (event.evenement === 'ecoute' && event.url !== undefined) {
        stdout.resume();
        return new URL(event.url);
      }
    }
  }
  throw new AppError('SIMULATEUR_MUET', "Le simulateur de l'API d'alimentation n'a pas démarré.");
}

function towards(open: OpenProgram, url: URL): OpenProgram {
  const { alimentation } = open.settings;
  const { client } = alimentation;
  if (!client) return open;
  return {
    ...open,
    settings: {
      ...open.settings,
      alimentation: { ...alimentation, client: { ...client, url, lectureUrl: url } },
    },
  };
}
