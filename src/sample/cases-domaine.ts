// Planted cases about whole domains.
import type { Case, Planter } from './planter.js';

/** A small domain of ours that the white list does not hold, with clean BAL. */
function outsideListeBlanche(p: Planter, isDeclared: boolean): void {
  const domaine = p.domaine({
    nom: p.domaineName('ssiad'),
    isDeclared,
    isInListeBlanche: false,
  });
  for (let i = 0; i < 3; i += 1) p.hosted(p.per({ domaine }), []);
  p.expectDomaine(domaine, 'DOMAINE_HORS_LISTE_BLANCHE');
}

function declaredOnly(p: Planter, isInListeBlanche: boolean): string {
  const domaine = p.domaine({ nom: p.domaineName('had'), isDeclared: true, isInListeBlanche });
  p.expectDomaine(domaine, 'DOMAINE_SANS_BAL');
  return domaine;
}

export const casesDomaine: readonly Case[] = [
  {
    nom: 'domaine déclaré hors liste blanche',
    share: 0,
    min: 1,
    plant: (p) => outsideListeBlanche(p, true),
  },
  {
    nom: 'domaine de l’inventaire, non déclaré, hors liste blanche',
    share: 0,
    min: 1,
    plant: (p) => outsideListeBlanche(p, false),
  },
  {
    nom: 'domaine déclaré sans BAL',
    share: 0,
    min: 1,
    plant: (p) => void declaredOnly(p, true),
  },
  {
    nom: 'domaine déclaré sans BAL et hors liste blanche',
    share: 0,
    min: 1,
    plant: (p) => p.expectDomaine(declaredOnly(p, false), 'DOMAINE_HORS_LISTE_BLANCHE'),
  },
  {
    nom: 'domaine déclaré dont la seule BAL est fermée',
    share: 0,
    min: 1,
    plant: (p) => {
      const domaine = declaredOnly(p, true);
      p.unpublished(p.per({ domaine }), [], { etat: 'ferme' });
    },
  },
  {
    nom: 'domaine déclaré dont les BAL ne sont plus que publiées',
    share: 0,
    min: 1,
    plant: (p) => {
      const domaine = declaredOnly(p, true);
      for (let i = 0; i < 2; i += 1) {
        p.published(p.per({ domaine }), [{ code: 'ORPHELINE_ANNUAIRE' }]);
      }
    },
  },
];
