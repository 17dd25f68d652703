// A country of ten BAL of which every figure was counted by hand (test/report/hygiene.test.ts).
import type { Etat, LigneBal, LigneInventaire } from './annuaire.js';

const structure = '1750000001';

export const adresse = (nom: string): string => `${nom}@chu.mssante.fr`;

const per = (nom: string, rpps: string): LigneBal => ({ adresse: adresse(nom), rpps, structure });

const org = (nom: string): LigneBal => ({ adresse: adresse(nom), type: 'ORG', structure });

const inventaire: readonly LigneInventaire[] = [
  // Published, at 85 % of its quota.
  { ...per('a', '10000000001'), tailleOctets: 85, quotaOctets: 100 },
  { adresse: adresse('b'), typePp: '10', pp: adresse('b'), structure },
  // Published, nobody since the year before last.
  { ...per('c', '10000000002'), authentification: '2025-01-01T00:00:00Z' },
  { ...per('d', '10000000003'), listeRouge: true },
  { ...per('e', '10000000004'), listeRouge: true },
  // Full, and to be published.
  { ...org('f'), tailleOctets: 100, quotaOctets: 100 },
  { ...org('g'), etat: 'suspendu' },
  { ...per('h', '10000000005'), etat: 'ferme' },
  { ...org('i'), type: 'APP' },
  // One BAL, two attachments.
  { ...org('i'), type: 'APP', service: 'Accueil' },
];

/** z is published, and nobody hosts it. */
const bals: readonly LigneBal[] = [
  per('a', '10000000001'),
  per('c', '10000000002'),
  per('d', '10000000003'),
  per('z', '10000000001'),
  { ...per('z', '10000000001'), service: 'Accueil' },
];

export const jour1: Etat = {
  bals,
  inventaire,
  activites: ['10000000001', '10000000002', '10000000003', '10000000004'].map((rpps) => ({
    rpps,
    site: structure.slice(1),
    mode: 'S',
  })),
  listeBlanche: [
    { domaine: 'chu.mssante.fr' },
    { domaine: 'chu.rnssante.fr', operateur: 'Autre' },
    { domaine: 'chi.mssante.fr', operateur: 'Encore' },
  ],
};

/** b is gone, f is published. */
export const jour2: Etat = {
  bals: [...bals, org('f')],
  inventaire: inventaire.filter((ligne) => ligne.adresse !== adresse('b')),
};

export const domaines = [{ nom: 'chu.mssante.fr' }, { nom: 'vide.mssante.fr' }];
