// What the form of a demande holds, and what is wrong with it.
import { z } from 'zod';
import { isAdresseMail } from '../../domain/adresse-mail.js';
import {
  commentaireCharsMax,
  libellesMotif,
  motifsDemande,
  nettoyerTexte,
  type MotifDemande,
} from '../../domain/demande.js';

/** Whatever is posted becomes texts: a field given twice, or not at all, is empty. */
const texte = z.string().catch('');
const posted = z
  .object({ motif: texte, commentaire: texte, contact: texte, etape: texte })
  .catch({ motif: '', commentaire: '', contact: '', etape: '' });

export type Saisie = z.infer<typeof posted>;

export type ErreurDeChamp = { readonly champ: string; readonly message: string };

export type Lecture =
  | {
      readonly kind: 'valable';
      readonly motif: MotifDemande;
      readonly commentaire: string | undefined;
      readonly contact: string;
    }
  | { readonly kind: 'fautive'; readonly erreurs: readonly ErreurDeChamp[] };

export function readSaisie(body: unknown): Saisie {
  return posted.parse(body);
}

export function lireSaisie(saisie: Saisie): Lecture {
  const motif = motifsDemande.find((one) => one === saisie.motif);
  const commentaire = nettoyerTexte(saisie.commentaire);
  // What a telephone adds around an address that it completes.
  const contact = saisie.contact.trim();
  const longueur = Array.from(commentaire ?? '').length;
  const erreurs: ErreurDeChamp[] = [];
  if (motif === undefined) {
    erreurs.push({ champ: `motif-${motifsDemande[0]}`, message: 'Choisissez une raison.' });
  }
  if (longueur > commentaireCharsMax) {
    erreurs.push({
      champ: 'commentaire',
      message: `Raccourcissez votre commentaire : ${longueur} caractères, ${commentaireCharsMax} au plus.`,
    });
  }
  if (!isAdresseMail(contact)) {
    erreurs.push({
      champ: 'contact',
      message:
        contact === ''
          ? 'Indiquez une adresse de courriel où vous répondre.'
          : 'Corrigez l’adresse de courriel, par exemple : nom@exemple.fr',
    });
  }
  if (motif === undefined || erreurs.length > 0) return { kind: 'fautive', erreurs };
  return { kind: 'valable', motif, commentaire, contact };
}

export const motifsProposes: readonly {
  readonly valeur: MotifDemande;
  readonly libelle: string;
}[] = motifsDemande.map((valeur) => ({ valeur, libelle: libellesMotif[valeur] }));
