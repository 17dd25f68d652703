// What an import refuses to do unless somebody answers for it.
import type { StagingFigures } from '../store/bal-operateur.js';

export type InventaireGuards = {
  /** Share of the BAL in service that may disappear in one import. */
  readonly lostRatioMax: number;
  /** Share of the lines that `--skip-invalid` may leave out. */
  readonly rejectedRatioMax: number;
};

export const defaultInventaireGuards: InventaireGuards = {
  lostRatioMax: 0.1,
  rejectedRatioMax: 0.1,
};

export type GuardFinding = {
  readonly code:
    'INVENTAIRE_VIDE' | 'INVENTAIRE_REDUIT' | 'INVENTAIRE_COLONNES' | 'INVENTAIRE_REJETS';
  /** French, with the figures. */
  readonly message: string;
};

export type GuardedFacts = {
  readonly lineCount: number;
  readonly rejectedLineCount: number;
  readonly figures: StagingFigures;
  /** Columns that hold something in service and are no longer in the file. */
  readonly lostColumns: readonly string[];
};

export function checkGuards(facts: GuardedFacts, guards: InventaireGuards): GuardFinding[] {
  const { lineCount, rejectedLineCount, figures, lostColumns } = facts;
  const findings: GuardFinding[] = [];
  if (lineCount - rejectedLineCount === 0)
    findings.push({
      code: 'INVENTAIRE_VIDE',
      message: 'le fichier ne contient aucune BAL importable',
    });
  if (figures.balsLost > figures.balsBefore * guards.lostRatioMax)
    findings.push({
      code: 'INVENTAIRE_REDUIT',
      message:
        `${figures.balsLost} des ${figures.balsBefore} BAL en service disparaîtraient ou seraient fermées ` +
        `(${percent(figures.balsLost, figures.balsBefore)}, limite ${percent(guards.lostRatioMax, 1)})`,
    });
  if (lostColumns.length > 0)
    findings.push({
      code: 'INVENTAIRE_COLONNES',
      message: `des colonnes renseignées aujourd’hui manquent dans le fichier : ${lostColumns.join(', ')}`,
    });
  if (rejectedLineCount > lineCount * guards.rejectedRatioMax)
    findings.push({
      code: 'INVENTAIRE_REJETS',
      message:
        `${rejectedLineCount} lignes sur ${lineCount} sont fautives ` +
        `(${percent(rejectedLineCount, lineCount)}, limite ${percent(guards.rejectedRatioMax, 1)})`,
    });
  return findings;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1).replace('.', ',').replace(',0', '')} %`;
}
