// The interfaces of the Annuaire that this program can use, as an opérateur declares them to the ANS (Référentiel #1).
import type { SourceName } from './source.js';
import type { InterfaceUtilisee, OperationUsage } from './usage-interface.js';

export type InterfaceAnnuaire = {
  readonly interface: InterfaceUtilisee;
  /** Of a download. */
  readonly source: SourceName | '';
  /** The ANS's own name for the exchange; empty when none is public. docs/ecarts.md tells what is not settled. */
  readonly reference: string;
  /** French. */
  readonly libelle: string;
  readonly finalite: string;
};

export const interfacesAnnuaire: readonly InterfaceAnnuaire[] = [
  telechargement(
    'bals',
    'TM2.1.3A',
    'Extraction des BAL publiées (Extraction_Correspondance_MSSante)',
    'Comparer ce qui est publié avec les BAL hébergées, confirmer ce qui a été transmis, servir l’annuaire aux logiciels.',
  ),
  telechargement(
    'identites',
    'TM2.1.4A',
    'Données d’identité des futurs utilisateurs (Extraction_ProSanteConnect)',
    'Vérifier le RPPS des titulaires avant et après la création de leur BAL.',
  ),
  telechargement(
    'professionnels',
    '',
    'Extraction en libre accès des professionnels (PS_LibreAcces)',
    'Vérifier le titulaire, ses activités et ses structures.',
  ),
  telechargement(
    'finess',
    '',
    'Référentiel des établissements (FINESS)',
    'Vérifier la structure de rattachement des BAL (établissement, entité juridique, fermeture).',
  ),
  telechargement(
    'liste-blanche',
    '',
    'Liste blanche des domaines MSSanté',
    'Vérifier que chaque domaine hébergé est dans l’espace de confiance.',
  ),
  telechargement(
    'adeli-rpps',
    '',
    'Correspondance ADELI → RPPS',
    'Remplacer les identifiants ADELI par le RPPS.',
  ),
  {
    interface: 'alimentation',
    source: '',
    reference: 'API FHIR MSS',
    libelle: 'API d’alimentation de l’Annuaire (BAL MSSanté)',
    finalite: 'Publier, corriger et supprimer les BAL hébergées ; relire ce qui est publié.',
  },
  {
    interface: 'pro-sante-connect',
    source: '',
    reference: 'Pro Santé Connect',
    libelle: 'Connexion des professionnels',
    finalite:
      'Reconnaître le professionnel qui demande la suppression d’une de ses BAL (EX_GBM_6021).',
  },
];

function telechargement(
  source: SourceName,
  reference: string,
  libelle: string,
  finalite: string,
): InterfaceAnnuaire {
  return { interface: 'telechargement', source, reference, libelle, finalite };
}

/** French, as a report names them. */
export const libellesOperation: Readonly<Record<OperationUsage, string>> = {
  head: 'HEAD : du nouveau ?',
  get: 'GET : lecture',
  patch: 'PATCH : écriture',
  recherche: 'GET : recherche',
  jeton: 'POST : jeton d’accès',
  post: 'POST',
  decouverte: 'GET : découverte',
  insert: 'publications (insert)',
  replace: 'corrections (replace)',
  delete: 'suppressions (delete)',
  chargement: 'versions chargées',
};
