// « comptes »: who signs in to the console with a local account.
import { InvalidArgumentError, type Command } from 'commander';
import type { Pool } from '../db/pool.js';
import { parseNomCompte } from '../domain/nom-compte.js';
import { isRole, roles, type Role } from '../domain/role.js';
import type { ActionTracee } from '../domain/trace.js';
import { disableCompte, enableCompte, listComptes, setRole, type Compte } from '../store/compte.js';
import { forgiveEssais } from '../store/essai-connexion.js';
import { clesDuCompte } from '../web/compte/connexion-locale.js';
import { compteInconnu } from './comptes-faults.js';
import { ouvrir } from './comptes-ouverture.js';
import { compteJson, describeComptes } from './comptes-result.js';
import { tracerCompte } from './comptes-trace.js';
import { authorOf, print, runWithProgram, type CommandContext, runReading } from './context.js';
import type { OpenProgram } from './program.js';

export function registerComptes(program: Command, context: CommandContext): void {
  const comptes = program
    .command('comptes')
    .description('comptes locaux de la console : les créer, les lister, les désactiver');
  registerOuvertures(comptes, context);
  registerList(comptes, context);
  registerChange(comptes, context, {
    name: 'disable',
    action: 'compte.desactivation',
    description: 'désactive un compte : ses sessions prennent fin à leur prochaine page',
    change: ({ pool }, nom, { par, now }) => disableCompte(pool, nom, par, now),
    done: ({ nom }) => `Compte « ${nom} » désactivé ; ses sessions sont terminées.`,
  });
  registerChange(comptes, context, {
    name: 'enable',
    action: 'compte.reactivation',
    description: 'réactive un compte désactivé, et lève l’attente due à des essais manqués',
    change: ({ pool }, nom) => reactivate(pool, nom),
    done: ({ nom }) => `Compte « ${nom} » actif.`,
  });
  comptes
    .command('role')
    .description('change le rôle d’un compte : il doit se connecter à nouveau')
    .argument('<nom>', 'nom du compte', parseNom)
    .argument('<role>', roles.join(', '), parseRole)
    .action((nom: string, role: Role, _options: unknown, command: Command) =>
      runWithProgram(context, command, async (open) => {
        const trace = { action: 'compte.role', nom, requete: { role } } as const;
        const compte = await tracerCompte(context, open.pool, trace, async () =>
          found(await setRole(open.pool, nom, role), nom),
        );
        print(context, open.isJson, compteJson(compte), () => `Compte « ${nom} » : ${role}.`);
      }),
    );
}

type OuvertureOptions = { readonly role?: Role; readonly activation: boolean };

function registerOuvertures(comptes: Command, context: CommandContext): void {
  const activation: [string, string, boolean] = [
    '--activation',
    'donne un lien de première activation, à usage unique, au lieu de demander un mot de passe',
    false,
  ];
  const run = (nom: string, { role, activation }: OuvertureOptions, command: Command) =>
    runWithProgram(context, command, (open) =>
      ouvrir(context, open, { nom, role, veutActivation: activation, input: process.stdin }),
    );
  comptes
    .command('create')
    .description('crée un compte, son mot de passe et son second facteur')
    .argument('<nom>', 'nom de connexion, par exemple « m.durand »', parseNom)
    .requiredOption('--role <role>', roles.join(', '), parseRole)
    .option(...activation)
    .addHelpText(
      'after',
      '\nSur un terminal, le mot de passe est demandé deux fois et le secret du second facteur est montré en code QR.' +
        '\nSans terminal, ou avec --activation, un lien à usage unique est écrit une seule fois : remettez-le à la personne.',
    )
    .action(run);
  comptes
    .command('reset')
    .description('recommence le mot de passe et le second facteur d’un compte')
    .argument('<nom>', 'nom du compte', parseNom)
    .option(...activation)
    .action(run);
}

function registerList(comptes: Command, context: CommandContext): void {
  comptes
    .command('list')
    .description('les comptes, leur rôle, leur état et leur dernière connexion')
    .action((_options: unknown, command: Command) =>
      runReading(context, command, async (open) => {
        const all = await listComptes(open.pool);
        print(context, open.isJson, all.map(compteJson), () =>
          describeComptes(all, context.surroundings.now()),
        );
      }),
    );
}

type Change = {
  readonly name: string;
  readonly action: ActionTracee;
  readonly description: string;
  readonly change: (
    open: OpenProgram,
    nom: string,
    by: { readonly par: string; readonly now: Date },
  ) => Promise<Compte | undefined>;
  readonly done: (compte: Compte) => string;
};

function registerChange(comptes: Command, context: CommandContext, what: Change): void {
  comptes
    .command(what.name)
    .description(what.description)
    .argument('<nom>', 'nom du compte', parseNom)
    .action((nom: string, _options: unknown, command: Command) =>
      runWithProgram(context, command, async (open) => {
        const { surroundings } = context;
        const by = { par: authorOf(surroundings), now: surroundings.now() };
        const { action } = what;
        const compte = await tracerCompte(context, open.pool, { action, nom }, async () =>
          found(await what.change(open, nom, by), nom),
        );
        print(context, open.isJson, compteJson(compte), () => what.done(compte));
      }),
    );
}

async function reactivate(pool: Pool, nom: string): Promise<Compte | undefined> {
  const compte = await enableCompte(pool, nom);
  for (const cle of compte ? clesDuCompte(compte) : []) await forgiveEssais(pool, cle);
  return compte;
}

function found(compte: Compte | undefined, nom: string): Compte {
  if (compte) return compte;
  throw compteInconnu(nom);
}

function parseNom(text: string): string {
  const nom = parseNomCompte(text);
  if (nom !== undefined) return nom;
  throw new InvalidArgumentError(
    'De 2 à 64 lettres sans accent, chiffres, « . », « _ », « - » ou « @ », commençant par une lettre ou un chiffre.',
  );
}

function parseRole(text: string): Role {
  const role = text.trim().toLowerCase();
  if (isRole(role)) return role;
  throw new InvalidArgumentError(`Rôles : ${roles.join(', ')}.`);
}
