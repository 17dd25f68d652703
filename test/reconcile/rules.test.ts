import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CodeConstat } from '../../src/domain/constat.js';
import { load, vider, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { constatsOuverts, rapprocher } from '../support/rapprochement.js';
import type { ReconcileSettings } from '../../src/reconcile/reconcile.js';

type Cas = {
  readonly nom: string;
  readonly etat: Etat;
  readonly settings?: Partial<ReconcileSettings>;
  /** « adresse precision » of the findings of the code, all of them. */
  readonly attendu: readonly string[];
  /** Part of the first finding's values. */
  readonly valeurs?: Record<string, unknown>;
};

const rpps = '10000000018';
const autreRpps = '10000000026';
const a = 'a@chu.mssante.fr';
const b = 'b@chu.mssante.fr';
const ailleurs = 'a@ailleurs.mssante.fr';
const eg = '750000011';
const eg2 = '750000029';
const ej = '750000037';
const autreEj = '750000045';
const siret = '12345678900011';

// Every source loaded, with somebody in it, so that all rules are evaluated.
const socle: Etat = {
  bals: [],
  inventaire: [{ adresse: 'z@chu.mssante.fr', type: 'APP' }],
  activites: [{ rpps: '10000000091', site: '990000001', ej: '990000002' }],
  finess: [{ finess: '990000001', nature: 'EG', ej: '990000002' }],
  listeBlanche: [{ domaine: 'chu.mssante.fr' }],
  adeli: [],
};

const cas: Record<CodeConstat, readonly Cas[]> = {
  PER_TYPE_10: [
    {
      nom: 'in the inventory',
      etat: { inventaire: [{ adresse: a, typePp: '10', pp: a }] },
      attendu: [a],
    },
    {
      nom: 'published only, though the inventory knows the RPPS',
      etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, typePp: '10', pp: a }] },
      attendu: [a],
    },
    {
      nom: 'in the inventory only, though the RPPS is published',
      etat: { inventaire: [{ adresse: a, typePp: '10', pp: a }], bals: [{ adresse: a, rpps }] },
      attendu: [a],
    },
    { nom: 'no identifier', etat: { inventaire: [{ adresse: a }] }, attendu: [a] },
    {
      nom: 'no identifier, published only',
      etat: { bals: [{ adresse: a }] },
      attendu: [a],
    },
    {
      nom: 'published without identifier, but the inventory has one',
      etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a }] },
      attendu: [],
    },
    {
      nom: 'not an ORG without identifier, nor a closed BAL, nor one outside our domains',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG' },
          { adresse: 'f@ailleurs.mssante.fr', etat: 'ferme' },
        ],
        bals: [{ adresse: ailleurs, typePp: '10', pp: ailleurs }],
      },
      attendu: [],
    },
  ],
  TITULAIRE_INCONNU: [
    {
      nom: 'PER and CAB of an RPPS found nowhere, on either side',
      etat: {
        inventaire: [{ adresse: a, rpps }],
        bals: [{ adresse: b, type: 'CAB', rpps, nom: 'DURAND' }],
      },
      attendu: [a, b],
      valeurs: { rpps },
    },
    {
      nom: 'known by an activity',
      etat: { inventaire: [{ adresse: a, rpps }], activites: [{ rpps }] },
      attendu: [],
    },
    {
      nom: 'known by a savoir-faire',
      etat: { inventaire: [{ adresse: a, rpps }], activites: [], savoirFaire: [{ rpps }] },
      attendu: [],
    },
    {
      nom: 'known by Pro Santé Connect',
      etat: { inventaire: [{ adresse: a, rpps }], identites: [{ rpps }] },
      attendu: [],
    },
    {
      nom: 'not an ORG, nor an ADELI number',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', rpps },
          { adresse: b, typePp: '0', pp: '759999999' },
        ],
      },
      attendu: [],
    },
    {
      nom: 'the inventory decides when both sides name somebody',
      etat: {
        inventaire: [{ adresse: a, rpps }],
        bals: [{ adresse: a, rpps: autreRpps }],
        activites: [{ rpps }],
      },
      attendu: [],
    },
  ],
  ORPHELINE_ANNUAIRE: [
    { nom: 'absent from the inventory', etat: { bals: [{ adresse: a, rpps }] }, attendu: [a] },
    {
      nom: 'closed in the inventory',
      etat: { bals: [{ adresse: a, rpps }], inventaire: [{ adresse: a, rpps, etat: 'ferme' }] },
      attendu: [a],
      valeurs: { fermee: true },
    },
    {
      nom: 'suspended is still there; another domain is not ours, closed or not',
      etat: {
        bals: [
          { adresse: a, rpps },
          { adresse: ailleurs, rpps },
        ],
        inventaire: [
          { adresse: a, rpps, etat: 'suspendu' },
          { adresse: ailleurs, rpps, etat: 'ferme' },
        ],
      },
      attendu: [],
    },
  ],
  TITULAIRE_SANS_ACTIVITE: [
    {
      nom: 'a savoir-faire only, or a line that says neither where nor how',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: b, type: 'CAB', rpps: autreRpps },
        ],
        activites: [{ rpps }],
        savoirFaire: [{ rpps: autreRpps }],
      },
      attendu: [a, b],
    },
    {
      nom: 'a mode, a genre or a structure make an activity; a company name does not',
      etat: {
        inventaire: [
          { adresse: a, rpps: '1' },
          { adresse: b, rpps: '2' },
          { adresse: 'c@chu.mssante.fr', rpps: '3' },
          { adresse: 'd@chu.mssante.fr', rpps: '4' },
          { adresse: 'e@chu.mssante.fr', rpps: '5' },
        ],
        activites: [
          { rpps: '1', mode: 'L' },
          { rpps: '2', genre: 'G' },
          { rpps: '3', technique: 'R1' },
          { rpps: '4', raisonSociale: 'CABINET' },
        ],
        identites: [{ rpps: '5', siret }],
      },
      attendu: ['d@chu.mssante.fr'],
    },
    { nom: 'not an unknown holder', etat: { inventaire: [{ adresse: a, rpps }] }, attendu: [] },
  ],
  TITULAIRE_HORS_STRUCTURE: [
    {
      nom: 'an activity in another structure',
      etat: {
        bals: [{ adresse: a, rpps, structure: `1${eg}`, nom: 'DURAND', prenom: 'Anne' }],
        activites: [{ rpps, site: eg2, ej: autreEj, raisonSociale: 'CLINIQUE' }],
        finess: [{ finess: eg, nature: 'EG', ej, raisonSociale: 'CH' }],
      },
      attendu: [`${a} 1${eg}`],
      valeurs: {
        nom: 'Anne DURAND',
        exerceA: [{ id: `1${eg2}`, raisonSociale: 'CLINIQUE' }],
        structure: { id: `1${eg}`, nature: 'EG', resoluPar: 'finess', ej, raisonSociale: 'CH' },
      },
    },
    {
      nom: 'one finding per attachment that is wrong',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg}` },
          { adresse: a, rpps, structure: `1${autreEj}` },
          { adresse: a, rpps, structure: `3${siret}` },
        ],
        activites: [
          { rpps, site: eg, ej },
          { rpps: autreRpps, ej: autreEj, siret },
        ],
      },
      attendu: [`${a} 1${autreEj}`, `${a} 3${siret}`],
    },
    {
      nom: 'the site itself, its EJ by the column, another EG of the same EJ',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg}` },
          { adresse: b, rpps, structure: `1${ej}` },
          { adresse: 'c@chu.mssante.fr', rpps, structure: `1${eg2}` },
        ],
        activites: [
          { rpps, site: eg, ej },
          { rpps: autreRpps, site: eg2, ej },
        ],
      },
      attendu: [],
    },
    {
      nom: 'the EJ of the site by the FINESS source, where the column is empty',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg2}` },
          { adresse: b, rpps, structure: `1${ej}` },
        ],
        activites: [{ rpps, site: eg }],
        finess: [
          { finess: eg, nature: 'EG', ej },
          { finess: eg2, nature: 'EG', ej },
          { finess: ej, nature: 'EJ' },
        ],
      },
      attendu: [],
    },
    {
      nom: 'a SIRET: itself, its SIREN, a FINESS site that has it',
      etat: {
        inventaire: [
          { adresse: a, rpps: '1', structure: `3${siret}` },
          { adresse: b, rpps: '2', structure: `3${siret}` },
          { adresse: 'c@chu.mssante.fr', rpps: '3', structure: `3${siret}` },
          { adresse: 'd@chu.mssante.fr', rpps: '4', structure: `3${siret}` },
        ],
        activites: [
          { rpps: '1', siret },
          { rpps: '2', siret: `${siret.slice(0, 9)}99999` },
          { rpps: '3', site: eg },
          { rpps: '4', siret: '99999999900011' },
        ],
        finess: [{ finess: eg, nature: 'EG', ej, siret }],
      },
      attendu: [`d@chu.mssante.fr 3${siret}`],
    },
    {
      nom: 'a cabinet: technical or former identifier',
      etat: {
        inventaire: [
          { adresse: a, rpps: '1', structure: '410100000240453' },
          { adresse: b, rpps: '2', structure: '0759999999001' },
          { adresse: 'c@chu.mssante.fr', rpps: '3', structure: '410100000240453' },
        ],
        activites: [
          { rpps: '1', technique: 'R10100000240453' },
          { rpps: '2', ancien: '0759999999001', mode: 'L' },
          { rpps: '3', technique: 'R10100000999999' },
        ],
      },
      attendu: ['c@chu.mssante.fr 410100000240453'],
    },
    {
      nom: 'an activity without any structure is in none',
      etat: {
        inventaire: [{ adresse: a, rpps, structure: `1${eg}` }],
        activites: [
          { rpps, mode: 'L' },
          { rpps: autreRpps, site: eg },
        ],
      },
      attendu: [`${a} 1${eg}`],
      valeurs: { exerceA: [] },
    },
    {
      nom: 'not without structure, nor an unknown one, nor a CAB, nor a holder without activity',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: b, rpps, structure: '1999999999' },
          { adresse: 'c@chu.mssante.fr', type: 'CAB', rpps, structure: `1${eg}` },
          { adresse: 'd@chu.mssante.fr', rpps: autreRpps, structure: `1${eg}` },
        ],
        activites: [{ rpps, site: eg2 }, { rpps: autreRpps }, { rpps: '9', site: eg }],
      },
      attendu: [],
    },
  ],
  TITULAIRE_ADELI: [
    {
      nom: 'PER and CAB, with the RPPS when the correspondence is known',
      etat: {
        inventaire: [
          { adresse: a, typePp: '0', pp: '759999999' },
          { adresse: b, type: 'CAB', typePp: '0', pp: '1' },
        ],
        adeli: [{ adeli: '759999999', rpps }],
      },
      attendu: [a, b],
      valeurs: { adeli: '759999999', rpps },
    },
    {
      nom: 'not an ORG, nor an RPPS, nor when the inventory has moved to the RPPS',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: b, type: 'ORG', typePp: '0', pp: '1' },
        ],
        bals: [{ adresse: a, typePp: '0', pp: '759999999' }],
      },
      attendu: [],
    },
  ],
  STRUCTURE_INCONNUE: [
    {
      nom: 'found nowhere, whatever its kind',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', structure: '1999999999' },
          { adresse: a, type: 'ORG', structure: `3${siret}` },
          { adresse: b, type: 'ORG', structure: '4123' },
        ],
      },
      attendu: [`${a} 1999999999`, `${a} 3${siret}`, `${b} 4123`],
    },
    {
      nom: 'found by FINESS, or by any column of Personne_activite',
      etat: {
        inventaire: [eg, eg2, ej]
          .map((finess, i) => ({
            adresse: `${i}@chu.mssante.fr`,
            type: 'ORG',
            structure: `1${finess}`,
          }))
          .concat([
            { adresse: '3@chu.mssante.fr', type: 'ORG', structure: `3${siret}` },
            { adresse: '4@chu.mssante.fr', type: 'ORG', structure: `2${siret.slice(0, 9)}` },
            { adresse: '5@chu.mssante.fr', type: 'ORG', structure: '4777' },
          ]),
        finess: [{ finess: eg, nature: 'EG' }],
        activites: [
          { rpps, site: eg2, ej },
          { rpps, siret, siren: siret.slice(0, 9) },
          { rpps, technique: 'R777' },
        ],
      },
      attendu: [],
    },
  ],
  STRUCTURE_FERMEE: [
    {
      nom: 'closed by its state, or since today',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', structure: `1${eg}` },
          { adresse: b, type: 'ORG', structure: `1${eg2}` },
        ],
        finess: [
          { finess: eg, nature: 'EG', isClosed: true },
          { finess: eg2, nature: 'EG', fermeture: '2026-10-09' },
        ],
      },
      attendu: [`${a} 1${eg}`, `${b} 1${eg2}`],
    },
    {
      nom: 'not one that closes tomorrow, nor one of several EG of a SIRET still open',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', structure: `1${eg}` },
          { adresse: b, type: 'ORG', structure: `3${siret}` },
        ],
        finess: [
          { finess: eg, nature: 'EG', fermeture: '2026-10-10' },
          { finess: eg2, nature: 'EG', isClosed: true, siret },
          { finess: '750000052', nature: 'EG', siret },
        ],
      },
      attendu: [],
    },
  ],
  RATTACHEMENT_EJ_EG: [
    {
      nom: 'a: attached to the EJ, the holder is in exactly one EG of it',
      etat: {
        inventaire: [{ adresse: a, rpps, structure: `1${ej}` }],
        activites: [
          { rpps, site: eg, ej },
          { rpps, site: eg2, ej: autreEj },
        ],
      },
      attendu: [`${a} 1${ej}`],
      valeurs: { cas: 'a', attendue: `1${eg}` },
    },
    {
      nom: 'a: the FINESS source tells the EJ of the site against the column',
      etat: {
        bals: [{ adresse: a, type: 'CAB', rpps, structure: `1${ej}` }],
        activites: [{ rpps, site: eg, ej: autreEj }],
        finess: [
          { finess: eg, nature: 'EG', ej },
          { finess: ej, nature: 'EJ' },
        ],
      },
      attendu: [`${a} 1${ej}`],
      valeurs: { cas: 'a', attendue: `1${eg}` },
    },
    {
      nom: 'a: not with two EG of it, nor with none, nor attached to an EG, nor an ORG',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${ej}` },
          { adresse: b, rpps: autreRpps, structure: `1${ej}` },
          { adresse: 'c@chu.mssante.fr', rpps: '3', structure: `1${eg}` },
          { adresse: 'd@chu.mssante.fr', type: 'ORG', rpps: '3', structure: `1${ej}` },
        ],
        activites: [
          { rpps, site: eg, ej },
          { rpps, site: eg2, ej },
          { rpps: autreRpps, ej },
          { rpps: '3', site: eg, ej },
        ],
      },
      attendu: [],
    },
    {
      nom: 'b: the domain is an EG of the EJ',
      etat: {
        inventaire: [{ adresse: a, type: 'ORG', structure: `1${ej}` }],
        finess: [
          { finess: eg, nature: 'EG', ej },
          { finess: ej, nature: 'EJ' },
        ],
      },
      settings: { domaines: [{ nom: 'CHU.mssante.fr', structure: `1${eg}` }] },
      attendu: [`${a} 1${ej}`],
      valeurs: { cas: 'b', attendue: `1${eg}` },
    },
    {
      nom: 'a wins over b',
      etat: {
        inventaire: [{ adresse: a, rpps, structure: `1${ej}` }],
        activites: [{ rpps, site: eg2, ej }],
        finess: [
          { finess: eg, nature: 'EG', ej },
          { finess: eg2, nature: 'EG', ej },
          { finess: ej, nature: 'EJ' },
        ],
      },
      settings: { domaines: [{ nom: 'chu.mssante.fr', structure: `1${eg}` }] },
      attendu: [`${a} 1${ej}`],
      valeurs: { cas: 'a', attendue: `1${eg2}` },
    },
    {
      nom: 'c: the domain is another EJ',
      etat: {
        inventaire: [{ adresse: a, type: 'ORG', structure: `1${eg}` }],
        activites: [
          { rpps, site: eg, ej },
          { rpps, ej: autreEj },
        ],
      },
      settings: { domaines: [{ nom: 'chu.mssante.fr', structure: `1${autreEj}` }] },
      attendu: [`${a} 1${eg}`],
      valeurs: { cas: 'c', attendue: `1${autreEj}` },
    },
    {
      nom: 'neither b nor c: the right EJ, an EG under an EG, an EG whose EJ is unknown',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', structure: `1${eg}` },
          { adresse: b, type: 'ORG', structure: `1${eg2}` },
          { adresse: 'c@chu.mssante.fr', type: 'ORG', structure: `1${ej}` },
        ],
        finess: [
          { finess: eg, nature: 'EG', ej },
          { finess: eg2, nature: 'EG' },
          { finess: ej, nature: 'EJ' },
        ],
      },
      settings: { domaines: [{ nom: 'chu.mssante.fr', structure: `1${ej}` }] },
      attendu: [],
    },
    {
      nom: 'without FINESS, a number seen in both columns is an EG, of its most frequent EJ',
      etat: {
        inventaire: [{ adresse: a, type: 'ORG', structure: `1${eg}` }],
        activites: [
          { rpps: '1', site: eg, ej: autreEj },
          { rpps: '2', site: eg, ej },
          { rpps: '3', site: eg, ej },
          { rpps: '4', ej: eg },
          { rpps: '5', ej: autreEj },
        ],
      },
      settings: { domaines: [{ nom: 'chu.mssante.fr', structure: `1${autreEj}` }] },
      attendu: [`${a} 1${eg}`],
      valeurs: {
        structure: { id: `1${eg}`, nature: 'EG', resoluPar: 'professionnels', ej },
      },
    },
    {
      nom: 'two EJ as frequent as each other: the smallest number',
      etat: {
        inventaire: [{ adresse: a, type: 'ORG', structure: `1${eg}` }],
        activites: [
          { rpps: '1', site: eg, ej: autreEj },
          { rpps: '2', site: eg, ej },
        ],
      },
      settings: { domaines: [{ nom: 'chu.mssante.fr', structure: `1${ej}` }] },
      attendu: [],
    },
  ],
  ATTRIBUTS_DIVERGENTS: [
    {
      nom: 'holder, structures, service; an empty field differs from a published one',
      etat: {
        inventaire: [{ adresse: a, rpps, structure: `1${eg}` }],
        bals: [{ adresse: a, rpps: autreRpps, structure: `1${eg2}`, service: 'Chirurgie' }],
      },
      attendu: [a],
      valeurs: { champs: ['titulaire', 'structures', 'service'] },
    },
    {
      nom: 'the same identifier under another type',
      etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, typePp: '0', pp: rpps }] },
      attendu: [a],
      valeurs: { champs: ['titulaire'] },
    },
    {
      nom: 'one attachment more',
      etat: {
        inventaire: [{ adresse: a, rpps, structure: `1${eg}` }],
        bals: [
          { adresse: a, rpps, structure: `1${eg}` },
          { adresse: a, rpps, structure: `1${eg2}` },
        ],
      },
      attendu: [a],
      valeurs: { champs: ['structures'] },
    },
    {
      nom: 'the same set in another order, and spaces that nobody meant',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg}`, service: ' Chirurgie  viscérale ' },
          { adresse: a, rpps, structure: `1${eg2}`, service: 'Chirurgie viscérale' },
        ],
        bals: [
          { adresse: a, rpps, structure: `1${eg2}`, service: 'Chirurgie viscérale' },
          { adresse: a, rpps, structure: `1${eg}`, service: 'Chirurgie viscérale' },
        ],
      },
      attendu: [],
    },
    {
      nom: 'not when the types differ, nor a closed BAL; another letter case of a service is a difference',
      etat: {
        inventaire: [
          { adresse: a, type: 'ORG', rpps },
          { adresse: b, rpps, etat: 'ferme' },
          { adresse: 'c@chu.mssante.fr', rpps, service: 'chirurgie' },
        ],
        bals: [
          { adresse: a, rpps: autreRpps },
          { adresse: b, rpps: autreRpps },
          { adresse: 'C@chu.mssante.fr', rpps, service: 'Chirurgie' },
        ],
      },
      attendu: ['c@chu.mssante.fr'],
    },
  ],
  TYPE_DIVERGENT: [
    {
      nom: 'PER here, ORG there',
      etat: { inventaire: [{ adresse: a, rpps }], bals: [{ adresse: a, type: 'ORG' }] },
      attendu: [a],
    },
    {
      nom: 'the same type, or one side only',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: b, rpps },
        ],
        bals: [{ adresse: a, rpps }],
      },
      attendu: [],
    },
  ],
  INACTIVE: [
    {
      nom: 'more than 365 full days, by the authentication or else the creation',
      etat: {
        inventaire: [
          {
            adresse: a,
            rpps,
            authentification: '2025-10-09T09:59:59Z',
            dateCreation: '2026-01-01',
          },
          { adresse: b, rpps, dateCreation: '2025-10-09' },
        ],
      },
      attendu: [a, b],
      valeurs: { etape: 'a-notifier', limiteJours: 365 },
    },
    {
      nom: 'not at the limit, nor without any date, nor an ORG, nor a closed one',
      etat: {
        inventaire: [
          {
            adresse: a,
            rpps,
            authentification: '2025-10-09T10:00:00Z',
            dateCreation: '2001-01-01',
          },
          { adresse: b, rpps },
          { adresse: 'c@chu.mssante.fr', type: 'ORG', dateCreation: '2001-01-01' },
          { adresse: 'd@chu.mssante.fr', rpps, dateCreation: '2001-01-01', etat: 'ferme' },
          { adresse: 'e@chu.mssante.fr', rpps, dateCreation: '2025-10-10' },
        ],
      },
      attendu: [],
    },
    {
      nom: 'a shorter limit',
      etat: { inventaire: [{ adresse: a, rpps, authentification: '2026-09-01T00:00:00Z' }] },
      settings: { inactiviteJours: 30 },
      attendu: [a],
    },
  ],
  NON_PUBLIEE: [
    {
      nom: 'PER and ORG',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: b, type: 'ORG' },
        ],
      },
      attendu: [a, b],
    },
    {
      nom: 'not APP, CAB, liste rouge, suspended, closed, type 10, unidentified, unpublishable, published',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: 'b@chu.mssante.fr', type: 'APP' },
          { adresse: 'c@chu.mssante.fr', type: 'CAB', rpps },
          { adresse: 'd@chu.mssante.fr', rpps, listeRouge: true },
          { adresse: 'e@chu.mssante.fr', rpps, etat: 'suspendu' },
          { adresse: 'f@chu.mssante.fr', rpps, etat: 'ferme' },
          { adresse: 'g@chu.mssante.fr', typePp: '10', pp: 'g' },
          { adresse: 'h@chu.mssante.fr' },
          { adresse: 'i@chu.exemple.fr', rpps },
        ],
        bals: [{ adresse: 'A@CHU.mssante.fr', rpps }],
      },
      attendu: [],
    },
  ],
  // test/feed/confirm.test.ts: it takes operations.
  NON_CONFIRMEE: [],
  LISTE_ROUGE_PUBLIEE: [
    {
      nom: 'published, even outside our declared domains',
      etat: {
        inventaire: [
          { adresse: a, rpps, listeRouge: true },
          { adresse: ailleurs, rpps, listeRouge: true },
        ],
        bals: [
          { adresse: a, rpps },
          { adresse: ailleurs, rpps },
        ],
      },
      attendu: [ailleurs, a],
    },
    {
      nom: 'not when absent from the extraction, closed, or not liste rouge',
      etat: {
        inventaire: [
          { adresse: a, rpps, listeRouge: true },
          { adresse: b, rpps },
          { adresse: 'c@chu.mssante.fr', rpps, listeRouge: true, etat: 'ferme' },
        ],
        bals: [
          { adresse: b, rpps },
          { adresse: 'c@chu.mssante.fr', rpps },
        ],
      },
      attendu: [],
    },
  ],
  ADRESSE_INVALIDE: [
    {
      nom: 'a domain that is not MSSanté, a space, two @',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: 'a@interop-mssante.apicrypt.org', rpps },
          { adresse: 'a@chu.fr', rpps },
          { adresse: 'a b@chu.mssante.fr', rpps },
          { adresse: 'a@mssante.fr', rpps },
        ],
      },
      attendu: ['a b@chu.mssante.fr', 'a@chu.fr', 'a@mssante.fr'],
    },
    {
      nom: 'another pattern, on the whole address',
      etat: {
        inventaire: [
          { adresse: a, rpps },
          { adresse: 'bcd@chu.mssante.fr', rpps },
        ],
      },
      settings: { motifAdresse: String.raw`^[a-z]{3,}@chu\.mssante\.fr$` },
      attendu: [a],
    },
  ],
  DOMAINE_HORS_LISTE_BLANCHE: [
    {
      nom: 'declared, or of a BAL of the inventory',
      etat: {
        inventaire: [
          { adresse: 'x@perdu.mssante.fr', rpps },
          { adresse: 'y@perdu.mssante.fr', rpps },
        ],
        listeBlanche: [{ domaine: 'autre.mssante.fr' }],
      },
      attendu: ['chu.mssante.fr', 'perdu.mssante.fr'],
      valeurs: { nombreBal: 0 },
    },
    {
      nom: 'not a closed BAL’s domain, nor one in the white list twice',
      etat: {
        inventaire: [{ adresse: 'x@perdu.mssante.fr', rpps, etat: 'ferme' }],
        listeBlanche: [
          { domaine: 'chu.mssante.fr' },
          { domaine: 'chu.mssante.fr', operateur: 'P' },
        ],
      },
      attendu: [],
    },
  ],
  DOMAINE_SANS_BAL: [
    {
      nom: 'declared, closed BAL only',
      etat: { inventaire: [{ adresse: a, rpps, etat: 'ferme' }], bals: [{ adresse: b, rpps }] },
      attendu: ['chu.mssante.fr'],
      valeurs: { nombrePubliees: 1 },
    },
    { nom: 'one BAL', etat: { inventaire: [{ adresse: a, rpps }] }, attendu: [] },
  ],
  DOUBLON_TITULAIRE: [
    {
      nom: 'one finding per BAL and structure; without structure counts as one',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg}` },
          { adresse: b, rpps, structure: `1${eg}` },
          { adresse: 'c@chu.mssante.fr', rpps },
          { adresse: 'd@chu.mssante.fr', rpps },
        ],
      },
      attendu: [`${a} 1${eg}`, `${b} 1${eg}`, 'c@chu.mssante.fr', 'd@chu.mssante.fr'],
      valeurs: { autresAdresses: [b], nombre: 2 },
    },
    {
      nom: 'not another structure, holder, type, a closed one, nor one BAL with two lines',
      etat: {
        inventaire: [
          { adresse: a, rpps, structure: `1${eg}` },
          { adresse: a, rpps, structure: `1${eg}`, service: 'Autre' },
          { adresse: b, rpps, structure: `1${eg2}` },
          { adresse: 'c@chu.mssante.fr', rpps: autreRpps, structure: `1${eg}` },
          { adresse: 'd@chu.mssante.fr', type: 'CAB', rpps, structure: `1${eg}` },
          { adresse: 'e@chu.mssante.fr', rpps, structure: `1${eg}`, etat: 'ferme' },
          { adresse: 'f@chu.mssante.fr', typePp: '0', pp: '7' },
          { adresse: 'g@chu.mssante.fr', typePp: '0', pp: '7' },
        ],
      },
      attendu: [],
    },
  ],
  QUOTA_80: [
    {
      nom: 'from 80 to less than 90 %',
      etat: {
        inventaire: [79.9, 80, 89.9, 90, 100].map((taille) => ({
          adresse: `${taille}@chu.mssante.fr`,
          type: 'ORG',
          tailleOctets: taille * 10,
          quotaOctets: 1000,
        })),
      },
      attendu: ['80@chu.mssante.fr', '89.9@chu.mssante.fr'],
      valeurs: { operateur: { typeBal: 'ORG', pourcent: 80, quotaOctets: 1000 } },
    },
  ],
  QUOTA_90: [
    {
      nom: 'from 90 to less than 100 %',
      etat: {
        inventaire: [89.9, 90, 99.9, 100].map((taille) => ({
          adresse: `${taille}@chu.mssante.fr`,
          rpps,
          tailleOctets: taille * 10,
          quotaOctets: 1000,
        })),
      },
      attendu: ['90@chu.mssante.fr', '99.9@chu.mssante.fr'],
    },
  ],
  QUOTA_100: [
    {
      nom: 'full or more; never with a quota of zero or none, nor when closed',
      etat: {
        inventaire: [
          { adresse: a, rpps, tailleOctets: 1000, quotaOctets: 1000 },
          { adresse: b, rpps, tailleOctets: 5000, quotaOctets: 1000 },
          { adresse: 'c@chu.mssante.fr', rpps, tailleOctets: 5000, quotaOctets: 0 },
          { adresse: 'd@chu.mssante.fr', rpps, tailleOctets: 5000 },
          { adresse: 'e@chu.mssante.fr', rpps, tailleOctets: 5000, quotaOctets: 1, etat: 'ferme' },
        ],
      },
      attendu: [a, b],
    },
  ],
  TRANSFERT_INTERDIT: [
    {
      nom: 'towards nobody known, another holder, an ORG, a closed BAL',
      etat: {
        inventaire: [
          { adresse: a, rpps, transfertVers: 'x@gmail.com' },
          { adresse: b, rpps, transfertVers: 'autre@chu.mssante.fr' },
          { adresse: 'c@chu.mssante.fr', rpps, transfertVers: 'org@chu.mssante.fr' },
          { adresse: 'd@chu.mssante.fr', rpps, transfertVers: 'fermee@chu.mssante.fr' },
          { adresse: 'autre@chu.mssante.fr', rpps: autreRpps },
          { adresse: 'org@chu.mssante.fr', type: 'ORG', rpps },
          { adresse: 'fermee@chu.mssante.fr', rpps, etat: 'ferme' },
        ],
      },
      attendu: [a, b, 'c@chu.mssante.fr', 'd@chu.mssante.fr'],
      valeurs: { cibleOperateur: null, cibleAnnuaire: null },
    },
    {
      nom: 'the inventory’s word on the target wins over the Annuaire’s',
      etat: {
        inventaire: [
          { adresse: a, rpps, transfertVers: b },
          { adresse: b, rpps: autreRpps },
        ],
        bals: [{ adresse: b, rpps }],
      },
      attendu: [a],
    },
    {
      nom: 'towards a PER of the same holder, here or elsewhere; an ORG may forward',
      etat: {
        inventaire: [
          { adresse: a, rpps, transfertVers: 'B@chu.mssante.fr' },
          { adresse: b, rpps, transfertVers: 'moi@hopital.mssante.fr' },
          { adresse: 'o@chu.mssante.fr', type: 'ORG', transfertVers: 'x@gmail.com' },
          { adresse: 'f@chu.mssante.fr', rpps, etat: 'ferme', transfertVers: 'x@gmail.com' },
        ],
        bals: [{ adresse: 'moi@hopital.mssante.fr', rpps }],
      },
      attendu: [],
    },
    {
      nom: 'the same address as identifier is not the same person: type 10 forwards to nobody',
      etat: {
        inventaire: [{ adresse: a, transfertVers: b }, { adresse: b }],
      },
      attendu: [a],
    },
  ],
};

describe('each rule', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  for (const [code, liste] of Object.entries(cas)) {
    for (const { nom, etat, settings, attendu, valeurs } of liste) {
      test(`${code}: ${nom}`, async () => {
        await vider(db.pool);
        await load(db.pool, { ...socle, ...etat });
        const { notEvaluated } = await rapprocher(db.pool, settings);
        assert.deepEqual(notEvaluated, []);
        const trouves = (await constatsOuverts(db.pool)).filter(({ cle }) =>
          cle.startsWith(`${code} `),
        );
        assert.deepEqual(
          trouves.map(({ cle }) => cle.slice(code.length + 1)),
          attendu,
        );
        for (const [cle, valeur] of Object.entries(valeurs ?? {})) {
          assert.deepEqual(trouves[0]?.valeurs[cle], valeur, cle);
        }
      });
    }
  }
});
