// The two sides of a finding, line by line: what the inventory says, what is published, and where they part.
import type { Constat, Valeurs } from '../domain/constat.js';
import { titulaire, identifiant } from './csv.js';

/** A piece of a value; `differe`: the other side has something else there. */
export type Morceau = { readonly texte: string; readonly differe: boolean };

export type LigneComparee = {
  readonly libelle: string;
  readonly differe: boolean;
  /** Empty when this side has no value; null when the BAL is not on this side, or the side never says it. */
  readonly operateur: readonly Morceau[] | null;
  readonly annuaire: readonly Morceau[] | null;
};

/** Undefined for a finding that has no sides, such as one about a domain. */
export function comparerCotes({ valeurs }: Constat): LigneComparee[] | undefined {
  const operateur = objet(valeurs['operateur']);
  const annuaire = objet(valeurs['annuaire']);
  if (!operateur && !annuaire) return undefined;
  const lignes: (readonly [string, (cote: Valeurs) => string | undefined])[] = [
    ['Type de BAL', (cote) => texte(cote, 'typeBal')],
    ['Titulaire', direTitulaire],
    ['Structures', direStructures],
    // Both sides have one, or have none.
    ['Service de rattachement', (cote) => texte(cote, 'service') ?? ''],
    ['État', (cote) => texte(cote, 'etat')],
    ['Liste rouge', (cote) => ouiNon(cote['listeRouge'])],
    ['Dernière authentification', (cote) => texte(cote, 'derniereAuthentification')?.slice(0, 10)],
    ['Date de création', (cote) => texte(cote, 'dateCreation')?.slice(0, 10)],
    ['Remplissage', (cote) => pourcent(cote['pourcent'])],
    ['Transfert automatique vers', (cote) => texte(cote, 'transfertVers')],
  ];
  return lignes.flatMap(([libelle, lire]) => {
    const [a, b] = [operateur && lire(operateur), annuaire && lire(annuaire)];
    if ((a ?? '') === '' && (b ?? '') === '') return [];
    return [comparer(libelle, a, b)];
  });
}

function comparer(libelle: string, a: string | undefined, b: string | undefined): LigneComparee {
  if (a === undefined || b === undefined || a === b) {
    return { libelle, differe: false, operateur: entier(a), annuaire: entier(b) };
  }
  const [debut, fin] = communs(a, b);
  return {
    libelle,
    differe: true,
    operateur: morceler(a, debut, fin),
    annuaire: morceler(b, debut, fin),
  };
}

/** How many characters both begin and end with. */
function communs(a: string, b: string): [number, number] {
  const [x, y] = [Array.from(a), Array.from(b)];
  const max = Math.min(x.length, y.length);
  let debut = 0;
  while (debut < max && x[debut] === y[debut]) debut += 1;
  let fin = 0;
  while (fin < max - debut && x[x.length - 1 - fin] === y[y.length - 1 - fin]) fin += 1;
  return [debut, fin];
}

function morceler(text: string, debut: number, fin: number): Morceau[] {
  const chars = Array.from(text);
  return [
    { texte: chars.slice(0, debut).join(''), differe: false },
    { texte: chars.slice(debut, chars.length - fin).join(''), differe: true },
    { texte: chars.slice(chars.length - fin).join(''), differe: false },
  ].filter((morceau) => morceau.texte !== '');
}

function entier(text: string | undefined): Morceau[] | null {
  if (text === undefined) return null;
  return text === '' ? [] : [{ texte: text, differe: false }];
}

function direTitulaire(cote: Valeurs): string | undefined {
  if (!('identifiantPp' in cote)) return undefined;
  return titulaire(texte(cote, 'typeIdentifiantPp') ?? '', texte(cote, 'identifiantPp') ?? '');
}

function direStructures({ structures }: Valeurs): string | undefined {
  if (!Array.isArray(structures)) return undefined;
  return structures
    .map((id: unknown) => (typeof id === 'string' ? identifiant(id) : ''))
    .join(', ');
}

/** '' when the side says that it is empty; undefined when it says nothing of it. */
function texte(cote: Valeurs, cle: string): string | undefined {
  const valeur = cote[cle];
  return typeof valeur === 'string' ? valeur : valeur === null ? '' : undefined;
}

function ouiNon(valeur: Valeurs[string] | undefined): string | undefined {
  return typeof valeur === 'boolean' ? (valeur ? 'oui' : 'non') : undefined;
}

function pourcent(valeur: Valeurs[string] | undefined): string | undefined {
  return typeof valeur === 'number' ? `${valeur} %` : undefined;
}

function objet(valeur: Valeurs[string] | undefined): Valeurs | undefined {
  return isObjet(valeur) ? valeur : undefined;
}

function isObjet(valeur: Valeurs[string] | undefined): valeur is Valeurs {
  return typeof valeur === 'object' && valeur !== null && !Array.isArray(valeur);
}
