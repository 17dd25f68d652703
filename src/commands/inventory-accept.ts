// « inventory accept »: a snapshot that the platform sent and a guard refused, put in service by whoever answers for it.
import { InvalidArgumentError, type Command } from 'commander';
import type { ImportRecu } from '../domain/inventaire-recu.js';
import { acceptImport } from '../inventory/http/accept.js';
import { listKeptImports } from '../store/inventaire-import.js';
import { authorOf, print, runWithProgram, type CommandContext } from './context.js';
import { formatDate } from './format-date.js';
import type { ImportResult } from '../inventory/import-result.js';
import { describeImport, traceOfImport } from './inventory-load.js';
import { httpSources, keptFolder } from './inventory-push.js';
import type { OpenProgram } from './program.js';
import { tracer } from './tracer.js';

export function registerInventoryAccept(inventory: Command, context: CommandContext): void {
  inventory
    .command('accept')
    .description('met en service un instantané reçu par l’API et refusé par une garde')
    .argument('[numéro]', 'celui de l’import ; sans lui, liste ceux qui attendent', parseId)
    .addHelpText(
      'after',
      `
À lancer sur la machine du serveur web : l'instantané y est gardé dans dataDir, un temps (inventaire.http.refusesConservesJours).
La trace de qui a accepté reste. Un instantané qu'un plus récent a remplacé n'est plus acceptable.`,
    )
    .action(async (id: number | undefined, _options: unknown, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        if (id !== undefined) return accept(context, open, id);
        const kept = await listKeptImports(open.pool);
        print(context, open.isJson, kept, () => describeKept(kept));
      });
    });
}

async function accept(context: CommandContext, open: OpenProgram, id: number): Promise<void> {
  const { surroundings } = context;
  const { settings, pool, progress } = open;
  const work = (): Promise<ImportResult> =>
    acceptImport(pool, id, {
      sources: httpSources(settings),
      folder: keptFolder(settings),
      rowsMax: settings.inventaire.lignesMax,
      bytesMax: settings.inventaire.http.corpsOctetsMax,
      acceptedBy: authorOf(surroundings),
      signal: surroundings.signal,
      progress,
      now: surroundings.now(),
    });
  const result = await tracer(
    { pool, surroundings },
    { action: 'inventaire.acceptation', requete: { import: id } },
    work,
    traceOfImport,
  );
  print(context, open.isJson, result, () => describeImport(result, open));
}

function describeKept(kept: readonly ImportRecu[]): string {
  if (kept.length === 0) return 'Aucun instantané n’attend d’être accepté.';
  return kept
    .map(
      ({ id, source, recuLe, probleme }) =>
        `${String(id).padStart(6)}  « ${source} », reçu le ${formatDate(recuLe)} : ${probleme?.message ?? ''}`,
    )
    .join('\n');
}

function parseId(text: string): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Numéro d’import attendu.');
}
