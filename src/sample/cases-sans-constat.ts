// Planted traps: BAL that look wrong to a hasty rule and are right by docs/constats.md.
import { rattachementTo } from './bal.js';
import type { Case } from './planter.js';
import { egSiret, type Place } from './structures.js';

const structures: readonly Case[] = [
  {
    nom: 'rattachements dans un autre ordre',
    share: 0.0001,
    min: 2,
    plant: (p) => {
      const hopital = p.hopital();
      const rattachements = [1, 2].map((eg) =>
        rattachementTo({ kind: 'eg', ej: hopital.rank, eg }),
      );
      const bal = p.per({ hopital, rattachements });
      p.differing({ ...bal, rattachements: [...rattachements].reverse() }, bal, []);
    },
  },
  {
    nom: 'EG qui fermera dans quelques années',
    share: 0,
    min: 1,
    plant: (p) => {
      const eg = { kind: 'eg', ej: p.newEj(), eg: 1 } as const;
      p.close(eg, '2039-12-31');
      p.hosted(p.per({ places: [eg], rattachements: [rattachementTo(eg)] }), []);
    },
  },
  {
    nom: 'structure que seul Personne_activite connaît',
    share: 0.0001,
    min: 2,
    plant: (p) => {
      const eg: Place = { kind: 'eg', ej: p.newEj(), eg: 1 };
      p.ejsHorsFiness.add(eg.ej);
      p.hosted(p.per({ places: [eg], rattachements: [rattachementTo(eg)] }), []);
    },
  },
  {
    nom: 'EG de Corse',
    share: 0,
    min: 2,
    plant: (p, turn) => {
      const eg = p.egDans(turn % 2 === 0 ? '2A' : '2B');
      p.hosted(p.per({ places: [eg], rattachements: [rattachementTo(eg)] }), []);
    },
  },
  {
    nom: 'rattachée à une EG, activité au seul nom de l’EJ',
    share: 0.0001,
    min: 2,
    plant: (p) => {
      const hopital = p.hopital();
      p.hosted(p.per({ hopital, places: [{ kind: 'ej', ej: hopital.rank }] }), []);
    },
  },
  {
    nom: 'rattachée à un SIRET, activité sous un autre SIRET du même SIREN',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const cabinet = p.newCabinet('siret');
      const autreSite: Place = { kind: 'cabinet', cabinet, site: 1 };
      // A colleague's line makes the second site known; the holder only works at the first.
      p.titulaire([autreSite]);
      const places: Place[] = [{ kind: 'cabinet', cabinet }];
      p.hosted(p.per({ places, rattachements: [rattachementTo(autreSite)] }), []);
    },
  },
  {
    nom: 'rattachée au SIRET d’une EG que l’activité nomme par son FINESS',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      let ej = p.newEj();
      // Odd EJ show no SIRET in the activity file: only FINESS links the two numbers.
      if (ej % 2 === 0) ej = p.newEj();
      const place: Place = { kind: 'eg', ej, eg: 2 };
      const rattachement = { idNatStruct: `3${egSiret(ej, 2)}`, place };
      p.hosted(p.per({ places: [place], rattachements: [rattachement] }), []);
    },
  },
  ...(['siret', 'rang'] as const).map((kind): Case => ({
    nom: `rattachée au cabinet du titulaire (${kind})`,
    share: 0.0005,
    min: 2,
    plant: (p) => {
      const cabinet: Place = { kind: 'cabinet', cabinet: p.newCabinet(kind) };
      const rattachements = [rattachementTo(cabinet)];
      p.hosted(p.per({ places: [cabinet], rattachements }), []);
    },
  })),
  {
    nom: 'titulaire que seules les identités connaissent, en activité dans la structure',
    share: 0.0001,
    min: 2,
    plant: (p) => p.hosted(p.per({ listedIn: 'identites' }), []),
  },
  {
    nom: 'deux PER du même titulaire dans deux structures',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const egs = [1, 2].map((eg): Place => ({ kind: 'eg', ej: hopital.rank, eg }));
      const titulaire = p.titulaire(egs);
      egs.forEach((eg, i) => {
        const suffixe = i === 0 ? '' : '2';
        const rattachements = [rattachementTo(eg)];
        p.hosted(p.per({ hopital, titulaire, rattachements, suffixe }), []);
      });
    },
  },
  {
    nom: 'deux PER du même titulaire dont une fermée et non publiée',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const eg = p.egOf(hopital);
      const titulaire = p.titulaire([eg]);
      const rattachements = [rattachementTo(eg)];
      p.hosted(p.per({ hopital, titulaire, rattachements }), []);
      const closed = p.per({ hopital, titulaire, rattachements, suffixe: '2' });
      p.unpublished(closed, [], { etat: 'ferme' });
    },
  },
];

const publication: readonly Case[] = [
  {
    nom: 'adresse publiée avec des capitales',
    share: 0.0005,
    min: 2,
    plant: (p) => {
      const bal = p.per();
      p.differing({ ...bal, adresse: bal.adresse.toUpperCase() }, bal, []);
    },
  },
  {
    nom: 'service avec des espaces superflus',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const bal = p.per({ service: 'Soins de suite' });
      p.differing({ ...bal, service: ' Soins  de suite ' }, bal, []);
    },
  },
  {
    nom: 'suspendue et non publiée',
    share: 0.0005,
    min: 2,
    plant: (p) => p.unpublished(p.per(), [], { etat: 'suspendu' }),
  },
  {
    nom: 'liste rouge et non publiée',
    share: 0.002,
    min: 3,
    plant: (p) => p.unpublished(p.per(), [], { listeRouge: true }),
  },
  {
    nom: 'APP, jamais publiée',
    share: 0.002,
    min: 4,
    plant: (p) => {
      const bal = p.org();
      p.unpublished({ ...bal, typeBal: 'APP', adresse: `application.${bal.adresse}` }, []);
    },
  },
  {
    nom: 'CAB, jamais publiée',
    share: 0.001,
    min: 3,
    plant: (p) => p.unpublished(p.cab(), []),
  },
];

const hygiene: readonly Case[] = [
  {
    nom: 'PER sans aucune structure',
    share: 0.001,
    min: 3,
    plant: (p) => p.hosted(p.per({ rattachements: [] }), []),
  },
  {
    nom: 'ORG sans authentification depuis longtemps',
    share: 0.0005,
    min: 2,
    plant: (p) => p.hosted(p.org(), [], { derniereAuthentification: p.authentifiedDaysAgo(1_200) }),
  },
  {
    nom: 'jamais d’authentification, créée cette année',
    share: 0.0005,
    min: 2,
    plant: (p) =>
      p.hosted(p.per(), [], {
        derniereAuthentification: '',
        dateCreation: p.dateOfDay(-20),
      }),
  },
  {
    nom: 'quota nul',
    share: 0,
    min: 1,
    plant: (p) => p.hosted(p.per(), [], { quotaOctets: 0, tailleOctets: 900_000_000 }),
  },
  {
    nom: 'taille et quota non renseignés',
    share: 0,
    min: 1,
    plant: (p) => p.hosted(p.per(), [], { quotaOctets: undefined, tailleOctets: undefined }),
  },
  {
    nom: 'quota rempli à 79,9 %',
    share: 0.0001,
    min: 1,
    plant: (p) => p.hosted(p.per(), [], { quotaOctets: 1_000_000_000, tailleOctets: 799_000_000 }),
  },
  {
    nom: 'transfert vers sa propre PER, publiée par un autre opérateur',
    share: 0.0002,
    min: 2,
    plant: (p) => {
      const bal = p.per();
      const ailleurs = `${bal.adresse.split('@')[0] ?? ''}@${p.autreOperateur()}`;
      p.published({ ...bal, adresse: ailleurs }, []);
      p.hosted(bal, [], { transfertVers: ailleurs.toUpperCase() });
    },
  },
  {
    nom: 'transfert vers son autre PER de l’inventaire',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const hopital = p.hopital();
      const eg: Place = { kind: 'eg', ej: hopital.rank, eg: 1 };
      const titulaire = p.titulaire([eg]);
      const cible = p.per({ hopital, titulaire, rattachements: [], suffixe: '.bis' });
      p.hosted(cible, []);
      const bal = p.per({ hopital, titulaire, rattachements: [rattachementTo(eg)] });
      p.hosted(bal, [], { transfertVers: cible.adresse });
    },
  },
  {
    nom: 'ORG qui transfère à l’extérieur',
    share: 0.0001,
    min: 1,
    plant: (p) => p.hosted(p.org(), [], { transfertVers: 'accueil@messagerie.example' }),
  },
];

export const casesSansConstat: readonly Case[] = [...structures, ...publication, ...hygiene];
