// What the plan says besides operations: why each is proposed, what is held back, which guard stops everything.
import { catalogueConstats } from './constat.js';
import type { KindOperation, MotifOperation } from './feed-operation.js';

/** In the order of the page. */
export const motifsOperation = [
  'DEMANDE_PS',
  'INACTIVE',
  'DOMAINE_HORS_LISTE_BLANCHE',
  'PER_TYPE_10',
  'ORPHELINE_ANNUAIRE',
  'TYPE_DIVERGENT',
  'ATTRIBUTS_DIVERGENTS',
  'LISTE_ROUGE_PUBLIEE',
  'NON_PUBLIEE',
  'INVENTAIRE_MODIFIE',
] as const satisfies readonly MotifOperation[];

export type MotifPlan = (typeof motifsOperation)[number];

export type DefinitionMotif = { readonly libelle: string; readonly exigence: string };

export function definitionMotif(motif: MotifPlan): DefinitionMotif {
  return motif === 'DEMANDE_PS' || motif === 'INVENTAIRE_MODIFIE'
    ? sansConstat[motif]
    : catalogueConstats[motif];
}

const sansConstat: Readonly<Record<'DEMANDE_PS' | 'INVENTAIRE_MODIFIE', DefinitionMotif>> = {
  DEMANDE_PS: { libelle: 'Suppression demandée par le titulaire', exigence: 'EX_GBM_6021' },
  INVENTAIRE_MODIFIE: {
    libelle: 'Modifiée dans l’inventaire, ce qu’aucune extraction ne montre',
    exigence: 'Référentiel #1',
  },
};

export const libellesKind: Readonly<Record<KindOperation, { un: string; plusieurs: string }>> = {
  insert: { un: 'création', plusieurs: 'créations' },
  replace: { un: 'modification', plusieurs: 'modifications' },
  delete: { un: 'suppression', plusieurs: 'suppressions' },
};

type DefinitionRetenue = {
  readonly libelle: string;
  /** What the administrator does about it. */
  readonly action: string;
};

/** Why something that seems needed is not proposed; the codes are part of the interface. */
export const catalogueRetenues = {
  PER_TYPE_10: {
    libelle: 'BAL PER sans titulaire identifié : elle ne peut pas être publiée (EX_GBM_4312)',
    action: 'Indiquez le RPPS du titulaire dans l’inventaire, ou retirez-en la BAL.',
  },
  TITULAIRE_ADELI: {
    libelle: 'Titulaire désigné par un numéro ADELI, que l’alimentation n’accepte pas',
    action: 'Remplacez le numéro ADELI par le RPPS dans l’inventaire.',
  },
  TITULAIRE_NON_IDENTIFIE: {
    libelle: 'Titulaire sans RPPS',
    action: 'Indiquez le RPPS du titulaire dans l’inventaire.',
  },
  TITULAIRE_INCONNU: {
    libelle: 'RPPS inconnu du fichier national : l’Annuaire n’a pas ce porteur',
    action:
      'Vérifiez le RPPS dans l’inventaire ; s’il est juste, attendez la prochaine extraction.',
  },
  SANS_STRUCTURE: {
    libelle: 'BAL organisationnelle ou applicative sans structure',
    action: 'Indiquez la structure (FINESS ou SIRET) dans l’inventaire.',
  },
  STRUCTURE_INUTILISABLE: {
    libelle: 'Identifiant de structure que l’alimentation n’accepte pas',
    action: 'Corrigez le type et l’identifiant de la structure dans l’inventaire.',
  },
  TYPE_AMBIGU: {
    libelle: 'Plusieurs types de BAL pour la même adresse et le même porteur',
    action: 'Ne gardez qu’un type pour cette BAL dans l’inventaire.',
  },
  ADRESSE_INVALIDE: {
    libelle: 'Adresse que l’Annuaire ne peut pas publier',
    action: 'Recréez la BAL dans un domaine MSSanté : une adresse ne se modifie pas.',
  },
  DOMAINE_NON_DECLARE: {
    libelle: 'Domaine absent de operateur.domaines',
    action:
      'Déclarez le domaine dans les réglages s’il est à vous, ou retirez la BAL de l’inventaire.',
  },
  DOMAINE_HORS_LISTE_BLANCHE: {
    libelle: 'Domaine absent de la liste blanche : rien n’y est publié',
    action: 'Faites inscrire le domaine en liste blanche, ou retirez ses BAL de l’inventaire.',
  },
  SUPPRESSION_DECIDEE: {
    libelle: 'Suppression décidée, mais BAL encore active dans l’inventaire',
    action:
      'Supprimez la BAL de votre plateforme et de l’inventaire. Si elle doit rester : « demandes lift » quand son titulaire avait demandé ' +
      'la suppression, « hygiene keep » quand elle était inactive.',
  },
  INACTIVITE_CESSEE: {
    libelle: 'Suppression pour inactivité décidée, mais la BAL n’est plus inactive',
    action: 'Rien à faire : la BAL n’est pas supprimée. Retirez la décision si elle est dépassée.',
  },
  INACTIVE_PREAVIS: {
    libelle: 'BAL inactive dont le préavis n’est pas écoulé',
    action: 'Prévenez le titulaire : la suppression sera proposée à la fin du préavis.',
  },
  TITULAIRE_HORS_STRUCTURE: {
    libelle: 'Titulaire sans activité connue dans la structure : jamais supprimée d’office',
    action: 'Voyez avec le titulaire et la structure : aucune source ne prouve un départ.',
  },
  SUSPENDUE: {
    libelle: 'BAL suspendue dans l’inventaire : ce qui est publié reste tel quel',
    action: 'Remettez-la à l’état actif, ou fermez-la, quand vous saurez.',
  },
  SERVICE_NON_TRANSMIS: {
    libelle: 'Seul le service de rattachement diffère, et il ne se transmet pas pour une PER',
    action: 'Corrigez le service dans l’inventaire : l’Annuaire le tient d’ailleurs.',
  },
  SOURCE_PERIMEE: {
    libelle: 'Suppression qui repose sur une source trop ancienne ou refusée',
    action: 'Rafraîchissez la source (« extract », « inventory import »), puis « reconcile ».',
  },
  INVENTAIRE_PARTIEL: {
    libelle: 'Absente d’un inventaire dont des lignes ont été rejetées',
    action: 'Corrigez les lignes rejetées et réimportez l’inventaire : la BAL y est peut-être.',
  },
  ENVOI_EN_COURS: {
    libelle: 'Une opération est en cours d’envoi sur cette BAL et ce porteur',
    action: 'Attendez son issue : le plan suivant en tiendra compte.',
  },
  EN_ATTENTE: {
    libelle: 'Envoi suspendu : il manque une information que l’Annuaire n’a pas',
    action: 'Lisez le message, corrigez, puis rejouez ou annulez l’opération.',
  },
  EN_ECHEC: {
    libelle: 'Refusée par l’Annuaire, ou tentatives épuisées',
    action: 'Lisez le message, corrigez, puis rejouez ou annulez l’opération.',
  },
  ECARTEE: {
    libelle: 'Écartée par une personne',
    action: 'Pour la reprendre : « plan approve --operation N ».',
  },
  CREATION_ECARTEE: {
    libelle: 'Suppression qui suit une création écartée ou refusée',
    action: 'Décidez d’abord de la création : sans elle, la BAL ne serait plus publiée.',
  },
} as const satisfies Readonly<Record<string, DefinitionRetenue>>;

export type CodeRetenue = keyof typeof catalogueRetenues;

export type CodeGarde =
  | 'inventaire-minimum'
  | 'inventaire-age'
  | 'inventaire-refuse'
  | 'annuaire-age'
  | 'annuaire-refuse'
  | 'changements'
  | 'suppressions'
  | 'suppressions-part'
  | 'domaine-suppressions'
  | 'domaine-suppressions-part';

/** A guard over (or under) its limit: nothing that it covers is approved until a person lifts it. */
export type GardePassee = {
  readonly garde: CodeGarde;
  /** Undefined: the whole plan. */
  readonly domaine: string | undefined;
  /** Same unit on both: operations, BAL or hours, as the guard says. */
  readonly limite: number;
  readonly valeur: number;
  /** French: which, by how much. */
  readonly message: string;
  /** Domains that it no longer holds back, when it was lifted for some only. */
  readonly domainesLeves: readonly string[];
  readonly leveePar: string | undefined;
  /** ISO 8601. */
  readonly leveeLe: string | undefined;
  readonly motif: string | undefined;
};

/** Whether the guard stands in the way of an operation of this domain. */
export function retient(garde: GardePassee, domaine: string): boolean {
  if (garde.leveePar !== undefined && garde.domainesLeves.length === 0) return false;
  if (garde.domaine !== undefined && garde.domaine !== domaine) return false;
  return !garde.domainesLeves.includes(domaine);
}

export function estLevee(garde: GardePassee): boolean {
  return garde.leveePar !== undefined && garde.domainesLeves.length === 0;
}
