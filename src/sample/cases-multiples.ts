// Planted BAL with several faults at once: each rule must see its own, and only its own.
import { rattachementTo, type Bal } from './bal.js';
import { structureDe } from './cases-titulaire.js';
import type { Case } from './planter.js';

export const casesMultiples: readonly Case[] = [
  {
    nom: 'orpheline au RPPS introuvable',
    share: 0.0002,
    min: 1,
    plant: (p) =>
      p.published(p.per({ par: 'inconnu' }), [
        { code: 'ORPHELINE_ANNUAIRE' },
        { code: 'TITULAIRE_INCONNU' },
      ]),
  },
  {
    nom: 'orpheline dont le titulaire est parti',
    share: 0.0003,
    min: 1,
    plant: (p) => {
      const bal = p.per({ places: [p.ailleurs()] });
      p.published(bal, [
        { code: 'ORPHELINE_ANNUAIRE' },
        { code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) },
      ]);
    },
  },
  {
    nom: 'orpheline au nom d’un ADELI, dans une EG fermée',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const eg = { kind: 'eg', ej: p.newEj(), eg: 3 } as const;
      p.close(eg, '2020-01-31');
      const bal = p.per({ par: 'adeli', places: [eg], rattachements: [rattachementTo(eg)] });
      p.published(bal, [
        { code: 'ORPHELINE_ANNUAIRE' },
        { code: 'TITULAIRE_ADELI' },
        { code: 'STRUCTURE_FERMEE', precision: structureDe(bal) },
      ]);
    },
  },
  {
    nom: 'orpheline rattachée à l’EJ, titulaire dans une seule EG',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const ej = rattachementTo({ kind: 'ej', ej: hopital.rank });
      const bal = p.per({ hopital, places: [p.egOf(hopital)], rattachements: [ej] });
      p.published(bal, [
        { code: 'ORPHELINE_ANNUAIRE' },
        { code: 'RATTACHEMENT_EJ_EG', precision: ej.idNatStruct },
      ]);
    },
  },
  {
    nom: 'titulaire parti, BAL inactive et pleine',
    share: 0.0005,
    min: 1,
    plant: (p) => {
      const bal = p.per({ places: [p.ailleurs()] });
      p.hosted(
        bal,
        [
          { code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) },
          { code: 'INACTIVE' },
          { code: 'QUOTA_100' },
        ],
        {
          derniereAuthentification: p.authentifiedDaysAgo(612),
          tailleOctets: 1_073_741_824,
          quotaOctets: 1_073_741_824,
        },
      );
    },
  },
  {
    nom: 'RPPS introuvable, inactive, non publiée',
    share: 0.0002,
    min: 1,
    plant: (p) =>
      p.unpublished(
        p.per({ par: 'inconnu' }),
        [{ code: 'TITULAIRE_INCONNU' }, { code: 'INACTIVE' }, { code: 'NON_PUBLIEE' }],
        { derniereAuthentification: p.authentifiedDaysAgo(480) },
      ),
  },
  {
    nom: 'ADELI non publié',
    share: 0.0001,
    min: 1,
    plant: (p) =>
      p.unpublished(p.per({ par: 'adeli-connu' }), [
        { code: 'TITULAIRE_ADELI' },
        { code: 'NON_PUBLIEE' },
      ]),
  },
  {
    nom: 'liste rouge publiée avec un autre service',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const bal = p.per({ service: 'Psychiatrie adulte' });
      p.differing(
        { ...bal, service: 'Pneumologie' },
        bal,
        [
          { code: 'LISTE_ROUGE_PUBLIEE' },
          { code: 'ATTRIBUTS_DIVERGENTS', valeurs: { champs: ['service'] } },
        ],
        { listeRouge: true },
      );
    },
  },
  {
    nom: 'type 10, inactive, quota presque plein',
    share: 0.0001,
    min: 1,
    plant: (p) =>
      p.hosted(
        p.per({ par: 'type10' }),
        [{ code: 'PER_TYPE_10' }, { code: 'INACTIVE' }, { code: 'QUOTA_90' }],
        {
          derniereAuthentification: p.authentifiedDaysAgo(1_000),
          tailleOctets: 950_000_000,
          quotaOctets: 1_000_000_000,
        },
      ),
  },
  {
    nom: 'deux PER du même titulaire, parti, dans la même structure',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const rattachements = [rattachementTo(p.egOf(hopital))];
      const titulaire = p.titulaire([p.ailleurs()]);
      for (const suffixe of ['', '2']) {
        const bal = p.per({ hopital, titulaire, rattachements, suffixe });
        const precision = structureDe(bal);
        p.hosted(bal, [
          { code: 'DOUBLON_TITULAIRE', precision },
          { code: 'TITULAIRE_HORS_STRUCTURE', precision },
        ]);
      }
    },
  },
  {
    nom: 'deux rattachements : l’un inconnu, l’autre fermé',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const ejInconnue = p.newEj();
      p.ejsHorsFiness.add(ejInconnue);
      const inconnue = rattachementTo({ kind: 'eg', ej: ejInconnue, eg: 1 });
      const fermee = { kind: 'eg', ej: p.newEj(), eg: 1 } as const;
      p.close(fermee, '2019-03-31');
      const rattachements = [{ ...inconnue, place: undefined }, rattachementTo(fermee)];
      const bal = p.per({ places: [fermee], rattachements });
      p.hosted(bal, [
        { code: 'STRUCTURE_INCONNUE', precision: inconnue.idNatStruct },
        { code: 'STRUCTURE_FERMEE', precision: rattachementTo(fermee).idNatStruct },
      ]);
    },
  },
  {
    nom: 'PER inactive qui transfère à l’extérieur, publiée en ORG',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const bal = p.per();
      const publiee: Bal = { ...bal, typeBal: 'ORG', titulaire: undefined };
      p.differing(
        publiee,
        bal,
        [{ code: 'TYPE_DIVERGENT' }, { code: 'INACTIVE' }, { code: 'TRANSFERT_INTERDIT' }],
        {
          derniereAuthentification: p.authentifiedDaysAgo(400),
          transfertVers: 'absent@messagerie.example',
        },
      );
    },
  },
];
