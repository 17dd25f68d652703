// `api-key`: who may call the API. A key is shown once, when it is made.
import { InvalidArgumentError, type Command } from 'commander';
import { isPortee, portees, type Portee } from '../domain/portee.js';
import { AppError, UsageError } from '../errors.js';
import { insertApiKey, listApiKeys, revokeApiKey, type ApiKey } from '../store/api-key.js';
import { createKey, hashKey } from '../web/api/key.js';
import { authorOf, print, runWithProgram, type CommandContext, runReading } from './context.js';
import type { OpenProgram } from './program.js';
import { formatDate } from './format-date.js';
import { tracer } from './tracer.js';

type CreateOptions = {
  readonly portees: readonly Portee[];
  readonly jours?: number;
  readonly debit?: number;
  readonly sources?: readonly string[];
};

export function registerApiKey(program: Command, context: CommandContext): void {
  const apiKey = program
    .command('api-key')
    .description('clés de l’API : en créer, en révoquer, les lister');
  apiKey
    .command('create')
    .description('crée une clé et la montre, une seule fois')
    .argument('<nom>', 'qui s’en servira, par exemple « plateforme »')
    .option(
      '--portees <portees>',
      `séparées par des virgules : ${portees.join(', ')}`,
      parsePortees,
      ['verification'],
    )
    .option('--jours <n>', 'durée de validité (sans elle, jusqu’à révocation)', parseWhole(3_650))
    .option(
      '--debit <n>',
      'demandes par seconde (sans lui, celui des réglages)',
      parseWhole(100_000),
    )
    .option(
      '--sources <noms>',
      'sources d’inventaire que la portée « inventaire » permet de remplir, séparées par des virgules (sans elle, toutes)',
      parseSources,
    )
    .action((nom: string, options: CreateOptions, command: Command) =>
      runWithProgram(context, command, (open) => create(context, open, nom, options)),
    );
  apiKey
    .command('revoke')
    .description('révoque une clé : dès son prochain appel, elle est refusée')
    .argument('<clé>', 'son nom ou son numéro')
    .action((name: string, _options: unknown, command: Command) =>
      runWithProgram(context, command, (open) => revoke(context, open, name)),
    );
  apiKey
    .command('list')
    .description('les clés, en vigueur ou non, et leur dernier emploi')
    .action((_options: unknown, command: Command) =>
      runReading(context, command, async (open) => {
        const keys = await listApiKeys(open.pool);
        print(context, open.isJson, keys, () => describeKeys(keys, context.surroundings.now()));
      }),
    );
}

async function create(
  context: CommandContext,
  open: OpenProgram,
  nomDonne: string,
  { portees: wanted, jours, debit, sources }: CreateOptions,
): Promise<void> {
  if (sources && !wanted.includes('inventaire')) {
    throw new UsageError(
      'SOURCES_SANS_PORTEE',
      'L’option --sources ne vaut que pour la portée « inventaire » : ajoutez-la à --portees.',
    );
  }
  const nom = nomDonne.trim();
  if (!/^[^\p{C}]{1,100}$/u.test(nom) || /^\d+$/u.test(nom)) {
    throw new UsageError(
      'NOM_DE_CLE',
      'Le nom d’une clé a de 1 à 100 caractères, et n’est pas un nombre.',
    );
  }
  const cle = createKey();
  const empreinte = hashKey(cle);
  if (!empreinte) throw new Error('a key just made has not its own shape');
  const now = context.surroundings.now();
  const key = await traced(
    context,
    open,
    'cle-api.creation',
    { nom, portees: wanted },
    async () => {
      const inserted = await insertApiKey(open.pool, {
        nom,
        empreinte,
        portees: wanted,
        requetesParSeconde: debit,
        sourcesInventaire: sources,
        createdAt: now,
        createdBy: authorOf(context.surroundings),
        expiresAt: jours === undefined ? undefined : new Date(now.getTime() + jours * 86_400_000),
      });
      if (inserted) return inserted;
      throw new AppError(
        'NOM_DE_CLE_PRIS',
        `Une clé en vigueur s’appelle déjà « ${nom} » : révoquez-la, ou prenez un autre nom.`,
      );
    },
  );
  print(
    context,
    open.isJson,
    { ...key, cle },
    () =>
      `${cle}\n  clé n° ${key.id} « ${nom} » (${key.portees.join(', ')}). Notez-la : elle ne sera plus montrée.`,
  );
}

async function revoke(context: CommandContext, open: OpenProgram, name: string): Promise<void> {
  const { surroundings } = context;
  const key = await traced(context, open, 'cle-api.revocation', { nom: name }, async () => {
    const revoked = await revokeApiKey(open.pool, name, authorOf(surroundings), surroundings.now());
    if (revoked) return revoked;
    throw new AppError(
      'CLE_INCONNUE',
      `Aucune clé en vigueur ne s’appelle « ${name} » : voyez « annuaire-sync api-key list ».`,
    );
  });
  print(context, open.isJson, key, () => `Clé n° ${key.id} « ${key.nom} » révoquée.`);
}

function traced(
  { surroundings }: CommandContext,
  { pool }: OpenProgram,
  action: 'cle-api.creation' | 'cle-api.revocation',
  requete: { readonly nom: string; readonly portees?: readonly Portee[] },
  work: () => Promise<ApiKey>,
): Promise<ApiKey> {
  return tracer({ pool, surroundings }, { action, requete }, work, ({ id, nom }) => ({
    objets: [{ genre: 'cle-api', id: String(id) }],
    reponse: { nom },
  }));
}

function describeKeys(keys: readonly ApiKey[], now: Date): string {
  if (keys.length === 0) return 'Aucune clé : « annuaire-sync api-key create NOM » en crée une.';
  return keys
    .map((key) => {
      const used = key.lastUsedAt ? `employée le ${formatDate(key.lastUsedAt)}` : 'jamais employée';
      const sources = key.sourcesInventaire ? `, source ${key.sourcesInventaire.join(', ')}` : '';
      return `${String(key.id).padStart(4)}  ${key.nom} (${key.portees.join(', ')}${sources}) : ${stateOf(key, now)}, ${used}`;
    })
    .join('\n');
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): string {
  if (revokedAt) return `révoquée le ${formatDate(revokedAt)}`;
  if (!expiresAt) return 'en vigueur';
  return `${expiresAt > now ? 'en vigueur jusqu’au' : 'expirée le'} ${formatDate(expiresAt)}`;
}

function parsePortees(text: string): Portee[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const known = names.filter(isPortee);
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Portées : ${portees.join(', ')}.`);
}

function parseSources(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[a-z0-9-]{1,40}$/u.test(name))) return [...new Set(names)];
  throw new InvalidArgumentError('Noms de sources de inventaire.sources attendus.');
}

function parseWhole(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/u.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Nombre entier attendu, de 1 à ${max}.`);
  };
}
