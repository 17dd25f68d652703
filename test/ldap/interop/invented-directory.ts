// Mailboxes invented to be awkward: every way in which two texts are the same, nearly the same or hard to write in a DN.

import type { BalRow } from '../../support/ldap-mirror.js';

/**
 * The same rows for the same count: awkward ones first, then ordinary ones that share few names, so that answers hold
 * from none to most of them.
 */
export function inventedBals(count: number): BalRow[] {
  const rows = [...awkward];
  for (let rank = rows.length; rank < count; rank++) rows.push(ordinary(rank));
  return rows.slice(0, count);
}

const domaine = 'hopital.mssante.fr';

const noms = [
  'DUPONT',
  'DUPOND',
  'LEFÈVRE',
  'Lefevre',
  "O'BRIEN",
  'DE LA TOUR',
  'MÜLLER',
  'CŒURET',
  'GRÖSSMANN',
  'NGUYÊN VAN',
];
const prenoms = ['JEAN', 'Jean-Noël', 'MARIE', 'Zoé', 'FRANÇOIS', 'Anne  Marie', 'ÉLISE'];
const villes = [
  ['75014', 'PARIS'],
  ['69003', 'LYON'],
  ['13005', 'MARSEILLE'],
  ['97400', 'SAINT-DENIS'],
  ['42000', 'SAINT-ÉTIENNE'],
] as const;
const professions = [
  ['10', 'Médecin'],
  ['21', 'Pharmacien'],
  ['60', 'Infirmier'],
  ['40', 'Chirurgien-Dentiste'],
] as const;
const structures = [
  ['1', '750000001', 'HÔPITAL INVENTÉ DE PARIS'],
  ['1', '690000002', 'CLINIQUE DU RHÔNE (SITE A+B)'],
  ['3', '13000000300012', 'CABINET "LES PINS", MARSEILLE'],
] as const;

function ordinary(rank: number): BalRow {
  const at = <Value>(list: readonly Value[], step: number): Value => {
    const value = list[Math.floor(rank / step) % list.length];
    if (value === undefined) throw new Error('an empty list');
    return value;
  };
  const [codePostal, ville] = at(villes, 3);
  const [code, profession] = at(professions, 5);
  const isPerson = rank % 4 !== 3;
  const [typeStructure, structure, raisonSociale] = at(structures, 2);
  return {
    adresse_publiee: `${isPerson ? 'prenom.nom' : 'service'}${rank}@${domaine}`,
    type_bal: isPerson ? 'PER' : rank % 8 === 3 ? 'ORG' : 'APP',
    ...(isPerson
      ? {
          type_identifiant_pp: '8',
          identifiant_pp: String(10_000_000_000 + rank),
          identification_nationale_pp: `8${10_000_000_000 + rank}`,
          nom_exercice: at(noms, 1),
          prenom_exercice: at(prenoms, 1),
          code_profession: code,
          libelle_profession: profession,
          categorie_profession: 'C',
          libelle_categorie_profession: 'Civil',
          ...(rank % 3 === 0
            ? {
                code_savoir_faire: 'SM04',
                libelle_savoir_faire: 'Cardiologie et maladies vasculaires',
              }
            : {}),
        }
      : { service_rattachement: at(['Urgences', 'Bloc opératoire', 'PHARMACIE  centrale'], 4) }),
    type_identifiant_structure: typeStructure,
    identification_structure: structure,
    raison_sociale: raisonSociale,
    numero_voie: String((rank % 90) + 1),
    libelle_voie: 'DES ÉCOLES',
    type_voie: 'RUE',
    code_postal: codePostal,
    ligne_acheminement: `${codePostal} ${ville}`,
    departement: codePostal.slice(0, 2),
    pays: 'FRANCE',
  };
}

const person = (adresse: string, prenom: string, nom: string, more: object = {}): BalRow => ({
  adresse_publiee: `${adresse}@${domaine}`,
  type_bal: 'PER',
  type_identifiant_pp: '8',
  identifiant_pp: '10999999999',
  nom_exercice: nom,
  prenom_exercice: prenom,
  libelle_profession: 'Médecin',
  code_profession: '10',
  type_identifiant_structure: '1',
  identification_structure: '750000001',
  raison_sociale: 'HÔPITAL INVENTÉ DE PARIS',
  ...more,
});

const awkward: readonly BalRow[] = [
  person('simple', 'Paul', 'Simple'),
  person('accents', 'Hélène', 'Éléonore'),
  // The same name, decomposed.
  person('decompose', 'Hélène'.normalize('NFD'), 'Éléonore'.normalize('NFD')),
  person('sans.accents', 'Helene', 'Eleonore'),
  person('espaces', ' Jean   Luc ', '  DU   BOIS  '),
  person('insecable', 'Jean\u00a0Luc', 'DU\u00a0BOIS'),
  person('ligature', 'Ofﬁce', 'CŒUR'),
  person('esses', 'Gross', 'STRASSE'),
  person('turc', 'ılker', 'IŞIK'),
  person('grec', 'Σοφία', 'ΟΔΥΣΣΕΎΣ'),
  person('cyrillique', 'Иван', 'ПЕТРОВ'),
  person('chiffres', '④', '½ ² ①'),
  person('large', 'Ｊｅａｎ', 'ＤＵＰＯＮＴ'),
  person('trait', 'An\u00adne', 'TRA\u200bIT'),
  person('emoji', 'Zoé 😀', 'ROUX'),
  person('filtre', '(a*b)', 'C\\D'),
  person('virgule', 'Jean, dit "Jeannot"', '#Diese; <x>=+y'),
  person("o'brien+tag=x", 'Pat', "O'BRIEN"),
  person('MAJUSCULES.Nom', 'MAJ', 'uscules'),
  person('un', 'A', 'B'),
  person('long', 'Nom'.repeat(40), 'Très '.repeat(40).trim()),
  // One address, two attachments: one entry with several values.
  person('double', 'Jeanne', 'DOUBLE', { ligne_acheminement: '75014 PARIS' }),
  person('double', 'Jeanne', 'DOUBLE', {
    type_identifiant_structure: '1',
    identification_structure: '690000002',
    raison_sociale: 'CLINIQUE DU RHÔNE (SITE A+B)',
    ligne_acheminement: '69003 LYON',
    libelle_profession: 'Pharmacien',
    code_profession: '21',
  }),
  {
    adresse_publiee: `secretariat@${domaine}`,
    type_bal: 'ORG',
    service_rattachement: 'Secrétariat, 2e étage',
    raison_sociale: 'HÔPITAL INVENTÉ DE PARIS',
    type_identifiant_structure: '1',
    identification_structure: '750000001',
  },
  { adresse_publiee: `nue@${domaine}`, type_bal: 'APP' },
];
