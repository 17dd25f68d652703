import type { Command } from 'commander';
import { sourceNames, type SourceName } from '../domain/source.js';
import { judgeFreshness, type Freshness } from '../domain/freshness.js';
import { catalogue } from '../extractions/catalogue.js';
import { findLastRun, type ReconcileRun } from '../store/reconcile-run.js';
import { listLoadsInService, type SourceLoad } from '../store/source-load.js';
import { countRessemblants } from '../store/domaine-ressemblant.js';
import { listLastRuns, type LastRun } from '../store/source-status.js';
import { annoncerRetards } from './annoncer-retards.js';
import { globalOptions, print, runReadingWith, type CommandContext } from './context.js';
import { loadSettings } from '../config/load-settings.js';
import { lines, printableLines } from '../report/layout.js';
import { peindreSur } from './couleurs.js';
import { ecranMatin } from './status-ecran.js';
import { matinJson } from './status-json.js';
import { lireMatin } from './status-matin.js';
import { compterPoints, jugerMatin } from './status-points.js';
import { isBaseGone, tellSansBase } from './status-sans-base.js';
import { annoncerCertificats } from './certificats.js';
import { describeFeedStatus, readFeedStatus, type FeedStatus } from './feed-status.js';
import {
  describeDemandesStatus,
  readDemandesStatus,
  type DemandesStatus,
} from './demandes-status.js';
import { formatDate } from './format-date.js';
import {
  describeInventaires,
  failureOf,
  readInventaires,
  type InventaireStatus,
} from './inventaire-status.js';
import { describeAvisStatus, readAvisStatus, type AvisStatus } from './notices-status.js';
import type { OpenProgram } from './program.js';

type StatusOptions = {
  readonly detail: boolean;
  readonly verifie: boolean;
};

export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('tout va-t-il bien ? ce qui est en service, de quand, et ce qui attend')
    .option('--detail', 'chaque source, la file, les avis, les demandes', false)
    .option(
      '--verifie',
      'code de sortie 1 quand un point est à voir (une décision attendue n’en est pas un)',
      false,
    )
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync status                      l'écran de 8 heures
  annuaire-sync status --verifie || mail …  pour un script`,
    )
    .action(async (options: StatusOptions, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      try {
        await runReadingWith(context, settings, json, (open) => tellStatus(context, open, options));
      } catch (error) {
        if (json || !isBaseGone(error)) throw error;
        await tellSansBase(context, settings, error);
      }
    });
}

async function tellStatus(
  context: CommandContext,
  open: OpenProgram,
  { detail, verifie }: StatusOptions,
): Promise<void> {
  const { surroundings } = context;
  const now = surroundings.now();
  const status = await readStatus(open, now);
  // On a replica, the node that writes says them.
  if (open.readOnly === undefined) {
    await annoncerRetards(open.pool, status, now);
    await annoncerCertificats(open.pool, open.settings, now);
  }
  const matin = await lireMatin(open, now);
  const points = jugerMatin(matin, status, now);
  if (verifie && compterPoints(points) > 0) context.setExitCode(1);
  if (open.isJson) {
    print(context, true, { ...status, ...matinJson(matin, points) }, () => '');
    return;
  }
  const ecran = ecranMatin(matin, points, {
    operateur: open.settings.operateur.nom,
    engine: open.engineDescription,
    now,
    columns: surroundings.out.columns ?? 100,
    peindre: peindreSur(surroundings.out, surroundings.env),
  });
  surroundings.out.write(lines(ecran));
  if (detail) surroundings.out.write(`\n${printableLines(describeStatus(status))}\n`);
}

export type SourceStatus = {
  readonly source: SourceName;
  readonly label: string;
  readonly isEnabled: boolean;
  readonly load: SourceLoad | undefined;
  readonly lastRun: LastRun | undefined;
  readonly freshness: Freshness;
};

export type Status = {
  readonly engine: string;
  readonly sources: readonly SourceStatus[];
  /** Of all its sources together: the newest load, the last attempt. */
  readonly inventaire: {
    readonly load: SourceLoad | undefined;
    readonly lastRun: LastRun | undefined;
    readonly sources: readonly InventaireStatus[];
  };
  readonly reconcile: ReconcileRun | undefined;
  readonly alimentation: FeedStatus;
  readonly avis: AvisStatus;
  readonly demandes: DemandesStatus;
  readonly domainesRessemblants: { readonly aExaminer: number; readonly connus: number };
};

export async function readStatus(program: OpenProgram, now: Date): Promise<Status> {
  const { pool, settings } = program;
  const loads = new Map((await listLoadsInService(pool)).map((load) => [load.source, load]));
  const lastRuns = await listLastRuns(pool);
  const runs = new Map(lastRuns.map((run) => [run.source, run]));
  return {
    engine: program.engineDescription,
    sources: sourceNames.map((source) => {
      const load = loads.get(source);
      const lastRun = runs.get(source);
      return {
        source,
        label: catalogue[source].label,
        isEnabled: settings.sources[source].actif,
        load,
        lastRun,
        freshness: judgeFreshness(
          {
            inServiceSince: load?.genereLe ?? load?.loadedAt,
            lastContactAt: lastRun?.lastContactAt,
            lastRunAt: lastRun?.startedAt,
            lastFailure: failureOf(lastRun),
          },
          settings.sources[source].fraicheurMaxHeures,
          now,
        ),
      };
    }),
    inventaire: {
      load: loads.get('inventaire'),
      lastRun: newestRun(lastRuns.filter(({ source }) => source === 'inventaire')),
      sources: await readInventaires(pool, settings, lastRuns, now),
    },
    reconcile: await findLastRun(pool),
    alimentation: await readFeedStatus(pool, now),
    avis: await readAvisStatus(pool, settings),
    demandes: await readDemandesStatus(pool, settings, now),
    domainesRessemblants: await countRessemblants(pool),
  };
}

function newestRun(runs: readonly LastRun[]): LastRun | undefined {
  return [...runs].sort((x, y) => y.startedAt.getTime() - x.startedAt.getTime())[0];
}

/** One French line for each enabled source and each one of the inventory, with its warnings. */
export function describeSources(status: Status): string[] {
  return [
    ...status.sources
      .filter((source) => source.isEnabled || source.load)
      .flatMap((source) => [describeSource(source), ...sourceNotes(source)]),
    ...describeInventaires(status.inventaire.sources),
  ];
}

function describeSource({ label, load, freshness }: SourceStatus): string {
  const mark = freshness.kind === 'a-jour' ? '✓' : '!';
  if (!load) return `${mark} ${label} : jamais chargée`;
  const date = load.genereLe
    ? `du ${formatDate(load.genereLe)}`
    : `chargée le ${formatDate(load.loadedAt)}`;
  return `${mark} ${label} : ${date}, ${load.lineCount.toLocaleString('fr-FR')} lignes`;
}

function sourceNotes({ load, freshness, lastRun }: SourceStatus): string[] {
  const notes: string[] = [];
  if (lastRun?.outcome === 'running') {
    notes.push(
      `tentative commencée le ${formatDate(lastRun.startedAt)}, pas terminée : ` +
        `en cours, ou tuée (la prochaine reprendra)`,
    );
  }
  if (freshness.kind === 'jamais-chargee') notes.push(freshness.cause);
  else if (freshness.kind === 'en-retard') {
    notes.push(`en retard (${Math.round(freshness.ageHours)} h) : ${freshness.cause}`);
  } else if (failureOf(lastRun) !== undefined) {
    notes.push(`dernière tentative sans succès : ${failureOf(lastRun) ?? ''}`);
  }
  if (load && load.rejectedCount > 0) {
    notes.push(`${load.rejectedCount.toLocaleString('fr-FR')} lignes rejetées`);
  }
  return [...notes, ...(load?.warnings ?? [])].map((note) => `    ${note}`);
}

function describeStatus(status: Status): string {
  const { reconcile } = status;
  const reconcileLine = reconcile
    ? `✓ rapprochement : ${formatDate(reconcile.finishedAt)}, ` +
      `${reconcile.openCount.toLocaleString('fr-FR')} constats ouverts`
    : '! rapprochement : jamais fait (« annuaire-sync reconcile »)';
  return [
    `Base : ${status.engine}`,
    ...describeSources(status),
    reconcileLine,
    ...describeFeedStatus(status.alimentation),
    ...describeAvisStatus(status.avis),
    ...describeDemandesStatus(status.demandes),
    ...describeRessemblants(status.domainesRessemblants),
  ].join('\n');
}

function describeRessemblants({ aExaminer }: Status['domainesRessemblants']): string[] {
  if (aExaminer === 0) return [];
  return [
    `! domaines qui ressemblent aux vôtres : ${aExaminer.toLocaleString('fr-FR')} à examiner (« annuaire-sync domains lookalike »)`,
  ];
}
