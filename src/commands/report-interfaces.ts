// `report --interfaces`: which interfaces are set up, and over which period their use is told.
import { parisDay } from '../domain/paris-time.js';
import { sourceNames } from '../domain/source.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { writeInterfaces } from '../report/interfaces/interfaces.js';
import { cleInterface, type PasUsage } from '../report/interfaces/modele.js';
import type { CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import type { Write } from './write-to.js';

export type InterfacesCommandOptions = {
  readonly depuis?: Date;
  readonly jusqua?: Date;
  readonly par?: PasUsage;
};

// What the ANS asks about is a use that goes on: a year of it, or as long as anything was counted.
const joursParDefaut = 366;

export async function writeUsages(
  { surroundings }: CommandContext,
  { pool, settings }: OpenProgram,
  format: 'table' | 'csv' | 'json',
  { depuis, jusqua, par }: InterfacesCommandOptions,
  write: Write,
): Promise<void> {
  const now = surroundings.now();
  const dernier = jusqua ?? now;
  const premier = depuis ?? new Date(dernier.getTime() - joursParDefaut * 86_400_000);
  if (premier > dernier) {
    throw new UsageError(
      'PERIODE_VIDE',
      '--depuis est après --jusqua : il n’y a rien entre les deux.',
    );
  }
  await writeInterfaces(
    pool,
    {
      format,
      operateur: settings.operateur.nom,
      reglees: interfacesReglees(settings),
      periode: { premierJour: parisDay(premier), dernierJour: parisDay(dernier) },
      par,
      width: surroundings.out.columns ?? 100,
      now,
    },
    write,
  );
}

function interfacesReglees({
  sources,
  alimentation,
  professionnels,
}: Settings): ReadonlySet<string> {
  return new Set([
    ...sourceNames
      .filter((source) => sources[source].actif)
      .map((source) => cleInterface({ interface: 'telechargement', source })),
    ...(alimentation.client ? [cleInterface({ interface: 'alimentation', source: '' })] : []),
    ...(professionnels.psc ? [cleInterface({ interface: 'pro-sante-connect', source: '' })] : []),
  ]);
}
