// « hygiene run | list | show | keep »: inactive BAL and BAL that fill up.
import { InvalidArgumentError, type Command } from 'commander';
import { etatsCas, etatsOuverts, type EtatCas } from '../domain/cycle-inactivite.js';
import { transaction } from '../db/transaction.js';
import { AppError } from '../errors.js';
import { runHygiene } from '../hygiene/run.js';
import { findAvis } from '../store/avis.js';
import { conserverCas } from '../store/cas-inactivite-cloture.js';
import { countCas, listCas, listCasDe } from '../store/cas-inactivite.js';
import { authorOf, print, runWithProgram, type CommandContext, runReading } from './context.js';
import { casJson, describeBilan, describeCas, describeListe } from './hygiene-result.js';
import { hygieneSettings } from './hygiene-settings.js';
import type { OpenProgram } from './program.js';
import { tracer, tracerListe } from './tracer.js';

export function registerHygiene(program: Command, context: CommandContext): void {
  const hygiene = program
    .command('hygiene')
    .description('BAL inactives et quotas : prévenir, attendre, proposer la suppression');
  registerRun(hygiene, context);
  registerList(hygiene, context);
  registerShow(hygiene, context);
  registerKeep(hygiene, context);
}

function registerRun(hygiene: Command, context: CommandContext): void {
  hygiene
    .command('run')
    .description('un passage du cycle : à lancer chaque jour, après « reconcile »')
    .option('--dry-run', 'calcule tout, ne garde rien', false)
    .option(
      '--accept',
      'passe outre les gardes qui le permettent (trop de suppressions, dates perdues), et garde votre nom',
      false,
    )
    .addHelpText(
      'after',
      '\nAucun courriel ne part d’ici : « annuaire-sync notices send » envoie les avis écrits.',
    )
    .action(async (options: { dryRun: boolean; accept: boolean }, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const { surroundings } = context;
        const settings = await hygieneSettings(open.settings, open.pool);
        const run = {
          now: surroundings.now(),
          author: authorOf(surroundings),
          isDryRun: options.dryRun,
          isAccepted: options.accept,
          signal: surroundings.signal,
        };
        const bilan = await tracer(
          { surroundings, pool: open.pool },
          { action: 'hygiene.passage', genre: 'programme', requete: { ...options } },
          () => runHygiene(open.pool, settings, run, open.progress),
          (fait) => ({
            issue: fait.arrets.length > 0 ? 'refus' : 'reussite',
            reponse: { ...fait },
          }),
        );
        const json = { essai: options.dryRun, ...bilan };
        print(context, open.isJson, json, () => describeBilan(bilan, options.dryRun));
        if (bilan.arrets.length > 0) context.setExitCode(3);
      });
    });
}

type ListOptions = {
  readonly etat?: readonly EtatCas[];
  readonly domaine?: string;
  readonly max: number;
};

function registerList(hygiene: Command, context: CommandContext): void {
  hygiene
    .command('list')
    .description('les cas d’inactivité, par échéance ; sans --etat, ceux qui sont ouverts')
    .option('--etat <etat...>', etatsCas.join(', '), parseEtat)
    .option('--domaine <domaine>', 'un domaine seulement')
    .option('--max <n>', 'cas montrés au plus', parseMax, 200)
    .action(async ({ etat, domaine, max }: ListOptions, command: Command) => {
      await runReading(context, command, async ({ pool, isJson }) => {
        const nom = domaine?.trim().toLowerCase();
        const comptes = await countCas(pool, nom);
        const choix = { etats: etat ?? etatsOuverts, domaine: nom };
        const found = await tracerListe(
          { ...context, pool },
          { liste: 'hygiene', ...choix, max },
          () => listCas(pool, choix, max),
          ({ length }) => length,
        );
        const json = { comptes: Object.fromEntries(comptes), cas: found.map(casJson) };
        print(context, isJson, json, () => describeListe(comptes, found));
      });
    });
}

// One a year at most: a longer history has nothing to teach.
const occasionsMax = 20;

function registerShow(hygiene: Command, context: CommandContext): void {
  hygiene
    .command('show')
    .description('l’histoire d’une BAL : chaque cas, ses dates, ses avis')
    .argument('<adresse>', 'adresse de la BAL', parseAdresse)
    .action(async (adresse: string, _options: unknown, command: Command) => {
      await runReading(context, command, async ({ pool, isJson }) => {
        const found = await listCasDe(pool, adresse, occasionsMax);
        if (found.length === 0) throw noCase(adresse);
        const avis = await findAvis(
          pool,
          found.flatMap(({ avisCles, rappelCles }) => [...avisCles, ...rappelCles]),
        );
        const parCle = new Map(avis.map((one) => [one.cle, one]));
        const histoire = found.map((cas) => ({
          cas,
          avis: [...cas.avisCles, ...cas.rappelCles].flatMap((cle) => parCle.get(cle) ?? []),
        }));
        const json = histoire.map((one) => ({ ...casJson(one.cas), avis: one.avis }));
        print(context, isJson, json, () => describeCas(adresse, histoire));
      });
    });
}

function registerKeep(hygiene: Command, context: CommandContext): void {
  hygiene
    .command('keep')
    .description('garde une BAL inactive jusqu’à la prochaine limite, et retient pourquoi')
    .argument('<adresse>', 'adresse de la BAL', parseAdresse)
    .requiredOption('--motif <raison>', 'pourquoi ; gardé avec votre nom', parseMotif)
    .action(async (adresse: string, { motif }: { motif: string }, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const kept = await tracer(
          { ...context, pool: open.pool },
          {
            action: 'hygiene.conservation',
            objets: [{ genre: 'bal', id: adresse }],
            requete: { motif },
          },
          () => keep(context, open, adresse, motif),
          ({ id, conserveeJusqua }) => ({
            objets: [{ genre: 'cas', id: String(id) }],
            reponse: { conserveeJusqua },
          }),
        );
        print(context, open.isJson, casJson(kept), () =>
          describeCas(adresse, [{ cas: kept, avis: [] }]),
        );
      });
    });
}

async function keep(
  { surroundings }: CommandContext,
  { pool, settings }: OpenProgram,
  adresse: string,
  motif: string,
): Promise<Awaited<ReturnType<typeof listCasDe>>[number]> {
  return transaction(pool, async (client) => {
    const [dernier] = await listCasDe(client, adresse, 1);
    const isKept =
      dernier !== undefined &&
      (await conserverCas(client, dernier.id, {
        now: surroundings.now(),
        limiteJours: settings.reconcile.inactiviteJours,
        cause: 'administrateur',
        auteur: authorOf(surroundings),
        motif,
      }));
    const [kept] = isKept ? await listCasDe(client, adresse, 1) : [];
    if (!kept) throw noCase(adresse);
    return kept;
  });
}

function noCase(adresse: string): AppError {
  return new AppError(
    'CAS_INCONNU',
    `Aucun cas d’inactivité ouvert pour ${adresse} : voyez « annuaire-sync hygiene list ».`,
  );
}

function parseEtat(text: string, previous: readonly EtatCas[] | undefined): readonly EtatCas[] {
  const found = etatsCas.find((etat) => etat === text.trim().toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`États : ${etatsCas.join(', ')}.`);
  return [...(previous ?? []), found];
}

function parseMax(text: string): number {
  const value = Number(text);
  if (/^\d{1,6}$/u.test(text) && value >= 1 && value <= 100_000) return value;
  throw new InvalidArgumentError('Nombre entier attendu, de 1 à 100 000.');
}

function parseAdresse(text: string): string {
  const adresse = text.trim().toLowerCase();
  if (adresse.length <= 320 && /^[^@\s]+@[^@\s]+$/u.test(adresse)) return adresse;
  throw new InvalidArgumentError('Adresse de BAL attendue.');
}

function parseMotif(text: string): string {
  const motif = text.trim();
  if (motif.length >= 3 && motif.length <= 1_000) return motif;
  throw new InvalidArgumentError('Une raison de 3 à 1 000 caractères est attendue.');
}
