// « backup »: the private base, saved while the program works.
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { hasBase } from '../db/embedded/restored-cluster.js';
import { openEngine, type Engine } from '../db/engine.js';
import { findLastMigration } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import type { ActionTracee, ContenuTrace } from '../domain/trace.js';
import { UsageError } from '../errors.js';
import { silentProgress, type Progress } from '../progress.js';
import { lireDerniere, noterDerniere } from '../sauvegarde/dernier.js';
import { supprimerAnciennes, type Sauvegarde } from '../sauvegarde/dossier.js';
import { verifierSauvegarde, type Controle } from '../sauvegarde/restaurer.js';
import { sauvegarder, type SauvegardeFaite } from '../sauvegarde/sauvegarder.js';
import { findEtatBase } from '../store/etat-base.js';
import { adviceForExternalBase } from './backup-external.js';
import { describeBackup, describeControle, describeSupprimees } from './backup-result.js';
import { collectReglages } from './backup-settings.js';
import { globalOptions, print, type CommandContext } from './context.js';
import { terminalProgress } from './terminal-progress.js';
import { tracer } from './tracer.js';
import { programVersion } from './version.js';

type Options = {
  readonly vers?: string;
  readonly garder?: number;
  readonly avecReglages?: boolean;
  readonly debitMax?: number;
  readonly verifier?: string | true;
};

export function registerBackup(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .description('sauvegarde la base privée pendant que le programme travaille')
    .option('--vers <dossier>', 'où l’écrire (par défaut sauvegarde.dossier)')
    .option('--garder <n>', 'sauvegardes gardées dans ce dossier (sauvegarde.garder)', parseGarder)
    .option('--avec-reglages', 'emporte les réglages, et les clés et secrets qu’ils nomment')
    .option('--debit-max <Mo/s>', 'lecture au plus (sauvegarde.debitMaxMo)', parseDebit)
    .option(
      '--verifier [sauvegarde]',
      'la restaure à côté, la démarre, relit le journal ; sans nom : celle qui vient d’être faite',
    )
    .addHelpText(
      'after',
      `
Une sauvegarde est un dossier « annuaire-sync-AAAAMMJJTHHMMSSZ » : base.tar.gz, la liste de ses fichiers, manifeste.json. Elle contient
tout ce que sait la base, données personnelles comprises : gardez-la comme elle. Pour la rendre : annuaire-sync restore DOSSIER.

Exemples :
  annuaire-sync backup --vers /srv/sauvegardes --garder 14 --verifier
  annuaire-sync backup --verifier /srv/sauvegardes/annuaire-sync-20261123T020000Z`,
    )
    .action(async (options: Options, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      const run = { context, settings, options, isJson: json };
      if (typeof options.verifier === 'string') await verifyOnly(run, options.verifier);
      else await backUp(run);
    });
}

type Run = {
  readonly context: CommandContext;
  readonly settings: Settings;
  readonly options: Options;
  readonly isJson: boolean;
};

async function backUp(run: Run): Promise<void> {
  const { settings, options, isJson, context } = run;
  if (settings.database.url !== undefined) {
    throw new UsageError('SAUVEGARDE_BASE_EXTERNE', adviceForExternalBase(settings.database.url));
  }
  await withBase(run, async (engine, pool) => {
    const faite = await traced(
      run,
      pool,
      'sauvegarde',
      async () => {
        const sauvegarde = await doBackUp(run, engine, pool);
        return { ...sauvegarde, supprimees: options.verifier ? [] : await rotate(run, sauvegarde) };
      },
      resultOf,
    );
    await noterDerniere(settings.dataDir, {
      finieLe: faite.manifeste.finieLe,
      octets: faite.octets,
      fichier: faite.dossier,
    });
    // The earlier ones stay until this one has brought its base back.
    const controle = options.verifier
      ? await verify(run, pool, faite.dossier, (sound) => rotate(run, sound))
      : undefined;
    const { supprimees } = controle ?? faite;
    print(context, isJson, { ...resultOf(faite), ...(controle && controleJson(controle)) }, () =>
      [
        describeBackup(faite),
        ...(controle ? [describeControle(controle)] : []),
        ...describeSupprimees(supprimees),
      ].join('\n'),
    );
  });
}

function rotate(
  { settings, options }: Run,
  { dossier, manifeste }: Sauvegarde,
): Promise<readonly string[]> {
  const garder = options.garder ?? settings.sauvegarde.garder;
  return supprimerAnciennes(dirname(dossier), manifeste.postgresql.systeme, garder);
}

/** On a machine that has no base there is no journal to write to. */
async function verifyOnly(run: Run, chemin: string): Promise<void> {
  const { settings, isJson, context } = run;
  const isTraced = settings.database.url === undefined && (await hasBase(settings.dataDir));
  const controle = isTraced
    ? await withBase(run, (_engine, pool) => verify(run, pool, chemin))
    : await verify(run, undefined, chemin);
  print(context, isJson, controleJson(controle), () => describeControle(controle));
}

type Verifiee = Controle & { readonly supprimees: readonly string[] };

/** `siBonne` deletes what a sound backup makes useless. */
async function verify(
  run: Run,
  pool: Pool | undefined,
  chemin: string,
  siBonne?: (sauvegarde: Sauvegarde) => Promise<readonly string[]>,
): Promise<Verifiee> {
  const { context, settings } = run;
  const work = async (): Promise<Verifiee> => {
    const controle = await verifierSauvegarde(resolve(chemin), {
      dataDir: settings.dataDir,
      schemaMax: (await findLastMigration()).numero,
      progress: progressOf(run),
      signal: context.surroundings.signal,
    });
    const { sauvegarde, journal } = controle;
    const supprimees = journal.estIntacte ? await siBonne?.(sauvegarde) : undefined;
    return { ...controle, supprimees: supprimees ?? [] };
  };
  const controle = pool
    ? await traced(run, pool, 'sauvegarde.verification', work, controleJson)
    : await work();
  if (!controle.journal.estIntacte) context.setExitCode(1);
  else await noteVerified(run, controle);
  return controle;
}

async function noteVerified({ context, settings }: Run, { sauvegarde }: Controle): Promise<void> {
  const derniere = await lireDerniere(settings.dataDir);
  if (derniere?.fichier !== sauvegarde.dossier) return;
  const verifieeLe = context.surroundings.now().toISOString();
  await noterDerniere(settings.dataDir, { ...derniere, verifieeLe });
}

async function doBackUp(run: Run, engine: Engine, pool: Pool): Promise<SauvegardeFaite> {
  const { settings, options, context } = run;
  const { sauvegarde } = settings;
  const avecReglages = options.avecReglages ?? sauvegarde.avecReglages;
  const debitMaxMo = options.debitMax ?? sauvegarde.debitMaxMo;
  const { fichiers, secrets } = await collectReglages(settings, avecReglages);
  return sauvegarder(
    { pool, connectionString: engine.connectionString },
    {
      dossier: resolve(options.vers ?? sauvegarde.dossier),
      programme: programVersion,
      reglages: fichiers,
      secrets,
      debitKilooctets: debitMaxMo === undefined ? undefined : Math.round(debitMaxMo * 1_000),
      now: context.surroundings.now,
      progress: progressOf(run),
      signal: context.surroundings.signal,
    },
  );
}

/** Without the migrations of this program: before an upgrade, what is saved is the base as it is. */
async function withBase<T>(
  { context, settings, isJson }: Run,
  work: (engine: Engine, pool: Pool) => Promise<T>,
): Promise<T> {
  const report = (message: string): void => {
    if (!isJson) context.surroundings.err.write(`${message}\n`);
  };
  const engine = await openEngine({ dataDir: settings.dataDir }, report);
  try {
    const pool = createPool(
      {
        connectionString: engine.connectionString,
        max: 4,
        statementTimeoutMs: settings.database.requeteMaxSecondes * 1_000,
        applicationName: 'annuaire-sante-sync backup',
      },
      () => undefined,
    );
    try {
      return await work(engine, pool);
    } finally {
      await pool.end();
    }
  } finally {
    await engine.close();
  }
}

/** On an older schema the journal may not be there, or not as this program writes it. */
async function traced<T>(
  { context, isJson }: Run,
  pool: Pool,
  action: ActionTracee,
  work: () => Promise<T>,
  reponseOf: (result: T) => ContenuTrace,
): Promise<T> {
  const [etat, last] = await Promise.all([findEtatBase(pool), findLastMigration()]);
  if (etat?.schema.numero === last.numero) {
    const acting = { ...context, pool };
    return tracer(acting, { action, genre: 'programme' }, work, (result) => ({
      reponse: reponseOf(result),
    }));
  }
  if (etat && !isJson) {
    context.surroundings.err.write(
      `La base est à la migration ${etat.schema.nom} : elle est prise telle quelle, sans trace au journal.\n`,
    );
  }
  return work();
}

function resultOf({
  dossier,
  octets,
  supprimees,
  manifeste,
}: SauvegardeFaite & { readonly supprimees: readonly string[] }): ContenuTrace {
  const { commenceeLe, finieLe, comptes } = manifeste;
  return { sauvegarde: dossier, octets, commenceeLe, finieLe, comptes, supprimees };
}

function controleJson({
  sauvegarde,
  etat,
  migrations,
  journal,
  supprimees,
}: Verifiee): ContenuTrace {
  return {
    verifiee: sauvegarde.dossier,
    schema: etat.schema.nom,
    migrations,
    comptes: etat.comptes,
    journal: { estIntacte: journal.estIntacte, traces: journal.tracesCount },
    supprimees,
  };
}

function progressOf({ context, isJson }: Run): Progress {
  return isJson ? silentProgress : terminalProgress(context.surroundings.err);
}

function parseGarder(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/u.test(text) && value >= 1 && value <= 400) return value;
  throw new InvalidArgumentError(
    'Nombre entier attendu, de 1 à 400 : la dernière bonne reste toujours.',
  );
}

function parseDebit(text: string): number {
  const value = Number(text.replace(',', '.'));
  if (value >= 0.1 && value <= 1_000) return value;
  throw new InvalidArgumentError('Nombre de Mo par seconde attendu, de 0,1 à 1000.');
}
