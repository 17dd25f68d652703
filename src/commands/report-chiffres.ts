// `report --hygiene` and `report --panorama`: figures instead of findings.
import { parisDate, parisDay } from '../domain/paris-time.js';
import { UsageError } from '../errors.js';
import { writeHygiene } from '../report/hygiene/hygiene.js';
import { writePanorama } from '../report/panorama.js';
import type { CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { describeSources, readStatus } from './status.js';
import type { Write } from './write-to.js';

export type ChiffresOptions = {
  readonly hygiene: boolean;
  readonly panorama: boolean;
  readonly domaine?: string;
  readonly depuis?: Date;
  readonly jusqua?: Date;
};

// A year of curves: what came before is in the base, and « --depuis » asks for it.
const hygieneJours = 366;

type Format = 'table' | 'csv' | 'json' | 'html';

/** Writes the figures asked for. */
export async function writeChiffres(
  context: CommandContext,
  open: OpenProgram,
  format: Format,
  options: ChiffresOptions,
  write: Write,
): Promise<void> {
  const { surroundings } = context;
  const now = surroundings.now();
  const { operateur } = open.settings;
  const commun = {
    operateur: operateur.nom,
    domaine: options.domaine?.trim().toLowerCase(),
    width: surroundings.out.columns ?? 100,
    now,
  };
  if (options.panorama) {
    if (format === 'html') throw horsFormat('html');
    await writePanorama(
      open.pool,
      {
        ...commun,
        format,
        domaines: operateur.domaines.map(({ nom }) => nom),
        offres: operateur.offres,
        periode: periodeOf(options, now),
      },
      write,
    );
    return;
  }
  const depuis = options.depuis ?? new Date(now.getTime() - hygieneJours * 86_400_000);
  const fraicheur = describeSources(await readStatus(open, now));
  await writeHygiene(open.pool, { ...commun, format, depuis: parisDay(depuis), fraicheur }, write);
}

/** From the first of January unless told otherwise, to the end of the day of `jusqua`. */
function periodeOf(
  { depuis, jusqua }: ChiffresOptions,
  now: Date,
): { readonly depuis: Date; readonly jusqua: Date } {
  const annee = Number(parisDay(now).slice(0, 4));
  const periode = {
    depuis: depuis ?? parisDate(annee, 1, 1, 0, 0) ?? now,
    jusqua: jusqua === undefined ? now : new Date(jusqua.getTime() + 86_400_000),
  };
  if (periode.depuis < periode.jusqua) return periode;
  throw new UsageError(
    'PERIODE_VIDE',
    '--depuis est après --jusqua : il n’y a rien entre les deux.',
  );
}

function horsFormat(format: string): UsageError {
  return new UsageError(
    'FORMAT_INCONNU',
    `Le format ${format} n’est que pour « report --hygiene ».`,
  );
}
