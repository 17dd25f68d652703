// « purge », « purge list | show »: what is at its term goes, and the proof of it (EX_GDT_5070).
import { InvalidArgumentError, type Command } from 'commander';
import { prevoir } from '../conservation/prevoir.js';
import { purger } from '../conservation/purger.js';
import { reverifier } from '../conservation/verifier.js';
import {
  categoriesConservation,
  isCategorie,
  type CategorieConservation,
} from '../domain/conservation.js';
import { AppError } from '../errors.js';
import { findPassage, listComptes, listPassages } from '../store/purge/passage.js';
import { garderPoint } from './audit-points.js';
import { authorOf, print, runReading, runWithProgram, type CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { describePassages, describePreuve, describePrevision } from './purge-result.js';
import { purgeSettings } from './purge-settings.js';
import { acteLocal, tracer } from './tracer.js';
import { programVersion } from './version.js';

type Options = {
  readonly dryRun: boolean;
  readonly accept: boolean;
  readonly categorie?: readonly CategorieConservation[];
};

export function registerPurge(program: Command, context: CommandContext): void {
  const command = program
    .command('purge')
    .description('efface ou rend anonyme ce qui a dépassé sa durée de conservation')
    .option('--dry-run', 'compte ce qui est à terme, ne touche à rien', false)
    .option('--categorie <catégorie...>', `seulement : ${categoriesConservation.join(', ')}`, parse)
    .option(
      '--accept',
      'passe outre la part d’une table et le silence du journal, et garde votre nom',
      false,
    )
    .addHelpText(
      'after',
      `
Les durées sont celles des réglages (conservation.jours) ; docs/conservation.md dit ce que chacune efface. Interrompue ou tuée,
la purge suivante la reprend. Codes de sortie : 0 fait ; 1 une autre purge est en cours ; 3 une garde a dit non, rien n'est changé.

Exemples :
  annuaire-sync purge --dry-run
  annuaire-sync purge --categorie traces appelsApi
  annuaire-sync purge show 12 --verifie                 la preuve, et la même recherche faite à présent`,
    )
    .action(async (options: Options, self: Command) => {
      await runWithProgram(context, self, (open) =>
        options.dryRun ? prevision(context, open, options) : purge(context, open, options),
      );
    });
  registerList(command, context);
  registerShow(command, context);
}

async function prevision(
  context: CommandContext,
  { pool, settings, progress, isJson }: OpenProgram,
  { categorie = [] }: Options,
): Promise<void> {
  const { surroundings } = context;
  const { signal } = surroundings;
  const demande = { reference: surroundings.now(), categories: categorie, signal };
  const found = await prevoir(pool, purgeSettings(settings), demande, progress);
  const json = found.map(({ cible, ...compte }) => ({ ...compte, table: cible?.table }));
  print(context, isJson, { essai: true, cibles: json }, () => describePrevision(found));
}

async function purge(
  context: CommandContext,
  open: OpenProgram,
  { accept, categorie = [] }: Options,
): Promise<void> {
  const { surroundings } = context;
  const { pool, settings, progress, isJson } = open;
  const { poste, correlation } = acteLocal(surroundings);
  const bilan = await tracer(
    { surroundings, pool },
    { action: 'purge', genre: 'programme', requete: { categories: categorie, accept } },
    () =>
      purger(
        pool,
        purgeSettings(settings),
        {
          ...{ now: surroundings.now, categories: categorie, isAccepted: accept },
          auteur: authorOf(surroundings),
          version: programVersion,
          correlation,
          poste,
          signal: surroundings.signal,
        },
        progress,
      ),
    ({ passage, comptes }) => ({
      issue: comptes.some(({ restants }) => (restants ?? 0) > 0) ? 'echec' : 'reussite',
      reponse: {
        passage: passage.id,
        traites: Object.fromEntries(
          comptes.flatMap(({ cible, traites }) => (traites > 0 ? [[cible, traites]] : [])),
        ),
      },
    }),
  );
  if (bilan.comptes.some(({ restants }) => (restants ?? 0) > 0)) context.setExitCode(1);
  print(context, isJson, bilan, () => describePreuve(bilan));
  // Last: a place that cannot be written to must not hide that the purge was done, nor its proof.
  await garderPoint(pool, settings, surroundings.now());
}

function registerList(purges: Command, context: CommandContext): void {
  purges
    .command('list')
    .description('les dernières purges')
    .action(async (_options: unknown, command: Command) => {
      await runReading(context, command, async ({ pool, isJson }) => {
        const found = await listPassages(pool, listMax);
        print(context, isJson, found, () => describePassages(found));
      });
    });
}

const listMax = 50;

function registerShow(purges: Command, context: CommandContext): void {
  purges
    .command('show')
    .description('la preuve d’une purge, à classer ; sans numéro, de la dernière')
    .argument('[numéro]', 'le sien', parseNumero)
    .option('--verifie', 'cherche à nouveau ce qui resterait d’avant ses dates', false)
    .action(async (numero: number | undefined, options: { verifie: boolean }, command: Command) => {
      await runReading(context, command, async ({ pool, isJson }) => {
        const passage =
          numero === undefined ? (await listPassages(pool, 1))[0] : await findPassage(pool, numero);
        if (!passage) {
          throw new AppError(
            'PURGE_INCONNUE',
            numero === undefined
              ? 'Aucune purge n’a encore été faite : « annuaire-sync purge --dry-run » dit ce qu’elle ferait.'
              : `Aucune purge ne porte le numéro ${numero} : « annuaire-sync purge list » donne les dernières.`,
          );
        }
        const bilan = { passage, comptes: await listComptes(pool, passage.id) };
        const revues = options.verifie ? await reverifier(pool, bilan.comptes) : [];
        if (revues.some(({ restants }) => (restants ?? 0) > 0)) context.setExitCode(1);
        const json = options.verifie ? { ...bilan, reverification: revues } : bilan;
        print(context, isJson, json, () => describePreuve(bilan, revues));
      });
    });
}

function parse(
  text: string,
  previous: readonly CategorieConservation[] | undefined,
): readonly CategorieConservation[] {
  if (isCategorie(text)) return [...(previous ?? []), text];
  throw new InvalidArgumentError(`Catégories : ${categoriesConservation.join(', ')}.`);
}

function parseNumero(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/u.test(text) && value >= 1) return value;
  throw new InvalidArgumentError('Nombre entier attendu.');
}
