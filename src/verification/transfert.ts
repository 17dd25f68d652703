// « Cette BAL peut-elle transférer vers celle-là ? » (RE_GBM_4480): a PER to another PER of the same professional only.
import type { FaitsExtremite, FaitsTransfert, LigneBal } from '../store/verification.js';
import type { ReglagesVerification } from './reglages.js';
import { isLoaded, judgeSources, remarquesSources } from './sources.js';
import { avertissement, conclude, refus, type Remarque, type Verdict } from './verdict.js';

export type DemandeTransfert = { readonly source: string; readonly cible: string };

export type TransfertNormalise = {
  readonly source: ExtremiteNormalisee;
  readonly cible: ExtremiteNormalisee;
};

export type ExtremiteNormalisee = {
  readonly adresse: string;
  readonly typeBal: string | null;
  /** Where its holder was read: the inventory's word first. */
  readonly connuePar: 'inventaire' | 'annuaire' | null;
};

/** Addresses as they are looked up. */
export function readTransfert({ source, cible }: DemandeTransfert): DemandeTransfert {
  return { source: source.trim().toLowerCase(), cible: cible.trim().toLowerCase() };
}

export function judgeTransfert(
  demande: DemandeTransfert,
  faits: FaitsTransfert,
  { agesMaxHeures }: ReglagesVerification,
  now: Date,
): Verdict<TransfertNormalise> {
  const fraicheurs = judgeSources(faits.sources, agesMaxHeures, now);
  const source = viewExtremite(demande.source, faits.source);
  const cible = viewExtremite(demande.cible, faits.cible);
  const remarques = [
    ...judgeExtremites(source, cible, isLoaded(fraicheurs, 'bals')),
    ...remarquesSources(['inventaire', 'bals'], fraicheurs),
  ];
  return conclude(remarques, { source: normalise(source), cible: normalise(cible) });
}

type Extremite = {
  readonly adresse: string;
  readonly connuePar: 'inventaire' | 'annuaire' | undefined;
  readonly typeBal: string | undefined;
  /** `8:10…`; undefined: nobody, or several. */
  readonly titulaire: string | undefined;
  readonly rpps: string | undefined;
};

function viewExtremite(adresse: string, faits: FaitsExtremite): Extremite {
  const connuePar =
    faits.inventaire.length > 0 ? 'inventaire' : faits.annuaire.length > 0 ? 'annuaire' : undefined;
  const lignes = connuePar === 'inventaire' ? faits.inventaire : faits.annuaire;
  return {
    adresse,
    connuePar,
    typeBal: only(lignes.map(({ typeBal }) => typeBal)),
    titulaire: only(lignes.map(titulaireOf)),
    rpps: faits.rpps,
  };
}

/** Type 10 names a mailbox, not a professional. */
function titulaireOf({ typeIdentifiantPp, identifiantPp }: LigneBal): string | undefined {
  if (typeIdentifiantPp === undefined || typeIdentifiantPp === '10') return undefined;
  return identifiantPp === undefined ? undefined : `${typeIdentifiantPp}:${identifiantPp}`;
}

/** A BAL of several lines that disagree has no value. */
function only(values: readonly (string | undefined)[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

function judgeExtremites(source: Extremite, cible: Extremite, hasBals: boolean): Remarque[] {
  if (!source.connuePar) {
    return [
      refus(
        'TRANSFERT_SOURCE_INCONNUE',
        `La BAL ${source.adresse} n’est ni dans votre inventaire ni dans l’Annuaire : importez un inventaire à jour, puis redemandez.`,
      ),
    ];
  }
  if (source.typeBal !== undefined && source.typeBal !== 'PER') {
    return [
      avertissement(
        'TRANSFERT_NON_CONCERNE',
        `La BAL ${source.adresse} est une ${source.typeBal} : la recommandation ne vise que les PER.`,
      ),
    ];
  }
  if (source.adresse === cible.adresse) {
    return [refus('TRANSFERT_VERS_SOI', 'Une BAL ne peut pas transférer vers elle-même.')];
  }
  return cible.connuePar ? judgeTitulaires(source, cible) : [cibleInconnue(cible, hasBals)];
}

function cibleInconnue({ adresse }: Extremite, hasBals: boolean): Remarque {
  return refus(
    'TRANSFERT_CIBLE_INCONNUE',
    hasBals
      ? `La BAL ${adresse} n’est ni dans votre inventaire ni dans l’Annuaire (la liste rouge des autres opérateurs n’y est pas) : son titulaire ne peut pas être vérifié.`
      : `La BAL ${adresse} n’est pas dans votre inventaire, et l’Annuaire n’a jamais été chargé : son titulaire ne peut pas être vérifié.`,
  );
}

function judgeTitulaires(source: Extremite, cible: Extremite): Remarque[] {
  if (cible.typeBal !== 'PER') {
    return [
      refus(
        'TRANSFERT_CIBLE_NON_PER',
        `La BAL ${cible.adresse} est une ${cible.typeBal ?? 'BAL de type indéterminé'} : une PER ne transfère que vers une PER du même professionnel.`,
      ),
    ];
  }
  const sansTitulaire = [source, cible].find(({ titulaire }) => titulaire === undefined);
  if (sansTitulaire) {
    return [
      refus(
        'TRANSFERT_TITULAIRE_NON_IDENTIFIE',
        `La BAL ${sansTitulaire.adresse} ne désigne pas son titulaire : identifiez-le par son RPPS.`,
      ),
    ];
  }
  if (source.titulaire === cible.titulaire) {
    return source.titulaire?.startsWith('8:') === true ? [] : [memeTitulaireSansRpps];
  }
  const remede =
    rppsOf(source) !== undefined && rppsOf(source) === rppsOf(cible)
      ? ` (l’une porte encore un ADELI : remplacez-le par le RPPS ${rppsOf(source) ?? ''})`
      : '';
  return [
    refus(
      'TRANSFERT_AUTRE_TITULAIRE',
      `La BAL ${cible.adresse} n’est pas au même titulaire${remede} : une PER ne transfère que vers une PER du même professionnel.`,
    ),
  ];
}

const memeTitulaireSansRpps = avertissement(
  'TITULAIRE_ADELI',
  'Les deux BAL ont le même titulaire, mais pas désigné par son RPPS : remplacez son identifiant.',
);

function rppsOf({ titulaire, rpps }: Extremite): string | undefined {
  return titulaire?.startsWith('8:') === true ? titulaire.slice(2) : rpps;
}

function normalise({ adresse, typeBal, connuePar }: Extremite): ExtremiteNormalisee {
  return { adresse, typeBal: typeBal ?? null, connuePar: connuePar ?? null };
}
