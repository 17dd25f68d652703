import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { lisible } from '../ressemblance/silhouette.js';
import {
  judgeRessemblant,
  listRessemblants,
  type DomaineRessemblant,
} from '../store/domaine-ressemblant.js';
import { authorOf, print, runWithProgram, type CommandContext, runReading } from './context.js';
import { formatDate } from './format-date.js';
import { tracer } from './tracer.js';

export function registerDomains(program: Command, context: CommandContext): void {
  const domains = program.command('domains').description('les domaines de l’espace de confiance');
  const lookalike = domains
    .command('lookalike')
    .description('ceux qui ressemblent aux vôtres sans être à vous (lutte contre l’usurpation)');
  lookalike
    .command('list', { isDefault: true })
    .description('ceux qui restent à examiner, et pourquoi chacun est montré')
    .option('--all', 'ceux que vous avez marqués comme connus aussi', false)
    .action(async ({ all }: { all: boolean }, command: Command) => {
      await runReading(context, command, async (open) => {
        const trouves = await listRessemblants(open.pool, { avecConnus: all });
        print(context, open.isJson, { domaines: trouves.map(enJson) }, () => decrire(trouves));
      });
    });
  lookalike
    .command('known')
    .description('marque un domaine comme connu : il n’est plus à examiner')
    .argument('<domaine>')
    .option('--motif <motif>', 'ce que vous en savez', bornerMotif)
    .action(async (domaine: string, { motif }: { motif?: string }, command: Command) => {
      const { surroundings } = context;
      const jugement = { par: authorOf(surroundings), motif, now: surroundings.now() };
      await juger(context, command, domaine, jugement);
    });
  lookalike
    .command('unknown')
    .description('retire cette marque')
    .argument('<domaine>')
    .action((domaine: string, _options: unknown, command: Command) =>
      juger(context, command, domaine, undefined),
    );
}

function bornerMotif(text: string): string {
  return text.trim().slice(0, 500);
}

async function juger(
  context: CommandContext,
  command: Command,
  domaine: string,
  jugement: Parameters<typeof judgeRessemblant>[2],
): Promise<void> {
  const nom = domaine.trim().toLowerCase();
  await runWithProgram(context, command, async (open) => {
    await tracer(
      { ...context, pool: open.pool },
      {
        action: jugement ? 'domaine.connu' : 'domaine.inconnu',
        objets: [{ genre: 'domaine', id: nom }],
        requete: { motif: jugement?.motif },
      },
      async () => {
        if (await judgeRessemblant(open.pool, nom, jugement)) return;
        throw new UsageError(
          'DOMAINE_NON_RESSEMBLANT',
          `${nom} n’est pas parmi les domaines qui ressemblent aux vôtres : « domains lookalike list --all » les donne tous.`,
        );
      },
      () => ({}),
    );
    const quoi = jugement ? 'est marqué comme connu' : 'est de nouveau à examiner';
    print(
      context,
      open.isJson,
      { domaine: nom, connu: jugement !== undefined },
      () => `✓ ${nom} ${quoi}.`,
    );
  });
}

function enJson(trouve: DomaineRessemblant): object {
  const { operateur, connu } = trouve;
  return { ...trouve, operateur: operateur ?? null, connu: connu ?? null };
}

function decrire(trouves: readonly DomaineRessemblant[]): string {
  if (trouves.length === 0) return 'Aucun domaine ressemblant à examiner.';
  return [
    ...trouves.flatMap(decrireUn),
    '',
    'Celui que vous connaissez : « annuaire-sync domains lookalike known DOMAINE --motif … ». Celui qui trompe : signalez-le à l’ANS.',
  ].join('\n');
}

/** The name as it is written; and as a reader sees it, when that is something else. */
export function decrireUn(trouve: DomaineRessemblant): string[] {
  const { domaine, explication, operateur, premiereVueLe, connu } = trouve;
  const vu = lisible(domaine);
  return [
    `${connu ? '✓' : '!'} ${domaine}${vu === domaine ? '' : ` (se lit ${vu})`} : ${explication}`,
    `    vu depuis le ${formatDate(premiereVueLe)}${operateur === undefined ? ', absent de la liste blanche' : `, tenu par ${operateur}`}`,
    ...(connu
      ? [
          `    connu de ${connu.par} le ${formatDate(connu.le)}${connu.motif ? ` : ${connu.motif}` : ''}`,
        ]
      : []),
  ];
}
