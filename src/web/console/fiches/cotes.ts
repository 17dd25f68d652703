// Both sides of a BAL in one table: what is published, what the inventory says, and where they differ.
import type { LigneInventaire, LignePubliee } from '../../../store/fiche-bal.js';
import { decrireTitulaire } from './titulaire.js';

export type LigneCote = {
  readonly libelle: string;
  readonly annuaire: readonly Valeur[];
  readonly inventaire: readonly Valeur[];
  /** Only where both sides say something that we feed. */
  readonly differe: boolean;
};

/** `chemin`: the sheet of what it names, without the base. */
export type Valeur = { readonly texte: string; readonly chemin: string | null };

export function comparer(
  publiees: readonly LignePubliee[],
  inventoriees: readonly LigneInventaire[],
): LigneCote[] {
  const hasBoth = publiees.length > 0 && inventoriees.length > 0;
  const row = (
    libelle: string,
    annuaire: readonly (Valeur | undefined)[],
    inventaire: readonly (Valeur | undefined)[],
    isCompared = false,
  ): LigneCote => {
    const [left, right] = [uniques(annuaire), uniques(inventaire)];
    return {
      ...{ libelle, annuaire: left, inventaire: right },
      differe: isCompared && hasBoth && texteDe(left) !== texteDe(right),
    };
  };
  return [
    row(
      'Type',
      publiees.map((l) => texte(l.typeBal)),
      inventoriees.map((l) => texte(l.typeBal)),
      true,
    ),
    row('Titulaire', publiees.map(decrireTitulaire), inventoriees.map(decrireTitulaire), true),
    row(
      'Nom publié',
      publiees.map((l) => texte([l.prenom, l.nom].filter(Boolean).join(' '))),
      [],
    ),
    row(
      'Profession',
      publiees.map((l) => texte(l.profession)),
      [],
    ),
    row(
      'Savoir-faire',
      publiees.map((l) => texte(l.savoirFaire)),
      [],
    ),
    row('Structures', publiees.map(structureOf), inventoriees.map(structureOf), true),
    row(
      'Nom de la structure',
      publiees.map((l) =>
        texte([l.raisonSociale, l.codePostal, l.commune].filter(Boolean).join(', ')),
      ),
      [],
    ),
    row(
      'Service',
      publiees.map((l) => texte(l.service)),
      inventoriees.map((l) => texte(l.service)),
      true,
    ),
    ...lignesInventaire(inventoriees).map(([libelle, valeurs]) => row(libelle, [], valeurs)),
  ].filter(({ annuaire, inventaire }) => annuaire.length + inventaire.length > 0);
}

function lignesInventaire(
  lignes: readonly LigneInventaire[],
): (readonly [string, readonly (Valeur | undefined)[]])[] {
  return [
    ['État', lignes.map((l) => texte(l.etat))],
    ['Liste rouge', lignes.map((l) => texte(l.listeRouge ? 'oui' : 'non'))],
    ['Responsable', lignes.map((l) => texte(l.responsable))],
    ['Description', lignes.map((l) => texte(l.description))],
    ['Créée le', lignes.map((l) => texte(l.dateCreation))],
    ['Dernière authentification', lignes.map((l) => texte(jour(l.derniereAuthentification)))],
    ['Taille', lignes.map((l) => texte(occupation(l)))],
    ['Transfert automatique vers', lignes.map((l) => texte(l.transfertVers))],
    ['Source', lignes.map((l) => texte(l.source))],
  ];
}

function structureOf({ structureId }: { readonly structureId: string | null }): Valeur | undefined {
  return structureId === null
    ? undefined
    : { texte: structureId, chemin: `/console/structures/${encodeURIComponent(structureId)}` };
}

function jour(date: Date | null): string {
  return date ? date.toLocaleDateString('fr-FR', { timeZone: 'Europe/Paris' }) : '';
}

function occupation({ tailleOctets, quotaOctets }: LigneInventaire): string {
  if (tailleOctets === null) return '';
  const mo = (octets: number): string =>
    `${(octets / 1_000_000).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} Mo`;
  if (quotaOctets === null || quotaOctets <= 0) return mo(tailleOctets);
  return `${mo(tailleOctets)} sur ${mo(quotaOctets)} (${Math.floor((100 * tailleOctets) / quotaOctets)} %)`;
}

function texte(valeur: string | null): Valeur | undefined {
  return valeur === null || valeur === '' ? undefined : { texte: valeur, chemin: null };
}

/** In order: the lines of two sides come in no common one. */
function uniques(valeurs: readonly (Valeur | undefined)[]): Valeur[] {
  const parTexte = new Map(valeurs.flatMap((valeur) => (valeur ? [[valeur.texte, valeur]] : [])));
  return [...parTexte.values()].sort((a, b) => (a.texte < b.texte ? -1 : 1));
}

function texteDe(valeurs: readonly Valeur[]): string {
  return JSON.stringify(valeurs.map(({ texte: un }) => un.toLowerCase()));
}
