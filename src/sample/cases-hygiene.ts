// Planted cases about the life of a BAL: use, size, forwarding, twins.
import { rattachementTo, type Bal } from './bal.js';
import { structureDe } from './cases-titulaire.js';
import type { Case, Planter } from './planter.js';

const inactive: readonly Case[] = [
  {
    nom: 'plus d’authentification depuis longtemps',
    share: 0.006,
    min: 6,
    plant: (p, turn) =>
      p.hosted(p.per(), [{ code: 'INACTIVE', valeurs: { etape: 'a-notifier' } }], {
        derniereAuthentification: p.authentifiedDaysAgo(367 + ((turn * 37) % 900)),
      }),
  },
  {
    nom: 'jamais d’authentification, créée il y a plus d’un an',
    share: 0.001,
    min: 2,
    plant: (p) =>
      p.hosted(p.per(), [{ code: 'INACTIVE' }], {
        derniereAuthentification: '',
        dateCreation: p.dateOfDay(-900),
      }),
  },
  {
    nom: 'liste rouge et inactive',
    share: 0.0002,
    min: 1,
    plant: (p) =>
      p.unpublished(p.per(), [{ code: 'INACTIVE' }], {
        listeRouge: true,
        derniereAuthentification: p.authentifiedDaysAgo(700),
      }),
  },
];

/** Several PER of one holder: each gets the constat for each structure they share. */
function twins(p: Planter, count: number, precisionOf: (bal: Bal) => string, isAttached: boolean) {
  const hopital = p.hopital();
  const eg = p.egOf(hopital);
  const titulaire = p.titulaire([eg]);
  const rattachements = isAttached ? [rattachementTo(eg)] : [];
  for (let i = 0; i < count; i += 1) {
    const suffixe = i === 0 ? '' : String(i + 1);
    const bal = p.per({ hopital, titulaire, rattachements, suffixe });
    p.hosted(bal, [{ code: 'DOUBLON_TITULAIRE', precision: precisionOf(bal) }]);
  }
}

const doublons: readonly Case[] = [
  {
    nom: 'deux PER du même titulaire dans la même structure',
    share: 0.0005,
    min: 2,
    plant: (p) => twins(p, 2, structureDe, true),
  },
  {
    nom: 'trois PER du même titulaire dans la même structure',
    share: 0.0001,
    min: 1,
    plant: (p) => twins(p, 3, structureDe, true),
  },
  {
    nom: 'deux PER du même titulaire sans structure',
    share: 0.0001,
    min: 1,
    plant: (p) => twins(p, 2, () => '', false),
  },
  {
    nom: 'deux PER du même titulaire, une structure commune sur deux',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const commune = rattachementTo({ kind: 'eg', ej: hopital.rank, eg: 1 });
      const autre = rattachementTo({ kind: 'eg', ej: hopital.rank, eg: 2 });
      const titulaire = p.titulaire([{ kind: 'eg', ej: hopital.rank, eg: 1 }]);
      const attendu = { code: 'DOUBLON_TITULAIRE', precision: commune.idNatStruct } as const;
      p.hosted(p.per({ hopital, titulaire, rattachements: [commune, autre] }), [attendu]);
      p.hosted(p.per({ hopital, titulaire, rattachements: [commune], suffixe: '2' }), [attendu]);
    },
  },
];

const gib = 1024 ** 3;

/** Shares of the quota in per mille, the bounds included. */
const quotas: readonly Case[] = (
  [
    ['QUOTA_80', [800, 850, 899]],
    ['QUOTA_90', [900, 955, 999]],
    ['QUOTA_100', [1000, 1004, 1250]],
  ] as const
).flatMap(([code, perMille]) =>
  perMille.map((filled): Case => ({
    nom: `quota rempli à ${filled / 10} %`,
    share: 0.0006,
    min: 1,
    plant: (p, turn) =>
      p.hosted(turn % 3 === 2 ? p.org() : p.per(), [{ code }], {
        tailleOctets: Math.ceil((2 * gib * filled) / 1000),
        quotaOctets: 2 * gib,
      }),
  })),
);

/** A PER that forwards to `cible`. */
function forwarding(p: Planter, cible: string): void {
  p.hosted(p.per(), [{ code: 'TRANSFERT_INTERDIT' }], { transfertVers: cible });
}

const transferts: readonly Case[] = [
  {
    nom: 'transfert vers une messagerie ordinaire',
    share: 0.0006,
    min: 2,
    plant: (p, turn) => forwarding(p, `perso${turn + 1}@messagerie.example`),
  },
  {
    nom: 'transfert vers une ORG de l’inventaire',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const cible = p.org();
      p.hosted(cible, []);
      forwarding(p, cible.adresse);
    },
  },
  {
    nom: 'transfert vers la PER d’un collègue de l’inventaire',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const cible = p.per();
      p.hosted(cible, []);
      forwarding(p, cible.adresse);
    },
  },
  {
    nom: 'transfert vers la PER d’un autre, publiée par un autre opérateur',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const cible = p.per({ domaine: p.autreOperateur() });
      p.published(cible, []);
      forwarding(p, cible.adresse);
    },
  },
  {
    nom: 'transfert vers une adresse MSSanté introuvable',
    share: 0.0002,
    min: 1,
    plant: (p, turn) => forwarding(p, `personne.${turn + 1}@${p.autreOperateur()}`),
  },
];

export const casesHygiene: readonly Case[] = [...inactive, ...doublons, ...quotas, ...transferts];
