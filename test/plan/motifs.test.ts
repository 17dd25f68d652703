import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PlanSettings } from '../../src/plan/settings.js';
import type { Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { operations, retenues, socle, suivre, viderPlan } from '../support/plan.js';

type Cas = {
  readonly nom: string;
  readonly etat: Etat;
  readonly settings?: Partial<PlanSettings>;
  /** Deletions decided before the plan. */
  readonly decidees?: readonly (readonly [adresse: string, motif: 'DEMANDE_PS' | 'INACTIVE'])[];
  readonly attendues?: readonly string[];
  readonly retenues?: readonly string[];
};

const rpps = '10000000018';
const autre = '10000000026';
const a = 'a@chu.mssante.fr';
const b = 'b@chu.mssante.fr';
const s = '1750000011';
const s2 = '1750000029';

const cas: readonly Cas[] = [
  {
    nom: 'nothing to say when both sides agree',
    etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, rpps }] },
  },
  {
    nom: 'NON_PUBLIEE: each type on its porteur',
    etat: {
      inventaire: [
        { adresse: a, rpps },
        { adresse: b, rpps, structure: s },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Urgences' },
      ],
    },
    attendues: [
      `insert ${a} professionnel:${rpps} NON_PUBLIEE`,
      `insert ${b} situation:${rpps}:${s} NON_PUBLIEE`,
      `insert o@chu.mssante.fr structure:${s} NON_PUBLIEE`,
    ],
  },
  {
    nom: 'nothing for a suspended BAL, published or not; a closed one goes',
    etat: {
      inventaire: [
        { adresse: a, rpps, etat: 'suspendu' },
        { adresse: b, rpps, etat: 'suspendu' },
        { adresse: 'c@chu.mssante.fr', rpps, etat: 'ferme' },
      ],
      bals: [
        { adresse: b, rpps: autre },
        { adresse: 'c@chu.mssante.fr', rpps },
      ],
    },
    attendues: [`delete c@chu.mssante.fr professionnel:${rpps} ORPHELINE_ANNUAIRE`],
    retenues: [`SUSPENDUE delete ${b}`],
  },
  {
    nom: 'ATTRIBUTS_DIVERGENTS: another holder is a creation, then a deletion that waits for it',
    etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, rpps: autre }] },
    attendues: [
      `insert ${a} professionnel:${rpps} ATTRIBUTS_DIVERGENTS`,
      `delete ${a} professionnel:${autre} ATTRIBUTS_DIVERGENTS`,
    ],
  },
  {
    nom: 'ATTRIBUTS_DIVERGENTS: one structure more, one less',
    etat: {
      inventaire: [
        { adresse: a, rpps, structure: s },
        { adresse: b, rpps, structure: s },
      ],
      bals: [
        { adresse: a, rpps, structure: s },
        { adresse: a, rpps, structure: s2 },
      ],
    },
    attendues: [
      `insert ${b} situation:${rpps}:${s} NON_PUBLIEE`,
      `delete ${a} situation:${rpps}:${s2} ATTRIBUTS_DIVERGENTS`,
    ],
  },
  {
    nom: 'ATTRIBUTS_DIVERGENTS: the service of an ORG is replaced, that of a PER is not ours to feed',
    etat: {
      inventaire: [
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: ' Urgences  nord' },
        { adresse: a, rpps, service: 'Chirurgie' },
      ],
      bals: [
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: s, service: 'Accueil' },
        { adresse: a, rpps, service: 'Médecine' },
      ],
    },
    attendues: [`replace o@chu.mssante.fr structure:${s} ATTRIBUTS_DIVERGENTS service`],
    retenues: [`SERVICE_NON_TRANSMIS replace ${a}`],
  },
  {
    nom: 'LISTE_ROUGE_PUBLIEE is a replacement',
    etat: { inventaire: [{ adresse: a, rpps, listeRouge: true }], bals: [{ adresse: a, rpps }] },
    attendues: [`replace ${a} professionnel:${rpps} LISTE_ROUGE_PUBLIEE listeRouge`],
  },
  {
    nom: 'ORPHELINE_ANNUAIRE is a deletion',
    etat: {
      inventaire: [{ adresse: b, rpps }],
      bals: [
        { adresse: a, rpps },
        { adresse: b, rpps },
      ],
    },
    attendues: [`delete ${a} professionnel:${rpps} ORPHELINE_ANNUAIRE`],
  },
  {
    nom: 'TYPE_DIVERGENT on one porteur: deletion, then creation',
    etat: {
      inventaire: [{ adresse: a, type: 'APP', structure: s }],
      bals: [{ adresse: a, type: 'ORG', structure: s }],
    },
    attendues: [
      `delete ${a} structure:${s} TYPE_DIVERGENT`,
      `insert ${a} structure:${s} TYPE_DIVERGENT`,
    ],
  },
  {
    nom: 'TYPE_DIVERGENT on two porteurs: creation, then deletion',
    etat: {
      inventaire: [{ adresse: a, rpps }],
      bals: [{ adresse: a, type: 'ORG', structure: s }],
    },
    attendues: [
      `insert ${a} professionnel:${rpps} TYPE_DIVERGENT`,
      `delete ${a} structure:${s} TYPE_DIVERGENT`,
    ],
  },
  {
    nom: 'PER_TYPE_10 published: deleted; never created, whatever the inventory says',
    etat: {
      inventaire: [
        { adresse: a, typePp: '10', pp: a },
        { adresse: b, typePp: '10', pp: b },
        { adresse: 'c@chu.mssante.fr' },
      ],
      bals: [{ adresse: a, typePp: '10', pp: a }],
    },
    attendues: [`delete ${a} a-rechercher:${a} PER_TYPE_10`],
    retenues: [
      `PER_TYPE_10 insert ${b}`,
      'PER_TYPE_10 insert c@chu.mssante.fr',
      `PER_TYPE_10 replace ${a}`,
    ],
  },
  {
    nom: 'PER_TYPE_10 in the inventory only: what is published under an RPPS stays',
    etat: { inventaire: [{ adresse: a, typePp: '10', pp: a }], bals: [{ adresse: a, rpps }] },
    retenues: [`PER_TYPE_10 replace ${a}`],
  },
  {
    nom: 'PER_TYPE_10 published, RPPS known: found and deleted before it is published on its holder',
    etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, typePp: '10', pp: a }] },
    attendues: [
      `delete ${a} a-rechercher:${a} PER_TYPE_10`,
      `insert ${a} professionnel:${rpps} PER_TYPE_10`,
    ],
  },
  {
    nom: 'TITULAIRE_ADELI is held back on both sides',
    etat: {
      inventaire: [
        { adresse: a, typePp: '0', pp: '759999999' },
        { adresse: b, typePp: '0', pp: '759999998' },
      ],
      bals: [{ adresse: a, typePp: '0', pp: '759999999' }],
      adeli: [{ adeli: '759999999', rpps }],
    },
    retenues: [`TITULAIRE_ADELI insert ${b}`, `TITULAIRE_ADELI replace ${a}`],
  },
  {
    nom: 'a holder that no national file knows is not a porteur',
    etat: { inventaire: [{ adresse: a, rpps: '10000000099' }] },
    retenues: [`TITULAIRE_INCONNU insert ${a}`],
  },
  {
    nom: 'no structure, one that is none, an address that cannot be published, a domain not declared',
    etat: {
      inventaire: [
        { adresse: a, type: 'ORG' },
        { adresse: b, type: 'ORG', structure: '1?' },
        { adresse: 'c@chu.mssante.fr', rpps, structure: '1?' },
        { adresse: 'd d@chu.mssante.fr', rpps },
        { adresse: 'e@ailleurs.mssante.fr', rpps },
      ],
    },
    retenues: [
      'ADRESSE_INVALIDE insert d d@chu.mssante.fr',
      'DOMAINE_NON_DECLARE insert e@ailleurs.mssante.fr',
      `SANS_STRUCTURE insert ${a}`,
      `STRUCTURE_INUTILISABLE insert ${b}`,
      'STRUCTURE_INUTILISABLE insert c@chu.mssante.fr',
    ],
  },
  {
    nom: 'what is published under a domain that is not declared is left alone',
    etat: {
      inventaire: [{ adresse: 'e@ailleurs.mssante.fr', rpps }],
      bals: [{ adresse: 'e@ailleurs.mssante.fr', rpps: autre }],
    },
    retenues: ['DOMAINE_NON_DECLARE insert e@ailleurs.mssante.fr'],
  },
  {
    nom: 'DOMAINE_HORS_LISTE_BLANCHE: all that is published goes, nothing comes',
    etat: {
      inventaire: [
        { adresse: a, rpps },
        { adresse: b, rpps },
        { adresse: 'p@chu.mssante.fr', type: 'APP', structure: s },
      ],
      bals: [{ adresse: a, rpps }],
      listeBlanche: [{ domaine: 'autre.mssante.fr' }],
    },
    attendues: [
      `delete ${a} professionnel:${rpps} DOMAINE_HORS_LISTE_BLANCHE`,
      `delete p@chu.mssante.fr structure:${s} DOMAINE_HORS_LISTE_BLANCHE`,
    ],
    retenues: [`DOMAINE_HORS_LISTE_BLANCHE insert ${b}`],
  },
  {
    nom: 'DEMANDE_PS: every porteur of the BAL, though the inventory still holds it',
    etat: {
      inventaire: [
        { adresse: a, rpps, structure: s },
        { adresse: b, rpps },
      ],
      bals: [
        { adresse: a, rpps, structure: s },
        { adresse: a, rpps, structure: s2 },
        { adresse: b, rpps },
      ],
    },
    decidees: [[a, 'DEMANDE_PS']],
    attendues: [
      `delete ${a} situation:${rpps}:${s} DEMANDE_PS`,
      `delete ${a} situation:${rpps}:${s2} DEMANDE_PS`,
    ],
  },
  {
    nom: 'INACTIVE: past its notice it goes, unless it was used since; before, it waits',
    etat: {
      inventaire: [
        { adresse: a, rpps, dateCreation: '2020-01-01' },
        { adresse: b, rpps, dateCreation: '2026-10-01' },
        { adresse: 'c@chu.mssante.fr', rpps, dateCreation: '2020-01-01' },
      ],
      bals: [
        { adresse: a, rpps },
        { adresse: b, rpps },
        { adresse: 'c@chu.mssante.fr', rpps },
      ],
    },
    decidees: [
      [a, 'INACTIVE'],
      [b, 'INACTIVE'],
    ],
    attendues: [`delete ${a} professionnel:${rpps} INACTIVE`],
    retenues: ['INACTIVE_PREAVIS delete c@chu.mssante.fr', `INACTIVITE_CESSEE delete ${b}`],
  },
  {
    nom: 'TITULAIRE_HORS_STRUCTURE never deletes',
    etat: {
      inventaire: [{ adresse: a, rpps, structure: s }],
      bals: [{ adresse: a, rpps, structure: s }],
      activites: [
        { rpps, site: '990000001', ej: '990000002' },
        { rpps: autre, site: '750000011', ej: '750000099' },
      ],
    },
    retenues: [`TITULAIRE_HORS_STRUCTURE delete ${a}`],
  },
  {
    nom: 'a change of address: the old one waits for the new one',
    etat: { inventaire: [{ adresse: b, rpps }], bals: [{ adresse: a, rpps }] },
    attendues: [
      `insert ${b} professionnel:${rpps} NON_PUBLIEE`,
      `delete ${a} professionnel:${rpps} ORPHELINE_ANNUAIRE`,
    ],
  },
  {
    nom: 'two types for one address and porteur',
    settings: { premierPlan: 'publier' },
    etat: {
      inventaire: [
        { adresse: a, type: 'ORG', structure: s },
        { adresse: a, type: 'APP', structure: s },
      ],
    },
    retenues: [`TYPE_AMBIGU insert ${a}`],
  },
];

describe('each motif', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  for (const { nom, etat, settings, decidees = [], attendues = [], retenues: tenues = [] } of cas) {
    test(nom, async () => {
      await viderPlan(db.pool);
      for (const [adresse, motif] of decidees) {
        await db.pool.query(
          `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
           values ($1::text, $2::text, $1::text, now(), 'dupont')`,
          [adresse, motif],
        );
      }
      await suivre(db.pool, { ...socle, ...etat }, settings);
      assert.deepEqual(await operations(db.pool), attendues);
      assert.deepEqual(await retenues(db.pool), tenues);
    });
  }
});
