// « migrate »: brings the schema up to date, and gives the audit trail an owner that is not the program.
import { InvalidArgumentError, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { openEngine, type Engine } from '../db/engine.js';
import { migrate } from '../db/migrate.js';
import { createPool, type Pool } from '../db/pool.js';
import { assertSchema, findReadOnlyCause, refuseWriting } from '../db/read-only.js';
import { accorderRoles, findRoles, listFailles, nommerRoles, type Roles } from '../db/roles.js';
import { globalOptions, print, type CommandContext } from './context.js';
import { tracer } from './tracer.js';

type Options = { readonly roles: boolean; readonly prefixe: string; readonly url?: string };

export function registerMigrate(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('met le schéma de la base à jour, et sépare les droits')
    .option(
      '--roles',
      'crée les rôles et accorde les droits : le programme ne peut plus qu’ajouter au journal',
      false,
    )
    .option('--prefixe <nom>', 'premiers mots des noms des rôles', parsePrefixe, 'annuaire')
    .option('--url <adresse>', 'compte d’administration, au lieu de « database.url »')
    .addHelpText(
      'after',
      `
Avec --roles, à lancer avec un compte d'administration (--url, ou la variable ANNUAIRE_SYNC_MIGRATION_URL) :
  annuaire_journal      propriétaire du journal ; personne ne s'y connecte
  annuaire_application  propriétaire du reste ; à accorder au compte de « database.url »
  annuaire_lecture      lecture seule, sans secret ; pour les nœuds de consultation
Une fois les rôles accordés, « annuaire-sync migrate » les tient à jour à chaque nouvelle version.`,
    )
    .action((options: Options, command: Command) => run(context, options, command));
}

export type Migration = {
  readonly appliquees: readonly string[];
  readonly roles: Roles | undefined;
  readonly avertissements: readonly string[];
};

async function run(context: CommandContext, options: Options, command: Command): Promise<void> {
  const { config, json } = globalOptions(command);
  const { surroundings } = context;
  const settings = loadSettings(config, surroundings.env);
  const url = options.url ?? surroundings.env['ANNUAIRE_SYNC_MIGRATION_URL'];
  const engine = await openEngine(
    { url: url ?? settings.database.url, dataDir: settings.dataDir },
    (message) => {
      if (!json) surroundings.err.write(`${message}\n`);
    },
  );
  try {
    const pool = openPool(engine);
    try {
      await refuseReadOnly(pool, settings, options);
      const appliquees = await migrate(pool);
      const roles = options.roles ? nommerRoles(options.prefixe) : await findRoles(pool);
      if (roles && (options.roles || appliquees.length > 0)) {
        await tracer(
          { surroundings, pool },
          { action: 'base.droits', requete: { ...roles, migrations: appliquees } },
          () => accorderRoles(pool, roles),
          () => ({}),
        );
      }
      const avertissements = await warnings(pool, engine, roles);
      const done: Migration = { appliquees, roles, avertissements };
      print(context, json, done, () => describe(done));
    } finally {
      await pool.end();
    }
  } finally {
    await engine.close();
  }
}

/** Before anything is tried. A base that lacks nothing is no fault: a script may call this on every node. */
async function refuseReadOnly(
  pool: Pool,
  { database: { lectureSeule, noeudPrincipal } }: Settings,
  { roles }: Options,
): Promise<void> {
  const cause = await findReadOnlyCause(pool, lectureSeule);
  // An account that may not write rows may still own the tables: the server decides.
  if (cause === undefined || cause === 'account') return;
  if (roles) throw refuseWriting(cause, noeudPrincipal, '« migrate --roles »');
  await assertSchema(pool);
}

function openPool({ connectionString }: Engine): Pool {
  return createPool(
    {
      connectionString,
      max: 2,
      statementTimeoutMs: 0,
      applicationName: 'annuaire-sante-sync migrate',
    },
    () => undefined,
  );
}

async function warnings(
  pool: Pool,
  { isEmbedded }: Engine,
  roles: Roles | undefined,
): Promise<string[]> {
  if (isEmbedded) {
    return [
      'La base privée n’a qu’un compte, qui l’administre : ses déclencheurs refusent de changer le journal, mais ce compte peut les ' +
        'retirer. Pour un journal que le programme ne peut pas changer, donnez-lui votre PostgreSQL (docs/journal.md).',
    ];
  }
  return roles ? listFailles(pool, roles) : [];
}

function describe({ appliquees, roles, avertissements }: Migration): string {
  return [
    appliquees.length === 0
      ? '✓ Le schéma est à jour.'
      : `✓ ${appliquees.length} migrations appliquées : ${appliquees.join(', ')}.`,
    ...(roles
      ? [
          `✓ Droits accordés. Pour le compte du programme : grant ${roles.application} to COMPTE;`,
          `  Pour un nœud de consultation : grant ${roles.lecture} to COMPTE;`,
        ]
      : []),
    ...avertissements.map((text) => `! ${text}`),
  ].join('\n');
}

function parsePrefixe(text: string): string {
  if (/^[a-z][a-z0-9_]{0,40}$/u.test(text)) return text;
  throw new InvalidArgumentError('De 1 à 41 lettres minuscules, chiffres ou soulignés attendus.');
}
