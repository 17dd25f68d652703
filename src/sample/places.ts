// Invented communes and streets; the départements are the real ones, for codes and postal codes to be plausible.

export type Departement = { readonly code: string; readonly libelle: string };

const departementTable = `
01 Ain
02 Aisne
03 Allier
04 Alpes-de-Haute-Provence
05 Hautes-Alpes
06 Alpes-Maritimes
07 Ardèche
08 Ardennes
09 Ariège
10 Aube
11 Aude
12 Aveyron
13 Bouches-du-Rhône
14 Calvados
15 Cantal
16 Charente
17 Charente-Maritime
18 Cher
19 Corrèze
2A Corse-du-Sud
2B Haute-Corse
21 Côte-d'Or
22 Côtes-d'Armor
23 Creuse
24 Dordogne
25 Doubs
26 Drôme
27 Eure
28 Eure-et-Loir
29 Finistère
30 Gard
31 Haute-Garonne
32 Gers
33 Gironde
34 Hérault
35 Ille-et-Vilaine
36 Indre
37 Indre-et-Loire
38 Isère
39 Jura
40 Landes
41 Loir-et-Cher
42 Loire
43 Haute-Loire
44 Loire-Atlantique
45 Loiret
46 Lot
47 Lot-et-Garonne
48 Lozère
49 Maine-et-Loire
50 Manche
51 Marne
52 Haute-Marne
53 Mayenne
54 Meurthe-et-Moselle
55 Meuse
56 Morbihan
57 Moselle
58 Nièvre
59 Nord
60 Oise
61 Orne
62 Pas-de-Calais
63 Puy-de-Dôme
64 Pyrénées-Atlantiques
65 Hautes-Pyrénées
66 Pyrénées-Orientales
67 Bas-Rhin
68 Haut-Rhin
69 Rhône
70 Haute-Saône
71 Saône-et-Loire
72 Sarthe
73 Savoie
74 Haute-Savoie
75 Paris
76 Seine-Maritime
77 Seine-et-Marne
78 Yvelines
79 Deux-Sèvres
80 Somme
81 Tarn
82 Tarn-et-Garonne
83 Var
84 Vaucluse
85 Vendée
86 Vienne
87 Haute-Vienne
88 Vosges
89 Yonne
90 Territoire de Belfort
91 Essonne
92 Hauts-de-Seine
93 Seine-Saint-Denis
94 Val-de-Marne
95 Val-d'Oise
`;

export const departements: readonly Departement[] = departementTable
  .trim()
  .split('\n')
  .map((line) => ({ code: line.slice(0, 2), libelle: line.slice(3) }));

const communeStarts =
  'Val Mor Brou Sauv Quer Lan Trév Fon Bois Arg Clav Meur Vill Cast Rou Pier Grand Belle Noir Haute'
    .split(' ')
    .map((start) => (start.length > 4 ? `${start}-` : start));
const communeEnds = (
  'morelle ignoux andrac esmes ouvrin embray iziers antoux erpigny orsac ulvaux ivray ancelles obrac urgnon ' +
  'estrane ombreuil illandre avernoux equigny'
).split(' ');
const communeSuffixes = [
  '',
  '-sur-Orvanne',
  '-les-Brandes',
  '-en-Tourmel',
  '-la-Sablière',
  '-sous-Givre',
  '-aux-Tilleuls',
  "-d'Arzelle",
  '-le-Gué',
  '-en-Vaulx',
  '-Saint-Ornan',
  '-le-Haut',
  '-les-Ajoncs',
];

/** 5,200 distinct names, none after a real commune; the first ones are the shortest. */
export const communes: readonly string[] = [
  ...new Set(
    communeSuffixes.flatMap((suffix) =>
      communeStarts.flatMap((start) =>
        communeEnds.map((end) =>
          start.endsWith('-') ? `${start}${capitalize(end)}${suffix}` : `${start}${end}${suffix}`,
        ),
      ),
    ),
  ),
];

/** What addresses use. */
export const shortCommunes: readonly string[] = communes.slice(0, 400);

export type TypeVoie = { readonly code: string; readonly libelle: string };

export const typesVoie: readonly TypeVoie[] = [
  { code: 'R', libelle: 'Rue' },
  { code: 'AV', libelle: 'Avenue' },
  { code: 'BD', libelle: 'Boulevard' },
  { code: 'PL', libelle: 'Place' },
  { code: 'CHE', libelle: 'Chemin' },
  { code: 'RTE', libelle: 'Route' },
  { code: 'IMP', libelle: 'Impasse' },
  { code: 'ALL', libelle: 'Allée' },
  { code: 'QU', libelle: 'Quai' },
];

export const voies: readonly string[] = (
  "DES ECOLES|DE LA REPUBLIQUE|DU GENERAL ORSENNE|DES LILAS|DE L'EGLISE|DU STADE|VICTOR ALBERNE|DES TANNEURS|" +
  'DE LA FONTAINE|DU MOULIN|DES ACACIAS|DE LA GARE|DU 8 MAI|DES PRIMEVERES|JEANNE DE VALROY|DU PORT|DES CARMES|' +
  'DE LA LIBERTE|DU CHATEAU|DES VIGNES|DU COMMERCE|DE VERDIERES|DES PEUPLIERS|DU MARCHE|DE LA PAIX|DES CORDELIERS|' +
  "DE L'HOPITAL|DES GRANDS CHENES|DU LAVOIR|DES MARAICHERS|DE LA CROIX BLANCHE|EMILE TRAVELONGUE"
).split('|');

/** Lower-case ASCII with hyphens, for a domain name or the local part of an address. */
export function slug(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
