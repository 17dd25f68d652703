// The oddities of the real files (extractions.md §1), how often the sample shows them, and how many it showed.
import type { Scale } from './country.js';

/** Shares of the lines, structures or people concerned. */
export type QuirkRates = {
  /** A bare " in a person's name or a company's name. */
  readonly guillemet: number;
  /** A line written twice, byte for byte. */
  readonly ligneEnDouble: number;
  /** A published address with capitals. */
  readonly adresseEnCapitales: number;
  /** A BAL attached to two structures: its address is on two lines. */
  readonly plusieursRattachements: number;
  readonly civiliteVide: number;
  readonly codePostalNonNumerique: number;
  readonly codeCommuneVide: number;
  readonly numeroVoieNonNumerique: number;
  /** People known by ADELI only. */
  readonly titulaireAdeli: number;
  /** BAL of other opérateurs with a holder of type 10. */
  readonly type10: number;
  /** People of SavoirFaire that Personne_activite does not name. */
  readonly savoirFaireSeul: number;
  /** People whose only line has all its activity cells empty. */
  readonly sansActivite: number;
  /** Activities that name the EJ and no site. */
  readonly ejSeule: number;
  /** Every line of the text files ends with one more |, as until 2023. */
  readonly barreFinale: boolean;
};

export type QuirkName =
  Exclude<keyof QuirkRates, 'barreFinale'> | 'finessCorse' | 'cabinetRang' | 'siretSeul';
export type QuirkCounts = Record<QuirkName, number>;

const usual: QuirkRates = {
  guillemet: 0.0005,
  ligneEnDouble: 0.0002,
  adresseEnCapitales: 0.01,
  plusieursRattachements: 0.0004,
  civiliteVide: 0.03,
  codePostalNonNumerique: 0.001,
  codeCommuneVide: 0.01,
  numeroVoieNonNumerique: 0.005,
  titulaireAdeli: 0.004,
  type10: 0.008,
  savoirFaireSeul: 0.003,
  sansActivite: 0.06,
  ejSeule: 0.01,
  barreFinale: false,
};

/** Rare oddities are ten times as common in the demonstration, or it would show none. */
export function withDefaults(scale: Scale, given: Partial<QuirkRates> | undefined): QuirkRates {
  const demo: QuirkRates = {
    ...usual,
    guillemet: 0.005,
    ligneEnDouble: 0.001,
    plusieursRattachements: 0.006,
    codePostalNonNumerique: 0.01,
    numeroVoieNonNumerique: 0.02,
  };
  return { ...(scale === 'demo' ? demo : usual), ...given };
}

export function newQuirkCounts(): QuirkCounts {
  return {
    guillemet: 0,
    ligneEnDouble: 0,
    adresseEnCapitales: 0,
    plusieursRattachements: 0,
    civiliteVide: 0,
    codePostalNonNumerique: 0,
    codeCommuneVide: 0,
    numeroVoieNonNumerique: 0,
    titulaireAdeli: 0,
    type10: 0,
    savoirFaireSeul: 0,
    sansActivite: 0,
    ejSeule: 0,
    finessCorse: 0,
    cabinetRang: 0,
    siretSeul: 0,
  };
}
