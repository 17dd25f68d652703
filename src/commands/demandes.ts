// « demandes list | show | examine | accept | refuse | lift »: deletions that professionals ask for (EX_GBM_6021).
import { InvalidArgumentError, type Command } from 'commander';
import {
  accepterDemande,
  leverDecision,
  prendreEnExamen,
  refuserDemande,
  type IssueDemande,
} from '../demande/decider.js';
import type { Acte } from '../demande/acte.js';
import {
  echeanceDemande,
  etatsDemande,
  motifRefusCharsMax,
  nettoyerTexte,
  type EtatDemande,
} from '../domain/demande.js';
import { AppError, RefusedError } from '../errors.js';
import { readPreuves } from '../store/demande-preuves.js';
import {
  countDemandes,
  findDemande,
  listDemandes,
  listEtapes,
  type Demande,
} from '../store/demande.js';
import { print, runWithProgram, type CommandContext, runReading } from './context.js';
import {
  demandeJson,
  describeDemande,
  describeIssue,
  describeListe,
  preuvesJson,
} from './demandes-result.js';
import { demandesSettings } from './demandes-settings.js';
import { acteLocal, tracerListe } from './tracer.js';
import type { OpenProgram } from './program.js';

export function registerDemandes(program: Command, context: CommandContext): void {
  const demandes = program
    .command('demandes')
    .description('demandes de suppression faites par les professionnels (docs/demandes.md)');
  registerList(demandes, context);
  registerShow(demandes, context);
  registerDecision(demandes, context, {
    name: 'examine',
    description: 'dit au professionnel que sa demande est en cours d’examen',
    act: (open, id, acte, now) =>
      withSettings(open, (s) => prendreEnExamen(open.pool, s, id, acte, now)),
  });
  registerDecision(demandes, context, {
    name: 'accept',
    description:
      'accepte : la suppression entre dans le prochain plan, où elle s’approuve comme les autres',
    act: (open, id, acte, now) =>
      withSettings(open, (s) => accepterDemande(open.pool, s, id, acte, now)),
  });
  registerReasoned(demandes, context, {
    name: 'refuse',
    description: 'refuse, et dit pourquoi au professionnel',
    motif: 'la raison, telle que le professionnel la lira',
    act: (open, id, acte, now) =>
      withSettings(open, (s) => refuserDemande(open.pool, s, id, acte, now)),
  });
  registerReasoned(demandes, context, {
    name: 'lift',
    description:
      'lève la décision d’une demande confirmée : sa BAL, recréée à dessein, peut être publiée de nouveau',
    motif: 'pourquoi ; gardé avec votre nom',
    act: (open, id, acte, now) =>
      withSettings(open, (s) => leverDecision(open.pool, s, id, acte, now)),
  });
}

async function withSettings<T>(
  { settings, pool }: OpenProgram,
  work: (demandes: Awaited<ReturnType<typeof demandesSettings>>) => Promise<T>,
): Promise<T> {
  return work(await demandesSettings(settings, pool));
}

type ListOptions = {
  readonly etat?: readonly EtatDemande[];
  readonly domaine?: string;
  readonly enRetard: boolean;
  readonly apres?: number;
  readonly max: number;
};

function registerList(demandes: Command, context: CommandContext): void {
  demandes
    .command('list')
    .description('les demandes, la plus ancienne d’abord ; sans --etat, celles qui sont en cours')
    .option('--etat <etat...>', etatsDemande.join(', '), parseEtat)
    .option('--domaine <domaine>', 'un domaine seulement')
    .option(
      '--en-retard',
      'seulement celles qui attendent depuis plus que « demandes.delaiJours »',
      false,
    )
    .option('--apres <n°>', 'à partir de celle qui suit ce numéro', parseNumero)
    .option('--max <n>', 'demandes montrées au plus', parseMax, 200)
    .action(async (options: ListOptions, command: Command) => {
      await runReading(context, command, async ({ pool, settings, isJson }) => {
        const { etat, domaine, enRetard, apres, max } = options;
        const now = context.surroundings.now();
        const { delaiJours } = settings.demandes;
        const attenduesAvant = echeanceDemande(now, -delaiJours);
        const comptes = await countDemandes(pool, attenduesAvant);
        const choix = {
          etats: etat,
          domaine: domaine?.trim().toLowerCase(),
          attenduesAvant: enRetard ? attenduesAvant : undefined,
        };
        const found = await tracerListe(
          { ...context, pool },
          { liste: 'demandes', ...choix, apres, max },
          () => listDemandes(pool, choix, { apres, max }),
          ({ length }) => length,
        );
        const json = {
          comptes: { ...comptes, parEtat: Object.fromEntries(comptes.parEtat) },
          demandes: found.map((one) => demandeJson(one, delaiJours, now)),
        };
        print(context, isJson, json, () => describeListe(comptes, found, delaiJours, now, max));
      });
    });
}

function registerShow(demandes: Command, context: CommandContext): void {
  demandes
    .command('show')
    .description('une demande : ses étapes, et ce que l’on sait de la BAL et de son titulaire')
    .argument('<n°>', 'numéro de la demande', parseNumero)
    .action(async (id: number, _options: unknown, command: Command) => {
      await runReading(context, command, async ({ pool, settings, isJson }) => {
        const now = context.surroundings.now();
        const demande = await findDemande(pool, id);
        if (!demande) throw unknown(id);
        const domaines = settings.operateur.domaines.map(({ nom }) => nom);
        const etapes = await listEtapes(pool, id);
        const preuves = await readPreuves(pool, demande, domaines, now);
        const { delaiJours } = settings.demandes;
        const json = {
          ...demandeJson(demande, delaiJours, now),
          etapes,
          preuves: preuvesJson(preuves),
        };
        print(context, isJson, json, () =>
          describeDemande(demande, etapes, preuves, delaiJours, now),
        );
      });
    });
}

type Decision<A extends Acte> = {
  readonly name: string;
  readonly description: string;
  readonly act: (open: OpenProgram, id: number, acte: A, now: Date) => Promise<IssueDemande>;
};

function registerDecision(
  demandes: Command,
  context: CommandContext,
  { name, description, act }: Decision<Acte>,
): void {
  demandes
    .command(name)
    .description(description)
    .argument('<n°>', 'numéro de la demande', parseNumero)
    .action(async (id: number, _options: unknown, command: Command) => {
      await runWithProgram(context, command, (open) =>
        decide(context, open, id, (now) => act(open, id, acteLocal(context.surroundings), now)),
      );
    });
}

function registerReasoned(
  demandes: Command,
  context: CommandContext,
  { name, description, motif, act }: Decision<Acte & { motif: string }> & { motif: string },
): void {
  demandes
    .command(name)
    .description(description)
    .argument('<n°>', 'numéro de la demande', parseNumero)
    .requiredOption('--motif <raison>', motif, parseMotif)
    .action(async (id: number, options: { motif: string }, command: Command) => {
      await runWithProgram(context, command, (open) =>
        decide(context, open, id, (now) =>
          act(open, id, { ...acteLocal(context.surroundings), motif: options.motif }, now),
        ),
      );
    });
}

async function decide(
  context: CommandContext,
  { settings, isJson }: OpenProgram,
  id: number,
  act: (now: Date) => Promise<IssueDemande>,
): Promise<void> {
  const now = context.surroundings.now();
  const demande = doneOf(id, await act(now));
  print(context, isJson, demandeJson(demande, settings.demandes.delaiJours, now), () =>
    describeIssue(demande),
  );
}

function doneOf(id: number, issue: IssueDemande): Demande {
  switch (issue.kind) {
    case 'faite':
      return issue.demande;
    case 'inconnue':
      throw unknown(id);
    case 'impossible':
      throw new RefusedError('DEMANDE_IMPOSSIBLE', `Demande n° ${id} : ${issue.message}`);
    default:
      return issue satisfies never;
  }
}

function unknown(id: number): AppError {
  return new AppError(
    'DEMANDE_INCONNUE',
    `Il n’y a pas de demande n° ${id} : voyez « annuaire-sync demandes list ».`,
  );
}

function parseEtat(
  text: string,
  previous: readonly EtatDemande[] | undefined,
): readonly EtatDemande[] {
  const found = etatsDemande.find((etat) => etat === text.trim().toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`États : ${etatsDemande.join(', ')}.`);
  return [...(previous ?? []), found];
}

function parseNumero(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/u.test(text) && value >= 1) return value;
  throw new InvalidArgumentError('Numéro de demande attendu.');
}

function parseMax(text: string): number {
  const value = Number(text);
  if (/^\d{1,6}$/u.test(text) && value >= 1 && value <= 100_000) return value;
  throw new InvalidArgumentError('Nombre entier attendu, de 1 à 100 000.');
}

function parseMotif(text: string): string {
  const motif = nettoyerTexte(text);
  if (motif !== undefined && motif.length >= 3 && motif.length <= motifRefusCharsMax) return motif;
  throw new InvalidArgumentError('Une raison de 3 à 1 000 caractères est attendue.');
}
