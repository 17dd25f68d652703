import type { Command } from 'commander';
import { confirm } from '../feed/confirm.js';
import { reconcile, type ReconcileSummary } from '../reconcile/reconcile.js';
import { annoncerRetards } from './annoncer-retards.js';
import { annoncerCertificats } from './certificats.js';
import { chercherRessemblants, type Recherche } from '../ressemblance/chercher.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { suivreDemandes } from './demandes-suivi.js';
import { decrireUn } from './domains.js';
import type { OpenProgram } from './program.js';
import { reconcileSettings } from './source-settings.js';
import { readStatus } from './status.js';
import { tracer } from './tracer.js';

export function registerReconcile(program: Command, context: CommandContext): void {
  program
    .command('reconcile')
    .description("rapproche l'inventaire de l'Annuaire et tient les constats à jour")
    .option(
      '--full',
      'réexamine toutes les BAL, pas seulement celles que quelque chose a touchées',
      false,
    )
    .action(async (options: { full: boolean }, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const summary = await runReconcile(context, open, options);
        print(context, open.isJson, summary, () => describeReconcile(summary));
      });
    });
}

export type ReconcileResult = ReconcileSummary & { readonly domainesRessemblants: Recherche };

export function runReconcile(
  context: CommandContext,
  open: OpenProgram,
  options: { readonly full: boolean } = { full: false },
): Promise<ReconcileResult> {
  return tracer(
    { ...context, pool: open.pool },
    { action: 'rapprochement', genre: 'programme', requete: { ...options } },
    () => reconcileAll(context, open, options),
    ({ domainesRessemblants, ...summary }) => ({
      reponse: { ...summary, domainesRessemblants: domainesRessemblants.nouveaux.length },
    }),
  );
}

async function reconcileAll(
  { surroundings }: CommandContext,
  open: OpenProgram,
  { full }: { readonly full: boolean },
): Promise<ReconcileResult> {
  // First: what the extractions show by now is no finding any more.
  await confirm(open.pool, { now: surroundings.now(), reading: undefined });
  const settings = reconcileSettings(open.settings);
  const nosDomaines = settings.domaines.map(({ nom }) => nom);
  // Before: the figures of the day count them.
  const domainesRessemblants = await chercherRessemblants(
    open.pool,
    nosDomaines,
    surroundings.now(),
  );
  const summary = await reconcile(
    open.pool,
    settings,
    { now: surroundings.now(), full, signal: surroundings.signal },
    open.progress,
  );
  await suivreDemandes(open, surroundings);
  const now = surroundings.now();
  await annoncerRetards(open.pool, await readStatus(open, now), now);
  await annoncerCertificats(open.pool, open.settings, now);
  return { ...summary, domainesRessemblants };
}

// Told once: a first search of a large opérateur may find many.
const nouveauxMax = 10;

export function describeReconcile(summary: ReconcileResult): string {
  const count = (value: number): string => value.toLocaleString('fr-FR');
  const scope = summary.mode === 'full' ? 'complet' : 'de ce qui a changé';
  const lines = [
    `✓ Rapprochement ${scope} : ${count(summary.balCount)} BAL examinées, ` +
      `${count(summary.openCount)} constats ouverts ` +
      `(${count(summary.openedCount)} nouveaux, ${count(summary.changedCount)} modifiés, ` +
      `${count(summary.closedCount)} clos)`,
  ];
  for (const { code, sources } of summary.notEvaluated) {
    lines.push(`  ! ${code} non évalué : source ${sources.join(' ou ')} jamais chargée`);
  }
  return [...lines, ...describeNouveaux(summary.domainesRessemblants)].join('\n');
}

function describeNouveaux({ nouveaux }: Recherche): string[] {
  const reste = nouveaux.length - nouveauxMax;
  return [
    ...nouveaux.slice(0, nouveauxMax).flatMap(decrireUn),
    ...(reste > 0 ? [`  … et ${reste} autres`] : []),
    ...(nouveaux.length > 0
      ? ['  Ces domaines ressemblent aux vôtres : « annuaire-sync domains lookalike ».']
      : []),
  ];
}
