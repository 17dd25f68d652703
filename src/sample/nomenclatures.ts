// Codes and labels of the ANS's nomenclatures (extractions.md §2) that the sample uses, with how often.

export type Profession = {
  readonly code: string;
  readonly libelle: string;
  readonly weight: number;
  /** Share of its members who are salaried. */
  readonly salarie: number;
};

/** TRE_G15. */
export const professions: readonly Profession[] = [
  { code: '10', libelle: 'Médecin', weight: 21, salarie: 0.5 },
  { code: '21', libelle: 'Pharmacien', weight: 5, salarie: 0.6 },
  { code: '40', libelle: 'Chirurgien-Dentiste', weight: 4, salarie: 0.15 },
  { code: '50', libelle: 'Sage-Femme', weight: 2, salarie: 0.7 },
  { code: '60', libelle: 'Infirmier', weight: 48, salarie: 0.8 },
  { code: '70', libelle: 'Masseur-Kinésithérapeute', weight: 8, salarie: 0.2 },
  { code: '80', libelle: 'Pédicure-Podologue', weight: 1.2, salarie: 0.05 },
  { code: '86', libelle: 'Technicien de laboratoire médical', weight: 2.2, salarie: 0.98 },
  { code: '91', libelle: 'Orthophoniste', weight: 2, salarie: 0.2 },
  { code: '92', libelle: 'Orthoptiste', weight: 0.6, salarie: 0.4 },
  { code: '94', libelle: 'Ergothérapeute', weight: 1.2, salarie: 0.85 },
  { code: '95', libelle: 'Diététicien', weight: 1, salarie: 0.6 },
  { code: '96', libelle: 'Psychomotricien', weight: 1.2, salarie: 0.8 },
  { code: '98', libelle: "Manipulateur d'électroradiologie médicale", weight: 3, salarie: 0.97 },
  { code: '28', libelle: 'Opticien-Lunetier', weight: 1.6, salarie: 0.7 },
];

export type SavoirFaire = { readonly code: string; readonly libelle: string };

/** TRE_R38, spécialités ordinales. */
export const specialites: readonly SavoirFaire[] = [
  { code: 'SM54', libelle: 'Spécialiste en Médecine Générale' },
  { code: 'SM26', libelle: 'Qualifié en Médecine Générale' },
  { code: 'SM53', libelle: 'Spécialiste en Médecine Générale' },
  { code: 'SM02', libelle: 'Anesthésie-réanimation' },
  { code: 'SM04', libelle: 'Cardiologie et maladies vasculaires' },
  { code: 'SM05', libelle: 'Chirurgie générale' },
  { code: 'SM15', libelle: 'Dermatologie et vénéréologie' },
  { code: 'SM24', libelle: 'Gastro-entérologie et hépatologie' },
  { code: 'SM20', libelle: 'Gynécologie-obstétrique' },
  { code: 'SM38', libelle: 'Ophtalmologie' },
  { code: 'SM40', libelle: 'Pédiatrie' },
  { code: 'SM41', libelle: 'Pneumologie' },
  { code: 'SM42', libelle: 'Psychiatrie' },
  { code: 'SM44', libelle: 'Radio-diagnostic' },
];

export const specialitesDentaires: readonly SavoirFaire[] = [
  { code: 'SCD01', libelle: 'Orthopédie dento-faciale' },
  { code: 'SCD02', libelle: 'Chirurgie orale' },
];

/** TRE_R23. */
export const modesExercice = {
  S: 'Salarié',
  L: 'Libéral, indépendant, artisan, commerçant',
  B: 'Bénévole',
} as const;

export type Libelle = { readonly code: string; readonly libelle: string };

export const secteurs = {
  hopital: { code: 'SA01', libelle: 'Etablissement public de santé' },
  clinique: { code: 'SA02', libelle: 'Etablissement privé non lucratif' },
  cabinetIndividuel: { code: 'SA07', libelle: 'Cabinet individuel' },
  cabinetGroupe: { code: 'SA08', libelle: 'Cabinet de groupe' },
  societe: { code: 'SA09', libelle: 'Exercice en société (SEL, SCP...)' },
  pharmacie: { code: 'SA33', libelle: "Pharmacie d'officine" },
} as const;

export const roles: readonly Libelle[] = [
  { code: '', libelle: '' },
  { code: '201', libelle: 'Praticien hospitalier' },
  { code: '202', libelle: 'Chef de service' },
  { code: '203', libelle: 'Cadre de santé' },
  { code: '204', libelle: 'Assistant' },
  { code: '205', libelle: 'Remplaçant' },
  { code: '206', libelle: 'Coordonnateur' },
];

export const genresActivite: readonly Libelle[] = [
  { code: 'GENR01', libelle: 'Activité standard de soin ou de pharmacien' },
  { code: 'GENR02', libelle: 'Activité de remplacement' },
  { code: 'GENR03', libelle: 'Activité de recherche ou enseignement' },
];

export const sectionsPharmaciens: readonly Libelle[] = [
  { code: 'A', libelle: "Pharmaciens titulaires d'officine" },
  { code: 'D', libelle: "Pharmaciens adjoints d'officine" },
  { code: 'H', libelle: 'Pharmaciens des établissements de santé' },
];

export const diplomes: readonly Libelle[] = [
  { code: 'DE01', libelle: "Diplôme d'Etat français de docteur en médecine" },
  { code: 'DE09', libelle: "Diplôme d'Etat français d'infirmier" },
  { code: 'DE14', libelle: "Diplôme d'Etat de masseur-kinésithérapeute" },
  { code: 'DE05', libelle: "Diplôme d'Etat français de pharmacien" },
  { code: 'DE11', libelle: "Certificat de capacité d'orthophoniste" },
];

export const services: readonly string[] = (
  'Accueil des urgences|Cardiologie|Chirurgie digestive|Consultations externes|Dermatologie|Endocrinologie|' +
  'Gériatrie|Gynécologie-obstétrique|Hospitalisation à domicile|Imagerie médicale|Laboratoire de biologie|' +
  'Médecine interne|Médecine polyvalente|Néonatologie|Néphrologie|Neurologie|Oncologie|Ophtalmologie|' +
  'Pédiatrie|Pharmacie à usage intérieur|Pneumologie|Psychiatrie adulte|Réanimation|Rhumatologie|' +
  'Secrétariat médical|Soins de suite|Soins palliatifs|Unité de soins intensifs|Urologie|Direction des soins'
).split('|');
