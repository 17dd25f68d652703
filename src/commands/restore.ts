// « restore »: a backup in the place of the private base; and what any restoration asks for before anything is sent again.
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { findLastMigration } from '../db/migrate.js';
import { transaction } from '../db/transaction.js';
import { AppError, UsageError } from '../errors.js';
import { silentProgress } from '../progress.js';
import { restaurer } from '../sauvegarde/restaurer.js';
import { leverRestauration, noterRestauration, type EtatRestaure } from '../store/restauration.js';
import { describeRestauration, describeSuites } from './backup-result.js';
import { authorOf, globalOptions, print, runWithSettings, type CommandContext } from './context.js';
import { terminalProgress } from './terminal-progress.js';
import { tracer } from './tracer.js';

type Options = {
  readonly remplacer: boolean;
  readonly malgreJournal: boolean;
  readonly declarer?: Date;
  readonly lever?: string;
};

type Run = {
  readonly context: CommandContext;
  readonly settings: Settings;
  readonly isJson: boolean;
};

export function registerRestore(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .description(
      'remet une sauvegarde en service, et retient les envois le temps de se remettre à jour',
    )
    .argument('[sauvegarde]', 'dossier « annuaire-sync-… » fait par « backup »')
    .option('--remplacer', 'met de côté la base qui existe, sans l’effacer', false)
    .option(
      '--malgre-journal',
      'restaure aussi une sauvegarde dont le journal des actions est atteint',
      false,
    )
    .option(
      '--declarer <date>',
      'avec database.url : la base vient d’être restaurée par ses outils, dans son état de cette date',
      parseDate,
    )
    .option(
      '--lever <raison>',
      'laisse repartir les envois sans attendre, sous votre responsabilité',
    )
    .addHelpText(
      'after',
      `
Arrêtez d'abord tous les programmes annuaire-sync de cette machine. La sauvegarde est restaurée à côté, démarrée et vérifiée, journal
des actions compris ; elle ne prend la place de la base qu'à la fin, d'un coup. Interrompue, refusée ou tuée, la commande laisse la base qui existait.

Exemples :
  annuaire-sync restore /srv/sauvegardes/annuaire-sync-20261123T020000Z --remplacer
  annuaire-sync restore --declarer 2026-11-23T02:00:00+01:00`,
    )
    .action(async (sauvegarde: string | undefined, options: Options, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      const run = { context, settings, isJson: json };
      const chosen = [sauvegarde, options.declarer, options.lever].filter(
        (one) => one !== undefined,
      );
      if (chosen.length !== 1) {
        throw new UsageError(
          'USAGE',
          'Indiquez une sauvegarde, ou --declarer, ou --lever : une des trois.',
        );
      }
      if (sauvegarde !== undefined) await restore(run, sauvegarde, options);
      else if (options.declarer !== undefined) await declare(run, options.declarer);
      else await release(run, options.lever ?? '');
    });
}

async function restore(
  run: Run,
  chemin: string,
  { remplacer, malgreJournal }: Options,
): Promise<void> {
  const { context, settings, isJson } = run;
  const { surroundings } = context;
  if (settings.database.url !== undefined) {
    throw new UsageError(
      'RESTAURATION_BASE_EXTERNE',
      `« database.url » désigne votre propre PostgreSQL : restaurez-le avec ses outils, puis « restore --declarer DATE ». Pour passer ` +
        `d'une base privée à la vôtre, voyez docs/sauvegarde.md.`,
    );
  }
  const date = surroundings.now().toISOString().slice(0, 19).replace(/[-:]/gu, '');
  let etat: EtatRestaure = { operationsEnFile: 0, avisEnFile: 0, sessionsFermees: 0 };
  const faite = await restaurer(
    resolve(chemin),
    {
      dataDir: settings.dataDir,
      schemaMax: (await findLastMigration()).numero,
      progress: isJson ? silentProgress : terminalProgress(surroundings.err),
      signal: surroundings.signal,
      malgreJournal,
      ecartee: remplacer ? `postgres.avant-${date}Z` : undefined,
    },
    async (pool, { sauvegarde: { dossier, manifeste } }) => {
      etat = await note(run, pool, new Date(manifeste.commenceeLe), { sauvegarde: dossier });
    },
  );
  const { ancienne, migrations, journal } = faite;
  print(
    context,
    isJson,
    {
      sauvegarde: faite.sauvegarde.dossier,
      etatDu: faite.sauvegarde.manifeste.commenceeLe,
      ancienne,
      migrations,
      journalIntact: journal.estIntacte,
      ...etat,
    },
    () => describeRestauration(faite, etat),
  );
}

async function declare(run: Run, sauvegardeDu: Date): Promise<void> {
  const { context, settings, isJson } = run;
  if (sauvegardeDu > context.surroundings.now()) {
    throw new UsageError(
      'DATE_FUTURE',
      'La date de la sauvegarde restaurée est à venir : corrigez-la.',
    );
  }
  await runWithSettings(context, settings, isJson, async ({ pool }) => {
    const etat = await note(run, pool, sauvegardeDu, { declaree: true });
    print(context, isJson, { etatDu: sauvegardeDu.toISOString(), ...etat }, () =>
      describeSuites(etat).trimStart(),
    );
  });
}

function note(
  { context }: Run,
  pool: Parameters<typeof transaction>[0],
  sauvegardeDu: Date,
  requete: Readonly<Record<string, unknown>>,
): Promise<EtatRestaure> {
  const { surroundings } = context;
  return tracer(
    { surroundings, pool },
    { action: 'restauration', requete: { ...requete, etatDu: sauvegardeDu.toISOString() } },
    () =>
      transaction(pool, (client) =>
        noterRestauration(client, {
          sauvegardeDu,
          restaureeLe: surroundings.now(),
          auteur: authorOf(surroundings),
        }),
      ),
    (etat) => ({ reponse: etat }),
  );
}

async function release({ context, settings, isJson }: Run, raison: string): Promise<void> {
  const { surroundings } = context;
  if (raison.trim().length < 5 || raison.length > 2_000) {
    throw new UsageError(
      'RAISON',
      'Dites pourquoi, en 5 à 2 000 caractères : cette raison est gardée.',
    );
  }
  await runWithSettings(context, settings, isJson, async ({ pool }) => {
    await tracer(
      { surroundings, pool },
      { action: 'restauration.levee', requete: { raison } },
      async () => {
        if (await leverRestauration(pool, surroundings.now(), authorOf(surroundings), raison))
          return;
        throw new AppError('RIEN_A_LEVER', 'Aucune restauration ne retient les envois.');
      },
      () => ({}),
    );
    print(
      context,
      isJson,
      { levee: true },
      () => '✓ Les envois ne sont plus retenus par la restauration.',
    );
  });
}

function parseDate(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}([T ].*)?$/u.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Date attendue : AAAA-MM-JJ, ou AAAA-MM-JJTHH:MM:SS+01:00.');
}
