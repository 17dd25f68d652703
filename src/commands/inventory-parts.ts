// « inventory drop | transfer »: what becomes of the lines of a source that the settings no longer know.
import type { Command } from 'commander';
import type { ObjetTrace } from '../domain/trace.js';
import type { OpenProgram } from './program.js';
import { UsageError } from '../errors.js';
import {
  dropSource,
  transferSource,
  type DropResult,
  type TransferResult,
} from '../inventory/drop.js';
import { authorOf, print, runWithProgram, type CommandContext } from './context.js';
import { getSource } from './inventory-load.js';
import { tracer } from './tracer.js';

export function registerInventoryParts(inventory: Command, context: CommandContext): void {
  inventory
    .command('drop')
    .description('retire du service les lignes d’une source qui n’est plus dans les réglages')
    .argument('<nom>', 'la source')
    .option('--accept', 'ses BAL disparaissent de l’inventaire ; la trace en reste', false)
    .action(async (nom: string, { accept }: { accept: boolean }, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const acceptedBy = accept ? authorOf(context.surroundings) : undefined;
        const result = await tracer(
          { ...context, pool: open.pool },
          { action: 'inventaire.retrait', objets: [sourceOf(nom)], requete: { accept } },
          () => drop(open, nom, acceptedBy),
          ({ balCount }) => ({ reponse: { balCount } }),
        );
        print(context, open.isJson, result, () => describeDrop(result));
      });
    });
  inventory
    .command('transfer')
    .description(
      'donne les lignes en service d’une source à une autre, qui tient désormais leurs domaines',
    )
    .argument('<ancienne>', 'la source qui les avait')
    .argument('<nouvelle>', 'la source des réglages qui les tient désormais')
    .argument('[domaine...]', 'ces domaines seulement ; sans eux, tous ceux de la nouvelle source')
    .action(
      async (
        ancienne: string,
        nouvelle: string,
        domaines: string[],
        _: unknown,
        command: Command,
      ) => {
        await runWithProgram(context, command, async (open) => {
          const voulus = domaines.map((domaine) => domaine.trim().toLowerCase());
          const result = await tracer(
            { ...context, pool: open.pool },
            {
              action: 'inventaire.transfert',
              objets: [sourceOf(ancienne), sourceOf(nouvelle)],
              requete: { domaines: voulus },
            },
            async () => transferSource(open.pool, ancienne, getSource(open, nouvelle), voulus),
            ({ balCount, domaines: passes }) => ({ reponse: { balCount, domaines: passes } }),
          );
          print(context, open.isJson, result, () => describeTransfer(result));
        });
      },
    );
}

async function drop(
  { settings, pool }: OpenProgram,
  nom: string,
  acceptedBy: string | undefined,
): ReturnType<typeof dropSource> {
  if (settings.inventaire.sources.some((source) => source.nom === nom)) {
    throw new UsageError(
      'SOURCE_DECLAREE',
      `La source d'inventaire « ${nom} » est dans les réglages : elle reviendrait. Retirez-la d'abord de inventaire.sources.`,
    );
  }
  return dropSource(pool, nom, acceptedBy);
}

function sourceOf(nom: string): ObjetTrace {
  return { genre: 'source', id: nom };
}

function describeDrop({ source, balCount }: DropResult): string {
  return `✓ Source « ${source} » retirée : ${balCount.toLocaleString('fr-FR')} BAL ne sont plus dans l'inventaire.`;
}

function describeTransfer({ source, vers, domaines, balCount }: TransferResult): string {
  return `✓ ${balCount.toLocaleString('fr-FR')} BAL (${domaines.join(', ')}) passées de « ${source} » à « ${vers} ».`;
}
