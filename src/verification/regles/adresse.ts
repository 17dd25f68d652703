// The address: publishable, ours, on the white list, free.
import { avertissement, refus, type Remarque } from '../verdict.js';
import { isLoaded } from '../sources.js';
import type { LigneBal } from '../../store/verification.js';
import type { CasCreation } from './regle.js';

export function adressePubliable({ demande, faits }: CasCreation): Remarque[] {
  const estDejaDite = demande.remarques.some(({ motif }) => motif.code === 'ADRESSE_INVALIDE');
  return faits.suitMotif || estDejaDite
    ? []
    : [
        refus(
          'ADRESSE_INVALIDE',
          'L’adresse n’a pas la forme qu’accepte l’Annuaire (domaine en .mssante.fr).',
        ),
      ];
}

export function domaineAutorise(cas: CasCreation): Remarque[] {
  const { demande, faits, domaineDeclare, fraicheurs } = cas;
  if (!domaineDeclare && !faits.domaineDansInventaire) {
    return [
      refus(
        'DOMAINE_ETRANGER',
        `Le domaine ${demande.domaine} n’est pas un des vôtres : déclarez-le dans operateur.domaines s’il l’est devenu.`,
      ),
    ];
  }
  if (!isLoaded(fraicheurs, 'liste-blanche') || faits.domaineEnListeBlanche) return [];
  return [
    refus(
      'DOMAINE_HORS_LISTE_BLANCHE',
      `Le domaine ${demande.domaine} n’est pas dans la liste blanche en service : faites-le inscrire avant d’y créer des BAL.`,
    ),
  ];
}

export function adresseLibre({ demande, faits }: CasCreation): Remarque[] {
  const ouvertes = faits.inventaire.filter(({ etat }) => etat !== 'ferme');
  if (ouvertes.length > 0) return [prise(demande.adresse, 'existe déjà chez vous', ouvertes)];
  if (faits.annuaire.length > 0) {
    return [prise(demande.adresse, 'est déjà publiée dans l’Annuaire', faits.annuaire)];
  }
  return faits.inventaire.length === 0
    ? []
    : [
        avertissement(
          'ADRESSE_DEJA_UTILISEE',
          `L’adresse ${demande.adresse} a été celle d’une BAL que vous avez fermée : des correspondants peuvent encore y écrire à l’ancien titulaire.`,
        ),
      ];
}

function prise(adresse: string, ou: string, lignes: readonly LigneBal[]): Remarque {
  const [{ typeBal } = {}] = lignes;
  const type = typeBal === undefined ? '' : ` (BAL ${typeBal})`;
  return refus('ADRESSE_PRISE', `L’adresse ${adresse} ${ou}${type} : choisissez-en une autre.`);
}
