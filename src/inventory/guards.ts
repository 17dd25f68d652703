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
    | 'INVENTAIRE_DOMAINES_CEDES'
    | 'INVENTAIRE_VIDE'
    | 'INVENTAIRE_REDUIT'
    | 'INVENTAIRE_COLONNES'
    | 'INVENTAIRE_REJETS';
  /** French, with the figures. */
  readonly message: string;
};

export type GuardedFacts = {
  readonly lineCount: number;
  readonly rejectedLineCount: number;
  readonly figures: StagingFigures;
  /** Columns that hold something in service and are no longer in the file. */
  readonly lostColumns: readonly string[];
  /** Domains that would lose BAL and that the settings give to another source by now. */
  readonly domainesCedes: readonly DomaineCede[];
};

export type DomaineCede = { readonly domaine: string; readonly source: string };

const cedesMontresMax = 3;

export function checkGuards(facts: GuardedFacts, guards: InventaireGuards): GuardFinding[] {
  const { lineCount, rejectedLineCount, figures, lostColumns, domainesCedes } = facts;
  const findings: GuardFinding[] = [];
  if (domainesCedes.length > 0)
    findings.push({ code: 'INVENTAIRE_DOMAINES_CEDES', message: decrireCedes(domainesCedes) });
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

/** The lines in service are to pass to their new source first: nothing is lost on the way then. */
function decrireCedes(cedes: readonly DomaineCede[]): string {
  const montres = cedes.slice(0, cedesMontresMax);
  const liste = montres.map(({ domaine, source }) => `${domaine} (« ${source} »)`).join(', ');
  const reste = cedes.length - montres.length;
  return (
    `des domaines ont changé de source et leurs BAL disparaîtraient ici : ${liste}` +
    `${reste > 0 ? ` et ${reste} autres` : ''} ; faites-les d’abord passer à leur nouvelle source par « annuaire-sync inventory transfer »`
  );
}
