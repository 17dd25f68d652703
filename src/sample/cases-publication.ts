// Planted cases about what is published against what is hosted.
import { rattachementTo, type Bal, type Rattachement } from './bal.js';
import type { Case, Planter } from './planter.js';

const orpheline: readonly Case[] = [
  {
    nom: 'publiée, absente de l’inventaire',
    share: 0.003,
    min: 5,
    plant: (p) => p.published(p.per(), [{ code: 'ORPHELINE_ANNUAIRE' }]),
  },
  {
    nom: 'organisationnelle publiée, absente de l’inventaire',
    share: 0.001,
    min: 2,
    plant: (p) => p.published(p.org(), [{ code: 'ORPHELINE_ANNUAIRE' }]),
  },
  {
    nom: 'fermée chez l’opérateur, toujours publiée',
    share: 0.0005,
    min: 2,
    // A closed BAL no longer exists: neither inactive nor over quota, and it forwards nothing.
    plant: (p) =>
      p.hosted(p.per(), [{ code: 'ORPHELINE_ANNUAIRE' }], {
        etat: 'ferme',
        derniereAuthentification: p.authentifiedDaysAgo(800),
        tailleOctets: 3_000_000_000,
        transfertVers: 'quelqu.un@messagerie.example',
      }),
  },
];

/** `inventaire` as the opérateur has it, `changes` as the Annuaire publishes it. */
function divergent(p: Planter, inventaire: Bal, changes: Partial<Bal>, champs: string[]): void {
  p.differing({ ...inventaire, ...changes }, inventaire, [
    { code: 'ATTRIBUTS_DIVERGENTS', valeurs: { champs } },
  ]);
}

/** The next EG of the same EJ, where the holder is taken to practise too. */
function voisine(rattachement: Rattachement | undefined): Rattachement {
  const place = rattachement?.place;
  if (place?.kind !== 'eg') throw new Error('not attached to an EG');
  return rattachementTo({ ...place, eg: (place.eg % 3) + 1 });
}

const divergents: readonly Case[] = [
  {
    nom: 'titulaires différents',
    share: 0.0005,
    min: 2,
    plant: (p) => {
      const bal = p.per();
      const place = bal.rattachements[0]?.place;
      const titulaire = p.titulaire(place ? [place] : []);
      divergent(p, bal, { titulaire }, ['titulaire']);
    },
  },
  {
    nom: 'structures différentes, même EJ',
    share: 0.001,
    min: 3,
    plant: (p) => {
      const bal = p.per();
      divergent(p, bal, { rattachements: [voisine(bal.rattachements[0])] }, ['structures']);
    },
  },
  {
    nom: 'un rattachement de plus dans l’Annuaire',
    share: 0.0003,
    min: 1,
    plant: (p) => {
      const bal = p.per();
      const rattachements = [...bal.rattachements, voisine(bal.rattachements[0])];
      divergent(p, bal, { rattachements }, ['structures']);
    },
  },
  {
    nom: 'structure vide dans l’inventaire',
    share: 0.0003,
    min: 1,
    plant: (p) => {
      const bal = p.per();
      divergent(p, { ...bal, rattachements: [] }, { rattachements: bal.rattachements }, [
        'structures',
      ]);
    },
  },
  {
    nom: 'services différents',
    share: 0.001,
    min: 3,
    plant: (p) =>
      divergent(p, p.per({ service: 'Cardiologie' }), { service: 'Urgences' }, ['service']),
  },
  {
    nom: 'service vide dans l’inventaire',
    share: 0.0005,
    min: 2,
    plant: (p) => divergent(p, p.per({ service: '' }), { service: 'Pédiatrie' }, ['service']),
  },
  {
    nom: 'service d’une organisationnelle',
    share: 0.0003,
    min: 1,
    plant: (p) => divergent(p, p.org({ service: 'Accueil' }), { service: 'Urologie' }, ['service']),
  },
  {
    nom: 'suspendue, publiée avec un autre service',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const bal = p.per({ service: 'Neurologie' });
      p.differing(
        { ...bal, service: 'Oncologie' },
        bal,
        [{ code: 'ATTRIBUTS_DIVERGENTS', valeurs: { champs: ['service'] } }],
        { etat: 'suspendu' },
      );
    },
  },
  {
    nom: 'titulaire, structures et service différents',
    share: 0.0002,
    min: 1,
    plant: (p) => {
      const bal = p.per({ service: 'Gériatrie' });
      const place = bal.rattachements[0]?.place;
      const changes = {
        titulaire: p.titulaire(place ? [place] : []),
        rattachements: [voisine(bal.rattachements[0])],
        service: 'Soins palliatifs',
      };
      divergent(p, bal, changes, ['titulaire', 'structures', 'service']);
    },
  },
];

const types: readonly Case[] = [
  {
    nom: 'ORG dans l’inventaire, PER dans l’Annuaire',
    share: 0.0002,
    min: 2,
    // Same type is asked of ATTRIBUTS_DIVERGENTS: the holder's difference is not told twice.
    plant: (p) => {
      const bal = p.per();
      p.differing(bal, { ...bal, typeBal: 'ORG', titulaire: undefined }, [
        { code: 'TYPE_DIVERGENT' },
      ]);
    },
  },
  {
    nom: 'PER dans l’inventaire, ORG dans l’Annuaire',
    share: 0.0002,
    min: 2,
    plant: (p) => {
      const bal = p.per();
      p.differing({ ...bal, typeBal: 'ORG', titulaire: undefined }, bal, [
        { code: 'TYPE_DIVERGENT' },
      ]);
    },
  },
  {
    nom: 'APP dans l’inventaire, ORG dans l’Annuaire',
    share: 0.0001,
    min: 1,
    plant: (p) => {
      const bal = p.org();
      p.differing(bal, { ...bal, typeBal: 'APP' }, [{ code: 'TYPE_DIVERGENT' }]);
    },
  },
];

const feed: readonly Case[] = [
  {
    nom: 'PER active absente de l’extraction',
    share: 0.002,
    min: 4,
    plant: (p) => p.unpublished(p.per(), [{ code: 'NON_PUBLIEE' }]),
  },
  {
    nom: 'ORG active absente de l’extraction',
    share: 0.0005,
    min: 2,
    plant: (p) => p.unpublished(p.org(), [{ code: 'NON_PUBLIEE' }]),
  },
  {
    nom: 'PER en liste rouge publiée',
    share: 0.0004,
    min: 2,
    plant: (p) => p.hosted(p.per(), [{ code: 'LISTE_ROUGE_PUBLIEE' }], { listeRouge: true }),
  },
  {
    nom: 'ORG en liste rouge publiée',
    share: 0.0002,
    min: 1,
    plant: (p) => p.hosted(p.org(), [{ code: 'LISTE_ROUGE_PUBLIEE' }], { listeRouge: true }),
  },
];

const adresses: readonly Case[] = [
  {
    nom: 'adresses hors .mssante.fr, domaine hors liste blanche',
    share: 0,
    min: 1,
    plant: (p) => {
      const domaine = p.domaine({
        nom: 'messagerie.ch-verdieres-exemple.fr',
        isDeclared: false,
        isInListeBlanche: false,
      });
      for (let i = 0; i < 2; i += 1) {
        p.unpublished(p.per({ domaine }), [{ code: 'ADRESSE_INVALIDE' }]);
      }
      p.expectDomaine(domaine, 'DOMAINE_HORS_LISTE_BLANCHE');
    },
  },
  {
    nom: 'adresses hors .mssante.fr, domaine déclaré et en liste blanche',
    share: 0,
    min: 1,
    plant: (p) => {
      const domaine = p.domaine({
        nom: 'mssante.apicrypt-exemple.org',
        isDeclared: true,
        isInListeBlanche: true,
      });
      p.unpublished(p.per({ domaine }), [{ code: 'ADRESSE_INVALIDE' }]);
      p.unpublished(p.org({ domaine }), [{ code: 'ADRESSE_INVALIDE' }]);
      p.hosted(p.per({ domaine }), [{ code: 'ADRESSE_INVALIDE' }]);
    },
  },
];

export const casesPublication: readonly Case[] = [
  ...orpheline,
  ...divergents,
  ...types,
  ...feed,
  ...adresses,
];
