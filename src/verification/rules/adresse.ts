// The address: publishable, ours, on the white list, free.
import { warn, refuse, type Remark } from '../verdict.js';
import { isLoaded } from '../sources.js';
import type { LigneBal } from '../../store/verification.js';
import type { CreationCase } from './rule.js';

export function publishableAdresse({ demande, facts }: CreationCase): Remark[] {
  const isAlreadyTold = demande.remarks.some(({ motif }) => motif.code === 'ADRESSE_INVALIDE');
  return facts.suitMotif || isAlreadyTold
    ? []
    : [
        refuse(
          'ADRESSE_INVALIDE',
          'L’adresse n’a pas la forme qu’accepte l’Annuaire (domaine en .mssante.fr).',
        ),
      ];
}

export function allowedDomaine(creation: CreationCase): Remark[] {
  const { demande, facts, domaineDeclare, freshness } = creation;
  if (!domaineDeclare && !facts.domaineDansInventaire) {
    return [
      refuse(
        'DOMAINE_ETRANGER',
        `Le domaine ${demande.domaine} n’est pas un des vôtres : déclarez-le dans operateur.domaines s’il l’est devenu.`,
      ),
    ];
  }
  if (!isLoaded(freshness, 'liste-blanche') || facts.domaineEnListeBlanche) return [];
  return [
    refuse(
      'DOMAINE_HORS_LISTE_BLANCHE',
      `Le domaine ${demande.domaine} n’est pas dans la liste blanche en service : faites-le inscrire avant d’y créer des BAL.`,
    ),
  ];
}

export function freeAdresse({ demande, facts }: CreationCase): Remark[] {
  const open = facts.inventaire.filter(({ etat }) => etat !== 'ferme');
  if (open.length > 0) return [taken(demande.adresse, 'existe déjà chez vous', open)];
  if (facts.annuaire.length > 0) {
    return [taken(demande.adresse, 'est déjà publiée dans l’Annuaire', facts.annuaire)];
  }
  return facts.inventaire.length === 0
    ? []
    : [
        warn(
          'ADRESSE_DEJA_UTILISEE',
          `L’adresse ${demande.adresse} a été celle d’une BAL que vous avez fermée : des correspondants peuvent encore y écrire à l’ancien titulaire.`,
        ),
      ];
}

function taken(adresse: string, ou: string, lines: readonly LigneBal[]): Remark {
  const [{ typeBal } = {}] = lines;
  const type = typeBal === undefined ? '' : ` (BAL ${typeBal})`;
  return refuse('ADRESSE_PRISE', `L’adresse ${adresse} ${ou}${type} : choisissez-en une autre.`);
}
