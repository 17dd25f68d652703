// Planted cases about the structures that a BAL is attached to.
import { rattachementTo, type Rattachement } from './bal.js';
import { structureDe } from './cases-titulaire.js';
import type { Case } from './planter.js';
import { idNatStructOf, type Place } from './structures.js';

/** An attachment to a structure that no file knows. */
function nowhere(place: Place): Rattachement {
  return { idNatStruct: idNatStructOf(place), place: undefined };
}

const inconnue: readonly Case[] = [
  {
    nom: 'FINESS introuvable',
    share: 0.0005,
    min: 3,
    plant: (p) => {
      const ej = p.newEj();
      p.ejsHorsFiness.add(ej);
      const bal = p.per({ rattachements: [nowhere({ kind: 'eg', ej, eg: 1 })] });
      p.hosted(bal, [{ code: 'STRUCTURE_INCONNUE', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'FINESS introuvable, BAL organisationnelle',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const ej = p.newEj();
      p.ejsHorsFiness.add(ej);
      const bal = p.org({ rattachements: [nowhere({ kind: 'eg', ej, eg: 1 })] });
      p.hosted(bal, [{ code: 'STRUCTURE_INCONNUE', precision: structureDe(bal) }]);
    },
  },
  ...(['siret', 'rang'] as const).map((kind): Case => ({
    nom: `cabinet introuvable (${kind})`,
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const cabinet: Place = { kind: 'cabinet', cabinet: p.newCabinet(kind) };
      const bal = p.per({ rattachements: [nowhere(cabinet)] });
      p.hosted(bal, [{ code: 'STRUCTURE_INCONNUE', precision: structureDe(bal) }]);
    },
  })),
];

const fermee: readonly Case[] = [
  {
    nom: 'EG fermée où le titulaire est encore inscrit',
    share: 0.0008,
    min: 4,
    plant: (p) => {
      const eg = { kind: 'eg', ej: p.newEj(), eg: 2 } as const;
      p.close(eg, '2023-06-30');
      const bal = p.per({ places: [eg], rattachements: [rattachementTo(eg)] });
      p.hosted(bal, [{ code: 'STRUCTURE_FERMEE', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'EJ fermée avec toutes ses EG',
    share: 0.0002,
    min: 2,
    plant: (p) => {
      const ej = { kind: 'ej', ej: p.newEj() } as const;
      p.close(ej, '2021-12-31');
      const bal = p.org({ rattachements: [rattachementTo(ej)] });
      p.hosted(bal, [{ code: 'STRUCTURE_FERMEE', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'EG fermée et titulaire parti',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const eg = { kind: 'eg', ej: p.newEj(), eg: 1 } as const;
      p.close(eg, '2022-09-30');
      const bal = p.per({ places: [p.ailleurs()], rattachements: [rattachementTo(eg)] });
      const precision = structureDe(bal);
      p.hosted(bal, [
        { code: 'STRUCTURE_FERMEE', precision },
        { code: 'TITULAIRE_HORS_STRUCTURE', precision },
      ]);
    },
  },
];

const ejOuEg: readonly Case[] = [
  {
    nom: 'rattachée à l’EJ, le titulaire exerce dans une seule EG',
    share: 0.003,
    min: 5,
    plant: (p) => {
      const hopital = p.hopital();
      const ej = rattachementTo({ kind: 'ej', ej: hopital.rank });
      const bal = p.per({ hopital, places: [p.egOf(hopital)], rattachements: [ej] });
      p.hosted(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: ej.idNatStruct }]);
    },
  },
  {
    nom: 'CAB rattachée à l’EJ, le titulaire exerce dans une seule EG',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const ej = rattachementTo({ kind: 'ej', ej: hopital.rank });
      const bal = p.cab({ hopital, places: [p.egOf(hopital)], rattachements: [ej] });
      p.unpublished(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: ej.idNatStruct }]);
    },
  },
  {
    nom: 'domaine d’une EG, BAL organisationnelle rattachée à son EJ',
    share: 0.001,
    min: 3,
    plant: (p) => {
      const hopital = p.hopital('eg');
      const ej = rattachementTo({ kind: 'ej', ej: hopital.rank });
      const bal = p.org({ hopital, rattachements: [ej] });
      p.hosted(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: ej.idNatStruct }]);
    },
  },
  {
    nom: 'domaine d’une EG, PER d’un titulaire de l’EJ entière',
    share: 0.0003,
    min: 2,
    plant: (p) => {
      const hopital = p.hopital('eg');
      const ej: Place = { kind: 'ej', ej: hopital.rank };
      const bal = p.per({ hopital, places: [ej], rattachements: [rattachementTo(ej)] });
      p.hosted(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'domaine d’une EJ, BAL organisationnelle d’une EG d’une autre EJ',
    share: 0.0005,
    min: 2,
    plant: (p) => {
      const bal = p.org({
        hopital: p.hopital('ej'),
        rattachements: [rattachementTo(p.ailleurs())],
      });
      p.hosted(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'domaine d’une EJ, PER d’une EG d’une autre EJ où le titulaire exerce',
    share: 0.0003,
    min: 2,
    plant: (p) => {
      const eg = p.ailleurs();
      const rattachements = [rattachementTo(eg)];
      const bal = p.per({ hopital: p.hopital('ej'), places: [eg], rattachements });
      p.hosted(bal, [{ code: 'RATTACHEMENT_EJ_EG', precision: structureDe(bal) }]);
    },
  },
];

export const casesStructure: readonly Case[] = [...inconnue, ...fermee, ...ejOuEg];
