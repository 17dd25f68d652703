import { filled, needed, optional, type TextColumn, type TextFileSpec } from '../text/spec.js';

/** `(coord. structure)`, of which one variant with a capital is on record. */
function coord(column: string, header: string): TextColumn {
  return optional(column, `${header} (coord. structure)`, header);
}

/**
 * PS_LibreAcces_Personne_activite: one line = one activity. 48 columns in 2018, 52 in 2021, 56 in 2026; labels of
 * codes are not kept, and the structure's columns are kept once for each distinct set of values.
 */
export const personneActiviteSpec: TextFileSpec = {
  file: 'PS_LibreAcces_Personne_activite',
  table: 'activite',
  revision: 2,
  change: { kind: 'titulaire', column: 'identifiant_pp' },
  columns: [
    needed('type_identifiant_pp', "Type d'identifiant PP"),
    filled('identifiant_pp', 'Identifiant PP'),
    optional('code_civilite_exercice', "Code civilité d'exercice", 'Code civilité exercice'),
    optional('code_civilite', 'Code civilité'),
    needed('nom_exercice', "Nom d'exercice"),
    needed('prenom_exercice', "Prénom d'exercice"),
    needed('code_profession', 'Code profession'),
    optional('code_categorie_professionnelle', 'Code catégorie professionnelle'),
    optional('code_type_savoir_faire', 'Code type savoir-faire'),
    optional('code_savoir_faire', 'Code savoir-faire'),
    needed('code_mode_exercice', 'Code mode exercice'),
    optional('code_secteur_activite', "Code secteur d'activité"),
    optional('code_section_pharmacien', 'Code section tableau pharmaciens'),
    optional('code_role', 'Code rôle', 'Code fonction'),
    optional('code_genre_activite', 'Code genre activité', "Code genre d'activité"),
  ],
  structure: {
    table: 'structure_exercice',
    columns: [
      needed('siret', 'Numéro SIRET site'),
      optional('siren', 'Numéro SIREN site'),
      needed('finess_site', 'Numéro FINESS site'),
      needed('finess_ej', 'Numéro FINESS établissement juridique'),
      needed('identifiant_technique', 'Identifiant technique de la structure'),
      optional('raison_sociale', 'Raison sociale site'),
      optional('enseigne_commerciale', 'Enseigne commerciale site'),
      coord('complement_destinataire', 'Complément destinataire'),
      coord('complement_point_geographique', 'Complément point géographique'),
      coord('numero_voie', 'Numéro Voie'),
      coord('indice_repetition_voie', 'Indice répétition voie'),
      coord('code_type_voie', 'Code type de voie'),
      coord('libelle_type_voie', 'Libellé type de voie'),
      coord('libelle_voie', 'Libellé Voie'),
      coord('mention_distribution', 'Mention distribution'),
      coord('bureau_cedex', 'Bureau cedex'),
      coord('code_postal', 'Code postal'),
      coord('code_commune', 'Code commune'),
      coord('libelle_commune', 'Libellé commune'),
      coord('code_pays', 'Code pays'),
      coord('libelle_pays', 'Libellé pays'),
      coord('telephone', 'Téléphone'),
      coord('telephone2', 'Téléphone 2'),
      coord('telecopie', 'Télécopie'),
      coord('adresse_email', 'Adresse e-mail'),
      optional(
        'code_departement',
        'Code Département (structure)',
        'Code département (coord. structure)',
      ),
      optional('libelle_departement', 'Libellé Département (structure)'),
      optional('ancien_identifiant', 'Ancien identifiant de la structure'),
      optional('autorite_enregistrement', "Autorité d'enregistrement"),
    ],
  },
  skipped: [
    'Identification nationale PP',
    "Libellé civilité d'exercice",
    'Libellé civilité exercice',
    'Libellé civilité',
    'Libellé profession',
    'Libellé catégorie professionnelle',
    'Libellé type savoir-faire',
    'Libellé savoir-faire',
    'Libellé mode exercice',
    "Libellé secteur d'activité",
    'Libellé section tableau pharmaciens',
    'Libellé rôle',
    'Libellé fonction',
    'Libellé genre activité',
    "Libellé genre d'activité",
  ],
};
