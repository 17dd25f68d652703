// « audit verify | checkpoint | list | show | export »: the audit trail, for whoever answers for it (EX_GDT_5040).
import { InvalidArgumentError, type Command } from 'commander';
import { exportTraces, formatsExport, traceJson, type FormatExport } from '../audit/export.js';
import { verifyJournal, type PointDeControle, type Verification } from '../audit/verify.js';
import { AppError, UsageError } from '../errors.js';
import { findTrace, listTraces } from '../store/journal-lecture.js';
import { filtreOf, withTraceFilters, type FiltreOptions } from './audit-filters.js';
import { readPointsSignes, registerCheckpoint, registerKey } from './audit-points.js';
import { describeTrace, describeTraces } from './audit-result.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { writeDraftFile } from './draft-file.js';
import type { OpenProgram } from './program.js';
import { tracer } from './tracer.js';
import { writeTo } from './write-to.js';

export function registerAudit(program: Command, context: CommandContext): void {
  const audit = program
    .command('audit')
    .description('le journal des actions : le lire, l’exporter, vérifier qu’il est intact');
  registerVerify(audit, context);
  registerCheckpoint(audit, context);
  registerKey(audit, context);
  registerList(audit, context);
  registerShow(audit, context);
  registerExport(audit, context);
}

function registerVerify(audit: Command, context: CommandContext): void {
  audit
    .command('verify')
    .description('relit toute la chaîne et nomme ce qui a été altéré, retiré ou ajouté')
    .option(
      '--point <numéro:empreinte...>',
      'point de contrôle gardé hors de la base (« audit checkpoint »)',
      parsePoint,
    )
    .option('--depuis <fichier>', 'points signés, un par ligne (« audit checkpoint --signe »)')
    .option('--cle <fichier>', 'la clé publique qui les a signés')
    .addHelpText(
      'after',
      `
Sans point de contrôle gardé ailleurs, deux choses ne peuvent pas être vues : toute la chaîne récrite avec ses empreintes, et
ses dernières traces retirées en reculant aussi sa tête. Gardez-en un régulièrement, hors de portée de l'administrateur de la base.
Codes de sortie : 0 intact, 1 atteint.`,
    )
    .action(async (options: VerifyOptions, command: Command) => {
      const point = await pointsOf(options);
      await runWithProgram(context, command, async (open) => {
        const { signal } = context.surroundings;
        const found = await tracer(
          { ...context, pool: open.pool },
          {
            action: 'journal.verification',
            requete: { points: point.length, derniers: point.slice(-5) },
          },
          () => verifyJournal(open.pool, point, { progress: open.progress, signal }),
          ({ estIntacte, tracesCount, fautesCount, fautes }) => ({
            issue: estIntacte ? 'reussite' : 'echec',
            reponse: { estIntacte, tracesCount, fautesCount, fautes: fautes.slice(0, 10) },
          }),
        );
        if (!found.estIntacte) context.setExitCode(1);
        print(context, open.isJson, found, () => describeVerification(found));
      });
    });
}

type VerifyOptions = {
  readonly point?: readonly PointDeControle[];
  readonly depuis?: string;
  readonly cle?: string;
};

async function pointsOf({ point = [], depuis, cle }: VerifyOptions): Promise<PointDeControle[]> {
  if ((depuis === undefined) !== (cle === undefined)) {
    throw new UsageError(
      'OPTIONS_ENSEMBLE',
      '--depuis (les points signés) et --cle (la clé publique) vont ensemble.',
    );
  }
  if (depuis === undefined || cle === undefined) return [...point];
  return [...point, ...(await readPointsSignes(depuis, cle))];
}

function describeVerification(found: Verification): string {
  const { estIntacte, tracesCount, effaceesCount, fautes, fautesCount, point } = found;
  const count = (value: number): string => value.toLocaleString('fr-FR');
  const effacees =
    effaceesCount === 0 ? '' : `, dont ${count(effaceesCount)} au contenu effacé à terme`;
  const reste = fautesCount - fautes.length;
  return [
    estIntacte
      ? `✓ Journal intact : ${count(tracesCount)} traces${effacees}.`
      : `✗ Journal atteint : ${count(fautesCount)} fautes sur ${count(tracesCount)} traces${effacees}.`,
    ...fautes.map(({ message }) => `  ! ${message}`),
    ...(reste > 0 ? [`  … et ${count(reste)} autres.`] : []),
    ...(estIntacte ? [`  Point de contrôle : ${point.sequence}:${point.empreinte}`] : []),
  ].join('\n');
}

function registerList(audit: Command, context: CommandContext): void {
  withTraceFilters(audit.command('list'))
    .description('les dernières traces')
    .option('--max <n>', 'traces montrées au plus', parseMax(1_000), 50)
    .action(async (options: FiltreOptions & { max: number }, command: Command) => {
      const filtre = filtreOf(options);
      await runWithProgram(context, command, async (open) => {
        const { max } = options;
        const found = await tracer(
          { ...context, pool: open.pool },
          { action: 'consultation', requete: { journal: filtre } },
          () => listTraces(open.pool, filtre, { ordre: 'recentes', max }),
          (traces) => ({ reponse: { traces: traces.length } }),
        );
        print(context, open.isJson, found.map(traceJson), () => describeTraces(found));
      });
    });
}

function registerShow(audit: Command, context: CommandContext): void {
  audit
    .command('show')
    .description('une trace, entière')
    .argument('<numéro>', 'le sien', parseMax(Number.MAX_SAFE_INTEGER))
    .action(async (sequence: number, _options: unknown, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const found = await findTrace(open.pool, sequence);
        if (!found) {
          throw new AppError(
            'TRACE_INCONNUE',
            `Le journal n’a pas de trace ${sequence} : « annuaire-sync audit list » donne les dernières.`,
          );
        }
        print(context, open.isJson, traceJson(found), () => describeTrace(found));
      });
    });
}

type ExportOptions = FiltreOptions & {
  readonly format: FormatExport;
  readonly out?: string;
  readonly max: number;
};

function registerExport(audit: Command, context: CommandContext): void {
  withTraceFilters(audit.command('export'))
    .description('les traces, de la plus ancienne à la plus récente, pour une enquête')
    .option('--format <format>', formatsExport.join(', '), parseFormat, 'jsonl')
    .option('--out <fichier>', 'écrit dans un fichier au lieu de la sortie standard')
    .option('--max <n>', 'traces écrites au plus', parseMax(100_000_000), 1_000_000)
    .addHelpText(
      'after',
      `
L'export est lui-même tracé. Exemple :
  annuaire-sync audit export --personne 10003456789 --depuis 2026-10-01 --jusqua 2026-10-31 --format csv --out enquete.csv`,
    )
    .action((options: ExportOptions, command: Command) =>
      runWithProgram(context, command, (open) => exportAll(context, open, options)),
    );
}

async function exportAll(
  context: CommandContext,
  open: OpenProgram,
  { format, out, max, ...options }: ExportOptions,
): Promise<void> {
  const filtre = filtreOf(options);
  const { surroundings } = context;
  const limites = { tracesMax: max, signal: surroundings.signal };
  const bilan = await tracer(
    { surroundings, pool: open.pool },
    { action: 'export', requete: { journal: filtre, format, fichier: out } },
    () =>
      out === undefined
        ? exportTraces(open.pool, filtre, format, limites, writeTo(surroundings.out))
        : writeDraftFile(out, (write) => exportTraces(open.pool, filtre, format, limites, write)),
    (fait) => ({ reponse: fait }),
  );
  const coupe = bilan.estCoupe ? ' Il y en a d’autres : relevez --max, ou resserrez le choix.' : '';
  const summary = `✓ ${bilan.tracesCount.toLocaleString('fr-FR')} traces écrites${out === undefined ? '' : ` dans ${out}`}.${coupe}`;
  if (bilan.estCoupe) context.setExitCode(1);
  if (out === undefined) surroundings.err.write(`${summary}\n`);
  else print(context, open.isJson, { fichier: out, ...bilan }, () => summary);
}

function parseFormat(text: string): FormatExport {
  const found = formatsExport.find((format) => format === text.trim().toLowerCase());
  if (found) return found;
  throw new InvalidArgumentError(`Formats : ${formatsExport.join(', ')}.`);
}

function parseMax(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,16}$/u.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Nombre entier attendu, de 1 à ${max.toLocaleString('fr-FR')}.`);
  };
}

const pointsMax = 1_000;

function parsePoint(
  text: string,
  previous: readonly PointDeControle[] | undefined,
): readonly PointDeControle[] {
  const [, sequence, empreinte] = /^(\d{1,15}):([0-9a-f]{64})$/iu.exec(text.trim()) ?? [];
  if (sequence === undefined || empreinte === undefined) {
    throw new InvalidArgumentError(
      'NUMÉRO:EMPREINTE attendu, comme « audit checkpoint » le donne.',
    );
  }
  if ((previous?.length ?? 0) >= pointsMax) {
    throw new InvalidArgumentError(`${pointsMax} points de contrôle au plus.`);
  }
  return [...(previous ?? []), { sequence: Number(sequence), empreinte: empreinte.toLowerCase() }];
}
