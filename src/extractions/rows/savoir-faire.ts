import { filled, needed, optional, type TextFileSpec } from '../text/spec.js';

/** PS_LibreAcces_SavoirFaire, 13 columns: knows some professionals that Personne_activite does not. */
export const savoirFaireSpec: TextFileSpec = {
  file: 'PS_LibreAcces_SavoirFaire',
  table: 'savoir_faire',
  revision: 2,
  change: { kind: 'titulaire', column: 'identifiant_pp' },
  columns: [
    needed('type_identifiant_pp', "Type d'identifiant PP"),
    filled('identifiant_pp', 'Identifiant PP'),
    optional('nom_exercice', "Nom d'exercice"),
    optional('prenom_exercice', "Prénom d'exercice"),
    optional('code_profession', 'Code profession'),
    optional('code_categorie_professionnelle', 'Code catégorie professionnelle'),
    optional('code_type_savoir_faire', 'Code type savoir-faire'),
    optional('code_savoir_faire', 'Code savoir-faire'),
  ],
  skipped: [
    'Identification nationale PP',
    'Libellé profession',
    'Libellé catégorie professionnelle',
    'Libellé type savoir-faire',
    'Libellé savoir-faire',
  ],
};
