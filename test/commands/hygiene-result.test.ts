import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeBilan, describeListe } from '../../src/commands/hygiene-result.js';
import type { EtatCas } from '../../src/domain/cycle-inactivite.js';
import type { BilanHygiene } from '../../src/hygiene/run.js';
import type { CasInactivite } from '../../src/store/cas-inactivite.js';

const adresse = `prenom.${'nom-compose-'.repeat(8)}fin@centre-sante-exemple.mssante.fr`;

function cas(change: Partial<CasInactivite>): CasInactivite {
  return {
    id: 1,
    adresse,
    domaine: 'centre-sante-exemple.mssante.fr',
    etat: 'prevenue',
    attente: undefined,
    activiteLe: new Date('2024-02-25T12:00:00Z'),
    estAuthentification: true,
    limiteLe: new Date('2025-02-24T12:00:00Z'),
    ouvertLe: new Date('2026-11-23T12:00:00Z'),
    avisCles: [],
    avisDemandeLe: undefined,
    annonceLe: undefined,
    avisPartiLe: undefined,
    echeanceLe: undefined,
    rappelCles: [],
    rappelLe: undefined,
    decideeLe: undefined,
    closLe: undefined,
    cloture: undefined,
    conserveeJusqua: undefined,
    auteur: undefined,
    motif: undefined,
    posteAdresse: undefined,
    posteAgent: undefined,
    ...change,
  };
}

function liste(one: CasInactivite): string {
  return describeListe(new Map<EtatCas, number>([[one.etat, 1]]), [one]);
}

function bilan(arrets: BilanHygiene['arrets']): BilanHygiene {
  const quota = { seuils: 0, avis: 0 } as BilanHygiene['quota'];
  const zero = { ouverts: 0, prevenues: 0, delais: 0, rappels: 0, proposees: 0, avis: 0 };
  const clos = { reauthentifiees: 0, disparues: 0, sansObjet: 0, echecs: 0 };
  return { ...zero, ...clos, quota, arrets, leves: [] };
}

it('an address to keep or to delete is never cut short', () => {
  assert.ok(liste(cas({})).includes(`${adresse}  `));
});

it('a limit that is past is not shown as the day of the deletion', () => {
  assert.match(liste(cas({})), /à fixer \(limite : 24\/02\/2025\)/u);
  const due = liste(cas({ etat: 'delai-en-cours', echeanceLe: new Date('2026-12-23T12:00:00Z') }));
  assert.match(due, /23\/12\/2026/u);
  assert.doesNotMatch(due, /à fixer/u);
});

it('a run that a guard stopped does not say that there was nothing to do', () => {
  assert.match(describeBilan(bilan([]), false), /rien à faire/u);
  const arret = {
    code: 'LIEN_IMPOSSIBLE',
    message: 'Le réglage manque.',
  } as BilanHygiene['arrets'][0];
  const stopped = describeBilan(bilan([arret]), false);
  assert.match(stopped, /rien n’a avancé/u);
  assert.doesNotMatch(stopped, /rien à faire/u);
});
