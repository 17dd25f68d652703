// « notices list | show | retry | cancel »: mails by their number, webhooks by « w » and theirs.
import { InvalidArgumentError, type Command } from 'commander';
import { etatsEnvoi, type EtatEnvoi } from '../domain/avis.js';
import type { Db } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, UsageError } from '../errors.js';
import { findAvisDetail, listAvis, type AvisDetail, type AvisListe } from '../store/avis-envoi.js';
import { retablirPoints } from '../store/evenement.js';
import { findEnvoi, listEnvois, listPointsDe, type EnvoiListe } from '../store/evenement-envoi.js';
import { annuler, renvoyer } from '../store/file-envoi.js';
import { print, runWithProgram, type CommandContext, runReading } from './context.js';
import { databaseClock } from './feed-run.js';
import { formatDate } from './format-date.js';
import { libellesEnvoi } from './notices-result.js';
import type { OpenProgram } from './program.js';
import { tracer, tracerListe } from './tracer.js';

const listMaxDefault = 50;
const listMax = 10_000;

type ListOptions = {
  readonly etat?: EtatEnvoi;
  readonly domaine?: string;
  readonly code?: string;
  readonly max: number;
};

export function registerNoticesQueue(notices: Command, context: CommandContext): void {
  notices
    .command('list')
    .description('ce qui attend, ce qui est parti, ce qui a été refusé et pourquoi')
    .option(
      '--etat <etat>',
      `${etatsEnvoi.join(', ')} ; par défaut tout ce qui n’est ni parti ni annulé`,
      parseEtat,
    )
    .option('--domaine <domaine>', 'courriels d’un domaine')
    .option('--code <code>', 'ceux dont le dernier échec a ce code')
    .option('--max <n>', 'les derniers, au plus', parseMax, listMaxDefault)
    .action(async (options: ListOptions, self: Command) => {
      await runReading(context, self, async (open) => {
        const lists = await tracerListe(
          { ...context, pool: open.pool },
          { liste: 'avis', ...options },
          () => readLists(open.pool, options),
          ({ courriels, webhooks }) => courriels.length + webhooks.length,
        );
        print(context, open.isJson, lists, () => describeLists(lists, options.max));
      });
    });
  notices
    .command('show')
    .argument('<numero>', 'numéro d’un courriel (451) ou d’un webhook (w12)', parseOne)
    .description('un courriel ou un webhook : ce qu’il dit, où il en est')
    .action(async (one: Numero, _options: unknown, self: Command) => {
      await runReading(context, self, async (open) => {
        const found = await findOne(open.pool, one);
        print(context, open.isJson, found, () => describeOne(found));
      });
    });
  registerDecision(
    notices,
    context,
    'retry',
    'renvoie ce qui a été refusé ou abandonné, ou avance ce qui attend',
  );
  registerDecision(notices, context, 'cancel', 'renonce à ce qui n’est pas parti');
}

type Numero = { readonly file: 'avis' | 'evenement_envoi'; readonly id: number };

function registerDecision(
  notices: Command,
  context: CommandContext,
  action: 'retry' | 'cancel',
  description: string,
): void {
  notices
    .command(action)
    .argument('[numeros...]', 'numéros (451, w12…)', collect)
    .description(description)
    .option('--code <code>', 'tous ceux dont le dernier échec a ce code')
    .action(async (numeros: Numero[] | undefined, { code }: { code?: string }, self: Command) => {
      const given = numeros ?? [];
      if ((given.length === 0) === (code === undefined)) {
        throw new UsageError(
          'CHOIX_AVIS',
          `Indiquez des numéros (« notices ${action} 451 w12 »), ou bien --code.`,
        );
      }
      await runWithProgram(context, self, async (open) => {
        const result = await decideTraced(context, open, action, { given, code });
        if (result.impossibles.length > 0) context.setExitCode(1);
        print(context, open.isJson, result, () => describeDecision(action, result));
      });
    });
}

async function decideTraced(
  { surroundings }: CommandContext,
  { pool }: OpenProgram,
  action: 'retry' | 'cancel',
  { given, code }: { readonly given: readonly Numero[]; readonly code: string | undefined },
): Promise<DecisionResult> {
  const now = (await databaseClock(pool)).now();
  return tracer(
    { pool, surroundings },
    {
      action: action === 'retry' ? 'avis.rejeu' : 'avis.annulation',
      requete: code === undefined ? { numeros: given.map(nameOf) } : { code },
    },
    () =>
      transaction(pool, async (db) =>
        decide(db, action, code === undefined ? given : await withCode(db, code), now),
      ),
    ({ faits, impossibles }) => ({
      issue: impossibles.length > 0 ? 'refus' : 'reussite',
      objets: faits.map((id) => ({ genre: 'avis', id })),
      reponse: { faits: faits.length, impossibles: impossibles.slice(0, impossiblesTracesMax) },
    }),
  );
}

const impossiblesTracesMax = 50;

const stuck: readonly EtatEnvoi[] = ['refuse', 'abandonne'];

async function withCode(db: Db, code: string): Promise<Numero[]> {
  const filtre = { etats: stuck, code, domaine: undefined, max: listMax };
  const avis = await listAvis(db, filtre);
  const envois = await listEnvois(db, filtre);
  return [
    ...avis.map(({ id }) => ({ file: 'avis', id }) as const),
    ...envois.map(({ id }) => ({ file: 'evenement_envoi', id }) as const),
  ];
}

type DecisionResult = {
  readonly faits: readonly string[];
  readonly impossibles: readonly string[];
};

async function decide(
  db: Db,
  action: 'retry' | 'cancel',
  numeros: readonly Numero[],
  now: Date,
): Promise<DecisionResult> {
  const done = new Set<string>();
  for (const file of ['avis', 'evenement_envoi'] as const) {
    const ids = numeros.filter((one) => one.file === file).map(({ id }) => id);
    const changed = await (action === 'retry' ? renvoyer : annuler)(db, file, ids, now);
    for (const id of changed) done.add(nameOf({ file, id }));
    // To send there again is to say that the endpoint is back.
    if (action === 'retry' && file === 'evenement_envoi') {
      await retablirPoints(db, await listPointsDe(db, changed));
    }
  }
  const names = [...new Set(numeros.map(nameOf))];
  return { faits: [...done], impossibles: names.filter((name) => !done.has(name)) };
}

function describeDecision(
  action: 'retry' | 'cancel',
  { faits, impossibles }: DecisionResult,
): string {
  const what = action === 'retry' ? 'partiront au prochain « notices send »' : 'annulés';
  const list = faits.length > 0 && faits.length <= 20 ? ` : ${faits.join(', ')}` : '';
  return [
    `${faits.length > 0 ? '✓' : '!'} ${faits.length} ${what}${list}`,
    ...impossibles.map((name) => `! ${name} : inconnu, déjà parti, annulé ou en cours d’envoi`),
  ].join('\n');
}

type Lists = { readonly courriels: readonly AvisListe[]; readonly webhooks: readonly EnvoiListe[] };

async function readLists(db: Db, { etat, domaine, code, max }: ListOptions): Promise<Lists> {
  const etats = etat ? [etat] : etatsEnvoi.filter((one) => one !== 'parti' && one !== 'annule');
  return {
    courriels: await listAvis(db, { etats, domaine: domaine?.toLowerCase(), code, max }),
    webhooks: domaine === undefined ? await listEnvois(db, { etats, code, max }) : [],
  };
}

function describeLists({ courriels, webhooks }: Lists, max: number): string {
  const lines = [
    ...courriels.map((one) =>
      describeLine(String(one.id), `${one.gabarit}, à ${one.destinataire}`, one),
    ),
    ...webhooks.map((one) => describeLine(`w${one.id}`, `${one.type}, point ${one.point}`, one)),
  ];
  const isCut = courriels.length === max || webhooks.length === max;
  return [
    ...(lines.length === 0 ? ['Aucun avis.'] : lines),
    ...(isCut ? [`(les ${max} derniers de chaque sorte ; --max en montre plus)`] : []),
  ].join('\n');
}

function describeLine(name: string, what: string, one: AvisListe | EnvoiListe): string {
  const { etat, prochainEnvoiLe, partiLe, code, message, tentatives } = one;
  const when = partiLe ?? (tentatives > 0 ? prochainEnvoiLe : undefined);
  const date = when ? ` ${partiLe ? 'le' : 'après le'} ${formatDate(when)}` : '';
  const why = code === undefined || etat === 'parti' ? '' : `\n      ${code} : ${message ?? ''}`;
  return `  ${name} ${what} : ${libellesEnvoi[etat]}${date}${why}`;
}

async function findOne(db: Db, one: Numero): Promise<AvisDetail | EnvoiListe> {
  const found = await (one.file === 'avis' ? findAvisDetail(db, one.id) : findEnvoi(db, one.id));
  if (found) return found;
  throw new AppError(
    'AVIS_INCONNU',
    `L’avis ${nameOf(one)} n’existe pas : « annuaire-sync notices list » donne les numéros.`,
  );
}

function describeOne(one: AvisDetail | EnvoiListe): string {
  const head =
    'cle' in one
      ? [
          `Courriel ${one.id} : ${one.gabarit}, à ${one.destinataire} (domaine ${one.domaine})`,
          ...(one.adresse === undefined ? [] : [`  au sujet de ${one.adresse}`]),
          `  Message-ID : <${one.messageId}>, clé ${one.cle}`,
        ]
      : [
          `Webhook w${one.id} : ${one.type} du ${formatDate(one.survenuLe)}, point ${one.point}`,
          `  webhook-id : ${one.webhookId}`,
        ];
  return [
    ...head,
    `  ${libellesEnvoi[one.etat]}, ${one.tentatives} envois, dans la file le ${formatDate(one.creeLe)}`,
    ...(one.prochainEnvoiLe ? [`  prochain envoi : ${formatDate(one.prochainEnvoiLe)}`] : []),
    ...(one.partiLe ? [`  parti le ${formatDate(one.partiLe)}`] : []),
    ...(one.code === undefined ? [] : [`  ${one.code} : ${one.message ?? ''}`]),
    `  Données : ${JSON.stringify(one.donnees)}`,
  ].join('\n');
}

function nameOf({ file, id }: Numero): string {
  return file === 'avis' ? String(id) : `w${id}`;
}

function parseOne(text: string): Numero {
  const [, w, digits] = /^(w?)(\d{1,15})$/u.exec(text.trim()) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Numéro attendu : 451, ou w12.');
  return { file: w === 'w' ? 'evenement_envoi' : 'avis', id: Number(digits) };
}

function collect(text: string, previous: Numero[] | undefined): Numero[] {
  return [...(previous ?? []), parseOne(text)];
}

function parseEtat(text: string): EtatEnvoi {
  const found = etatsEnvoi.find((etat) => etat === text.trim().toLowerCase());
  if (found) return found;
  throw new InvalidArgumentError(`Valeurs : ${etatsEnvoi.join(', ')}.`);
}

function parseMax(text: string): number {
  const max = Number(text);
  if (Number.isInteger(max) && max > 0 && max <= listMax) return max;
  throw new InvalidArgumentError(`Nombre entier attendu, de 1 à ${listMax}.`);
}
