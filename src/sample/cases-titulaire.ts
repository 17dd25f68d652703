// Planted cases about the holder of a BAL.
import { rattachementTo, type Bal } from './bal.js';
import { adeliOf, type Case } from './planter.js';

/** IdNatStruct of the BAL's first attachment: the `precision` of the constats about it. */
export function structureDe(bal: Bal): string {
  return bal.rattachements[0]?.idNatStruct ?? '';
}

const type10: readonly Case[] = [
  {
    nom: 'type 10 des deux côtés',
    share: 0.001,
    min: 3,
    plant: (p) => p.hosted(p.per({ par: 'type10' }), [{ code: 'PER_TYPE_10' }]),
  },
  {
    nom: 'type 10 dans l’inventaire, non publiée',
    share: 0.0003,
    min: 2,
    // Not NON_PUBLIEE: a PER of type 10 must not be published.
    plant: (p) => p.unpublished(p.per({ par: 'type10' }), [{ code: 'PER_TYPE_10' }]),
  },
  {
    nom: 'PER sans identifiant dans l’inventaire',
    share: 0.0003,
    min: 2,
    plant: (p) => p.unpublished(p.per({ par: 'aucun' }), [{ code: 'PER_TYPE_10' }]),
  },
  {
    nom: 'type 10 publiée seulement',
    share: 0.0001,
    min: 1,
    plant: (p) =>
      p.published(p.per({ par: 'type10' }), [
        { code: 'PER_TYPE_10' },
        { code: 'ORPHELINE_ANNUAIRE' },
      ]),
  },
  {
    nom: 'PER publiée sans identifiant, absente de l’inventaire',
    share: 0.0001,
    min: 1,
    plant: (p) =>
      p.published(p.per({ par: 'aucun' }), [
        { code: 'PER_TYPE_10' },
        { code: 'ORPHELINE_ANNUAIRE' },
      ]),
  },
  {
    nom: 'publiée en type 10, inventoriée par RPPS',
    share: 0.0001,
    min: 2,
    plant: (p) => {
      const bal = p.per();
      const publiee: Bal = {
        ...bal,
        titulaire: { type: '10', identifiant: bal.adresse, person: bal.titulaire?.person },
      };
      p.differing(publiee, bal, [
        { code: 'PER_TYPE_10' },
        { code: 'ATTRIBUTS_DIVERGENTS', valeurs: { champs: ['titulaire'] } },
      ]);
    },
  },
];

const inconnu: readonly Case[] = [
  {
    nom: 'RPPS introuvable',
    share: 0.0008,
    min: 4,
    plant: (p) => p.hosted(p.per({ par: 'inconnu' }), [{ code: 'TITULAIRE_INCONNU' }]),
  },
  {
    nom: 'RPPS introuvable, sans structure',
    share: 0.0002,
    min: 1,
    plant: (p) =>
      p.hosted(p.per({ par: 'inconnu', rattachements: [] }), [{ code: 'TITULAIRE_INCONNU' }]),
  },
  {
    nom: 'CAB dont le RPPS est introuvable',
    share: 0.0001,
    min: 1,
    plant: (p) => p.unpublished(p.cab({ par: 'inconnu' }), [{ code: 'TITULAIRE_INCONNU' }]),
  },
];

const sansActivite: readonly Case[] = [
  {
    nom: 'aucune cellule d’activité remplie',
    share: 0.002,
    min: 4,
    plant: (p) => p.hosted(p.per({ places: [] }), [{ code: 'TITULAIRE_SANS_ACTIVITE' }]),
  },
  {
    nom: 'connu par SavoirFaire seulement',
    share: 0.0002,
    min: 2,
    plant: (p) =>
      p.hosted(p.per({ places: [], listedIn: 'savoir-faire' }), [
        { code: 'TITULAIRE_SANS_ACTIVITE' },
      ]),
  },
  {
    nom: 'connu par les identités seulement, sans activité',
    share: 0.0001,
    min: 1,
    plant: (p) =>
      p.hosted(p.per({ places: [], listedIn: 'identites' }), [{ code: 'TITULAIRE_SANS_ACTIVITE' }]),
  },
  {
    nom: 'CAB sans activité',
    share: 0.0001,
    min: 1,
    plant: (p) => p.unpublished(p.cab({ places: [] }), [{ code: 'TITULAIRE_SANS_ACTIVITE' }]),
  },
];

const horsStructure: readonly Case[] = [
  {
    nom: 'titulaire parti dans un autre établissement',
    share: 0.008,
    min: 10,
    plant: (p) => {
      const bal = p.per({ places: [p.ailleurs()] });
      p.hosted(bal, [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) }]);
    },
  },
  {
    nom: 'titulaire parti en libéral',
    share: 0.001,
    min: 2,
    plant: (p) => {
      const bal = p.per({ places: [{ kind: 'cabinet', cabinet: p.newCabinet('rang') }] });
      p.hosted(bal, [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) }]);
    },
  },
  ...(['siret', 'rang'] as const).map((kind): Case => ({
    nom: `titulaire hors de son cabinet (${kind})`,
    share: 0.0003,
    min: 2,
    plant: (p) => {
      const cabinet = { kind: 'cabinet', cabinet: p.newCabinet(kind) } as const;
      // A colleague practises there: the structure is known.
      p.titulaire([cabinet]);
      const bal = p.per({ places: [p.ailleurs()], rattachements: [rattachementTo(cabinet)] });
      p.hosted(bal, [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: structureDe(bal) }]);
    },
  })),
  {
    nom: 'rattachée à une EJ où le titulaire n’exerce pas',
    share: 0.0003,
    min: 2,
    plant: (p) => {
      const ej = rattachementTo({ kind: 'ej', ej: p.newEj() });
      const bal = p.per({ places: [p.ailleurs()], rattachements: [ej] });
      p.hosted(bal, [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: ej.idNatStruct }]);
    },
  },
  {
    nom: 'deux rattachements, le titulaire n’exerce que dans le premier',
    share: 0.0002,
    min: 2,
    plant: (p) => {
      const hopital = p.hopital();
      const ici = p.egOf(hopital);
      const autre = rattachementTo({ kind: 'eg', ej: p.newEj(), eg: 2 });
      const bal = p.per({ hopital, places: [ici], rattachements: [rattachementTo(ici), autre] });
      p.hosted(bal, [{ code: 'TITULAIRE_HORS_STRUCTURE', precision: autre.idNatStruct }]);
    },
  },
];

const adeli: readonly Case[] = [
  {
    nom: 'ADELI dont le RPPS est connu',
    share: 0.001,
    min: 3,
    plant: (p) => {
      const bal = p.per({ par: 'adeli-connu' });
      const rpps = bal.titulaire?.person?.identifiant;
      p.hosted(bal, [{ code: 'TITULAIRE_ADELI', valeurs: { rpps } }]);
    },
  },
  {
    nom: 'ADELI sans correspondance',
    share: 0.0005,
    min: 2,
    plant: (p) => p.hosted(p.per({ par: 'adeli' }), [{ code: 'TITULAIRE_ADELI' }]),
  },
  {
    nom: 'CAB au nom d’un ADELI',
    share: 0.0001,
    min: 1,
    plant: (p) => p.unpublished(p.cab({ par: 'adeli' }), [{ code: 'TITULAIRE_ADELI' }]),
  },
  {
    nom: 'inventoriée par RPPS, publiée sous l’ancien ADELI',
    share: 0.0002,
    min: 2,
    // The holder is read on the opérateur's side: no TITULAIRE_ADELI.
    plant: (p) => {
      const bal = p.per();
      const person = bal.titulaire?.person;
      if (!person) throw new Error('a PER without a holder');
      p.adelis.push({ adeli: adeliOf(person), rpps: person.identifiant });
      const publiee: Bal = {
        ...bal,
        titulaire: { type: '0', identifiant: adeliOf(person), person },
      };
      p.differing(publiee, bal, [
        { code: 'ATTRIBUTS_DIVERGENTS', valeurs: { champs: ['titulaire'] } },
      ]);
    },
  },
];

export const casesTitulaire: readonly Case[] = [
  ...type10,
  ...inconnu,
  ...sansActivite,
  ...horsStructure,
  ...adeli,
];
