import { filled, needed, optional, type TextColumn, type TextFileSpec } from '../text/spec.js';

/** The published name, and the same without its suffix, which a part of the documentation drops. */
function ofStructure(column: string, header: string): TextColumn {
  return optional(column, `${header} structure BAL`, header);
}

/** Extraction_Correspondance_MSSante: 31 columns, unchanged from 2018 to 2026 (extraction en libre accès). */
export const balsSpec: TextFileSpec = {
  file: 'Extraction_Correspondance_MSSante',
  table: 'bal_annuaire',
  addressColumn: 'adresse_publiee',
  revision: 2,
  change: { kind: 'adresse', column: 'adresse' },
  skipped: [],
  columns: [
    needed('type_bal', 'Type de BAL'),
    filled('adresse_publiee', 'Adresse BAL'),
    needed('type_identifiant_pp', 'Type Identifiant PP', "Type d'identifiant PP"),
    needed('identifiant_pp', 'Identifiant PP'),
    optional('identification_nationale_pp', 'Identification nationale PP'),
    needed('type_identifiant_structure', 'Type identifiant structure'),
    needed('identification_structure', 'Identification Structure'),
    needed('service_rattachement', 'Service de rattachement'),
    optional('civilite_exercice', "Civilité d'exercice"),
    optional('nom_exercice', "Nom d'exercice"),
    optional('prenom_exercice', "Prénom d'exercice"),
    optional('categorie_profession', 'Catégorie profession'),
    optional('libelle_categorie_profession', 'Libellé de catégorie profession'),
    optional('code_profession', 'Code Profession'),
    optional('libelle_profession', 'Libellé Profession'),
    optional('code_savoir_faire', 'Code savoir-faire'),
    optional('libelle_savoir_faire', 'Libellé savoir-faire'),
    optional('dematerialisation', 'Dématérialisation'),
    ofStructure('raison_sociale', 'Raison Sociale'),
    ofStructure('enseigne_commerciale', 'Enseigne commerciale'),
    ofStructure('complement_localisation', 'L2COMPLEMENTLOCALISATION'),
    ofStructure('complement_distribution', 'L3COMPLEMENTDISTRIBUTION'),
    ofStructure('numero_voie', 'L4NUMEROVOIE'),
    ofStructure('complement_numero_voie', 'L4COMPLEMENTNUMEROVOIE'),
    ofStructure('type_voie', 'NL4TYPEVOIE'),
    ofStructure('libelle_voie', 'L4LIBELLEVOIE'),
    ofStructure('lieu_dit', 'L5LIEUDITMENTION'),
    ofStructure('ligne_acheminement', 'L6LIGNEACHEMINEMENT'),
    ofStructure('code_postal', 'Code postal'),
    ofStructure('departement', 'Département'),
    ofStructure('pays', 'Pays'),
  ],
};
