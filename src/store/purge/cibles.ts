// Everything that a purge takes, in the order in which it takes it: what keeps others goes first.
import { ciblesAcces } from './cibles-acces.js';
import { ciblesAlimentation } from './cibles-alimentation.js';
import { ciblesChargements } from './cibles-chargements.js';
import { ciblesLignes } from './cibles-lignes.js';
import { ciblesMetier } from './cibles-metier.js';
import type { Cible } from './cible.js';

export const cibles: readonly Cible[] = [
  ...ciblesAlimentation,
  ...ciblesMetier,
  ...ciblesLignes,
  ...ciblesChargements,
  ...ciblesAcces,
];
