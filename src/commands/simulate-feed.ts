// One process that plays the ANS's feed API until it is told to stop.
import type { Settings } from '../config/settings.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import { AppError } from '../errors.js';
import { createPages, describeState } from '../simulator/pages.js';
import { untilItsMinute, writePublication, namePublication } from '../simulator/publication.js';
import { SimulatorServer, type ServedRequest } from '../simulator/server.js';
import { Simulator, type SimulatorOptions } from '../simulator/simulator.js';
import type { CommandContext } from './context.js';
import { aborted } from '../net/or-aborted.js';
import type { OpenProgram } from './program.js';

export type FeedOptions = {
  readonly isReset: boolean;
  /** One line per request. */
  readonly isVerbose: boolean;
};

export function simulatorOptions({ dataDir, simulateur: simulator }: Settings): SimulatorOptions {
  const { dialect, hasInventaire, journalBytesMax } = simulator;
  return { dataDir, dialect, hasInventaire, journalBytesMax };
}

/** Until the signal. @throws AppError `SIMULATEUR_OCCUPE` when another one serves on the same database. */
export async function simulateFeed(
  context: CommandContext,
  open: OpenProgram,
  options: FeedOptions,
): Promise<void> {
  const locked = await withAdvisoryLock(open.pool, 'simulateur', async () => {
    const simulator = await Simulator.open(
      open.pool,
      simulatorOptions(open.settings),
      { isReset: options.isReset, isReadOnly: false },
      open.progress,
    );
    try {
      await serve(context, open, simulator, options);
    } finally {
      simulator.close();
    }
  });
  if (locked.kind === 'done') return;
  throw new AppError(
    'SIMULATEUR_OCCUPE',
    'Un simulateur tourne déjà sur cette base. Arrêtez-le, ou servez-vous de celui-là.',
  );
}

async function serve(
  { surroundings }: CommandContext,
  open: OpenProgram,
  simulator: Simulator,
  { isVerbose }: FeedOptions,
): Promise<void> {
  const { signal, now, out } = surroundings;
  const { settings, pool, isJson } = open;
  const tell = (event: string, message: string, extra: object = {}): void => {
    out.write(
      isJson ? `${JSON.stringify({ evenement: event, message, ...extra })}\n` : `${message}\n`,
    );
  };
  const server: SimulatorServer = new SimulatorServer(simulator, {
    ...settings.simulateur,
    now,
    onRequest: (served) => {
      if (isVerbose) tell('requete', `[simulation] ${describeRequest(served)}`, eventOf(served));
    },
    pages: createPages(simulator, {
      apiKey: settings.simulateur.apiKey,
      counts: () => server.counts,
      publish: async (openOutput, isPatient) => {
        const publication = namePublication(simulator, settings.dataDir, now());
        if (isPatient) await untilItsMinute(publication, now(), signal);
        const output = openOutput(publication.name);
        const lines = await writePublication(pool, simulator, publication, output, signal);
        tell('parution', `[simulation] ${publication.name}.zip : ${lines} lignes`, {
          lignes: lines,
        });
      },
    }),
  });
  const url = await server.start();
  try {
    tell('ecoute', announcement(url, simulator, settings), { url });
    await aborted(signal);
  } finally {
    await server.stop();
  }
  tell('fin', summary(simulator, server), describeState(simulator, server.counts, null));
}

function announcement(
  url: string,
  { state, seed, inService }: Simulator,
  { simulateur: simulator }: Settings,
): string {
  const { dialect, callsPerSecond } = simulator;
  const rate = callsPerSecond === 0 ? 'sans limite' : `${callsPerSecond} appels/s`;
  return [
    `SIMULATION de l'API d'alimentation à l'écoute : ${url} (dialecte ${dialect}, ${rate}).`,
    `${formatCount(state.balCount)} BAL sur ${formatCount(state.porteurCount)} porteurs, d'après ${seed.version} ; ` +
      `${formatCount(state.patchCount)} PATCH déjà simulés.`,
    ...(inService === seed.version
      ? []
      : [`L'extraction en service est ${inService} : --reinitialiser pour repartir d'elle.`]),
    "Rien n'atteint l'Annuaire Santé. Ctrl-C pour arrêter.",
  ].join('\n');
}

/** JSON of the event `requete`: its keys are part of the interface. */
function eventOf({ method, url, status, fault, effects, detail }: ServedRequest): object {
  return { methode: method, url, status, faute: fault, effets: effects, detail };
}

function describeRequest({ method, url, status, fault, effects, detail }: ServedRequest): string {
  const end = status === undefined ? 'sans réponse' : String(status);
  return [
    `${method} ${url} → ${end}`,
    ...(effects.length > 0 ? [effects.join(', ')] : []),
    ...(detail === undefined ? [] : [detail.trim()]),
    ...(fault === undefined ? [] : [`faute : ${fault}`]),
  ].join(' · ');
}

function summary({ state }: Simulator, { counts }: SimulatorServer): string {
  const { insert, replace, delete: deleted } = state.totals;
  const faults = [...counts.faults].map(([fault, count]) => `${fault} ${formatCount(count)}`);
  return [
    `Simulateur arrêté : ${formatCount(counts.requests)} requêtes ; depuis le départ, ${formatCount(state.patchCount)} PATCH appliqués ` +
      `(${formatCount(insert)} ajouts, ${formatCount(replace)} modifications, ${formatCount(deleted)} suppressions).`,
    ...(faults.length > 0 ? [`Fautes données : ${faults.join(', ')}.`] : []),
  ].join('\n');
}

function formatCount(value: number): string {
  return value.toLocaleString('fr-FR');
}
