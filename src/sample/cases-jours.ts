// Planted cases that change as the country grows older: right until their day, wrong from then on, or the reverse.
import { rattachementTo } from './bal.js';
import { structureDe } from './cases-titulaire.js';
import type { Case, Planter } from './planter.js';

/** Day 2, 3, 4, 5, 6, then again: every early day brings some news. */
function dayOf(turn: number): number {
  return 2 + (turn % 5);
}

function hasCome(p: Planter, turn: number): boolean {
  return p.country.day >= dayOf(turn);
}

export const casesJours: readonly Case[] = [
  {
    nom: 'titulaire qui quitte la structure',
    share: 0.0005,
    min: 5,
    plant: (p, turn) => {
      const hopital = p.hopital();
      const eg = p.egOf(hopital);
      const ailleurs = p.ailleurs();
      const isGone = hasCome(p, turn);
      const rattachements = [rattachementTo(eg)];
      const bal = p.per({ hopital, places: [isGone ? ailleurs : eg], rattachements });
      p.hosted(
        bal,
        isGone ? [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) }] : [],
      );
    },
  },
  {
    nom: 'EG qui ferme',
    share: 0,
    min: 5,
    plant: (p, turn) => {
      const eg = { kind: 'eg', ej: p.newEj(), eg: 1 } as const;
      const isClosed = hasCome(p, turn);
      if (isClosed) p.close(eg, p.dateOfDay(dayOf(turn) - 1));
      for (let i = 0; i < 2; i += 1) {
        const bal = p.per({ places: [eg], rattachements: [rattachementTo(eg)] });
        const precision = structureDe(bal);
        p.hosted(bal, isClosed ? [{ code: 'STRUCTURE_FERMEE', precision }] : []);
      }
    },
  },
  {
    nom: 'BAL retirée de l’inventaire, encore publiée',
    share: 0.0003,
    min: 5,
    plant: (p, turn) => {
      const bal = p.per();
      if (hasCome(p, turn)) p.published(bal, [{ code: 'ORPHELINE_ANNUAIRE' }]);
      else p.hosted(bal, []);
    },
  },
  {
    nom: 'orpheline enfin dépubliée',
    share: 0.0003,
    min: 5,
    plant: (p, turn) => {
      const bal = p.per();
      if (!hasCome(p, turn)) p.published(bal, [{ code: 'ORPHELINE_ANNUAIRE' }]);
    },
  },
  {
    nom: 'BAL non publiée qui le devient',
    share: 0.0003,
    min: 5,
    plant: (p, turn) => {
      const bal = p.per();
      if (hasCome(p, turn)) p.hosted(bal, []);
      else p.unpublished(bal, [{ code: 'NON_PUBLIEE' }]);
    },
  },
  {
    nom: 'BAL qui passe un an sans authentification',
    share: 0.0005,
    min: 5,
    // Judged at noon: 365 full days on the eve, 366 on the day.
    plant: (p, turn) =>
      p.hosted(p.per(), hasCome(p, turn) ? [{ code: 'INACTIVE' }] : [], {
        derniereAuthentification: p.authentifiedDaysAgo(367 - dayOf(turn)),
      }),
  },
  {
    nom: 'BAL qui passe de 80 à 90 % de son quota',
    share: 0.0002,
    min: 5,
    plant: (p, turn) => {
      const isFuller = hasCome(p, turn);
      p.hosted(p.per(), [{ code: isFuller ? 'QUOTA_90' : 'QUOTA_80' }], {
        tailleOctets: isFuller ? 910_000_000 : 870_000_000,
        quotaOctets: 1_000_000_000,
      });
    },
  },
  {
    nom: 'domaine qui sort de la liste blanche le deuxième jour',
    share: 0,
    min: 1,
    plant: (p) => {
      const isOut = p.country.day >= 2;
      const domaine = p.domaine({
        nom: p.domaineName('esms'),
        isDeclared: true,
        isInListeBlanche: !isOut,
      });
      for (let i = 0; i < 3; i += 1) p.hosted(p.per({ domaine }), []);
      if (isOut) p.expectDomaine(domaine, 'DOMAINE_HORS_LISTE_BLANCHE');
    },
  },
];
