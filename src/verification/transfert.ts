// « Cette BAL peut-elle transférer vers celle-là ? » (RE_GBM_4480): a PER to another PER of the same professional only.
import type { FaitsExtremite, FaitsTransfert, LigneBal } from '../store/verification.js';
import type { VerificationSettings } from './settings.js';
import { isLoaded, judgeSources, remarksOnSources } from './sources.js';
import { warn, conclude, refuse, type Remark, type Verdict } from './verdict.js';

export type DemandeTransfert = { readonly source: string; readonly cible: string };

export type NormalizedTransfert = {
  readonly source: NormalizedEnd;
  readonly cible: NormalizedEnd;
};

export type NormalizedEnd = {
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
  facts: FaitsTransfert,
  { agesMaxHeures }: VerificationSettings,
  now: Date,
): Verdict<NormalizedTransfert> {
  const freshness = judgeSources(facts.sources, agesMaxHeures, now);
  const source = viewEnd(demande.source, facts.source);
  const cible = viewEnd(demande.cible, facts.cible);
  const remarks = [
    ...judgeEnds(source, cible, isLoaded(freshness, 'bals')),
    ...remarksOnSources(['inventaire', 'bals'], freshness),
  ];
  return conclude(remarks, { source: normalize(source), cible: normalize(cible) });
}

type TransfertEnd = {
  readonly adresse: string;
  readonly connuePar: 'inventaire' | 'annuaire' | undefined;
  readonly typeBal: string | undefined;
  /** `8:10…`; undefined: nobody, or several. */
  readonly titulaire: string | undefined;
  readonly rpps: string | undefined;
};

function viewEnd(adresse: string, facts: FaitsExtremite): TransfertEnd {
  const connuePar =
    facts.inventaire.length > 0 ? 'inventaire' : facts.annuaire.length > 0 ? 'annuaire' : undefined;
  const lines = connuePar === 'inventaire' ? facts.inventaire : facts.annuaire;
  return {
    adresse,
    connuePar,
    typeBal: only(lines.map(({ typeBal }) => typeBal)),
    titulaire: only(lines.map(titulaireOf)),
    rpps: facts.rpps,
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

function judgeEnds(source: TransfertEnd, cible: TransfertEnd, hasBals: boolean): Remark[] {
  if (!source.connuePar) {
    return [
      refuse(
        'TRANSFERT_SOURCE_INCONNUE',
        `La BAL ${source.adresse} n’est ni dans votre inventaire ni dans l’Annuaire : importez un inventaire à jour, puis redemandez.`,
      ),
    ];
  }
  if (source.typeBal !== undefined && source.typeBal !== 'PER') {
    return [
      warn(
        'TRANSFERT_NON_CONCERNE',
        `La BAL ${source.adresse} est une ${source.typeBal} : la recommandation ne vise que les PER.`,
      ),
    ];
  }
  if (source.adresse === cible.adresse) {
    return [refuse('TRANSFERT_VERS_SOI', 'Une BAL ne peut pas transférer vers elle-même.')];
  }
  return cible.connuePar ? judgeTitulaires(source, cible) : [unknownCible(cible, hasBals)];
}

function unknownCible({ adresse }: TransfertEnd, hasBals: boolean): Remark {
  return refuse(
    'TRANSFERT_CIBLE_INCONNUE',
    hasBals
      ? `La BAL ${adresse} n’est ni dans votre inventaire ni dans l’Annuaire (la liste rouge des autres opérateurs n’y est pas) : son titulaire ne peut pas être vérifié.`
      : `La BAL ${adresse} n’est pas dans votre inventaire, et l’Annuaire n’a jamais été chargé : son titulaire ne peut pas être vérifié.`,
  );
}

function judgeTitulaires(source: TransfertEnd, cible: TransfertEnd): Remark[] {
  if (cible.typeBal !== 'PER') {
    return [
      refuse(
        'TRANSFERT_CIBLE_NON_PER',
        `La BAL ${cible.adresse} est une ${cible.typeBal ?? 'BAL de type indéterminé'} : une PER ne transfère que vers une PER du même professionnel.`,
      ),
    ];
  }
  const unidentified = [source, cible].find(({ titulaire }) => titulaire === undefined);
  if (unidentified) {
    return [
      refuse(
        'TRANSFERT_TITULAIRE_NON_IDENTIFIE',
        `La BAL ${unidentified.adresse} ne désigne pas son titulaire : identifiez-le par son RPPS.`,
      ),
    ];
  }
  if (source.titulaire === cible.titulaire) {
    return source.titulaire?.startsWith('8:') === true ? [] : [sameTitulaireWithoutRpps];
  }
  const remedy =
    rppsOf(source) !== undefined && rppsOf(source) === rppsOf(cible)
      ? ` (l’une porte encore un ADELI : remplacez-le par le RPPS ${rppsOf(source) ?? ''})`
      : '';
  return [
    refuse(
      'TRANSFERT_AUTRE_TITULAIRE',
      `La BAL ${cible.adresse} n’est pas au même titulaire${remedy} : une PER ne transfère que vers une PER du même professionnel.`,
    ),
  ];
}

const sameTitulaireWithoutRpps = warn(
  'TITULAIRE_ADELI',
  'Les deux BAL ont le même titulaire, mais pas désigné par son RPPS : remplacez son identifiant.',
);

function rppsOf({ titulaire, rpps }: TransfertEnd): string | undefined {
  return titulaire?.startsWith('8:') === true ? titulaire.slice(2) : rpps;
}

function normalize({ adresse, typeBal, connuePar }: TransfertEnd): NormalizedEnd {
  return { adresse, typeBal: typeBal ?? null, connuePar: connuePar ?? null };
}
