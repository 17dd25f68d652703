import type { CodeConstat } from '../../domain/constat.js';

/**
 * A rule reads the facts (reconcile/faits.ts), or the whole inventory, and yields the findings that hold now, as
 * (code, domaine, adresse, precision, type_bal, valeurs). What it means is in docs/constats.md; its group, its
 * requirement and the sources that it needs are in the catalogue (domain/constat.ts).
 */
export type Rule = {
  /** More than one when a single condition chooses between them. */
  readonly codes: readonly [CodeConstat, ...CodeConstat[]];
  /**
   * fait: looks at the BAL of the scope only. parc: always looks at the whole inventory, because what it reads moves
   * without leaving a trace (sizes, authentications) or because one BAL's verdict depends on the others'.
   */
  readonly portee: 'fait' | 'parc';
  readonly sql: string;
};

/** Both sides' values of a row `f` of `fait`, as every rule on a BAL carries them. */
export const deuxCotes = `
  'operateur', case when f.est_operateur then jsonb_strip_nulls(jsonb_build_object(
    'typeBal', f.op_types, 'typeIdentifiantPp', f.op_type_pp, 'identifiantPp', f.op_pp,
    'structures', to_jsonb(f.op_structures), 'service', f.op_services, 'etat', f.etat,
    'listeRouge', f.liste_rouge)) end,
  'annuaire', case when f.est_annuaire then jsonb_strip_nulls(jsonb_build_object(
    'typeBal', f.an_types, 'typeIdentifiantPp', f.an_type_pp, 'identifiantPp', f.an_pp,
    'structures', to_jsonb(f.an_structures), 'service', f.an_services, 'nom', f.nom)) end`;

/** The holder's name: as published beside the BAL, else as the national file knows him. */
export const nomTitulaire = `
  'nom', coalesce(f.nom, (select min(nullif(concat_ws(' ', a.prenom_exercice, a.nom_exercice), '') collate "C")
    from activite a where a.identifiant_pp = f.pp and a.gone_load_id is null))`;

/** What is known of a row `s` of `structure_vue`. */
export const valeursStructure = `
  'structure', jsonb_strip_nulls(jsonb_build_object('id', s.structure_id, 'nature', s.nature,
    'resoluPar', s.resolu_par, 'ej', s.ej, 'raisonSociale', s.raison_sociale,
    'dateFermeture', s.date_fermeture))`;

/** An instant as the same text whatever the time zone of the session. */
export function instantSql(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}
