// A domain name cut into what can be compared.
import { parse } from 'tldts';
import { lisible, sansAccents, silhouette } from './silhouette.js';

export type Nom = {
  /** As it is written in the sources: small letters, punycode. */
  readonly domaine: string;
  readonly silhouette: string;
  /** Without accents, public suffix left out. */
  readonly etiquettes: readonly string[];
  /** Public suffix: « fr », « gouv.fr ». */
  readonly suffixe: string;
  /** The words of all labels. */
  readonly mots: readonly string[];
};

export function readNom(domaine: string): Nom {
  const ecrit = domaine.trim().toLowerCase().replace(/\.$/u, '');
  const lu = lisible(ecrit);
  const suffixe = parse(ecrit).publicSuffix ?? '';
  const labels = sansAccents(lu).split('.');
  const etiquettes = labels.slice(0, Math.max(1, labels.length - suffixe.split('.').length));
  return {
    domaine: ecrit,
    silhouette: silhouette(lu),
    etiquettes,
    suffixe,
    mots: motsDe(etiquettes),
  };
}

export function motsDe(etiquettes: readonly string[]): string[] {
  return etiquettes.flatMap((etiquette) => etiquette.split(/[-_]+/u)).filter((mot) => mot !== '');
}
