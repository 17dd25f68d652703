import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decider,
  echecsMax,
  estRegle,
  gigue,
  succesAttenduDepuis,
  tentativesMax,
  type Appel,
  type Decision,
  type DernierPassage,
} from '../../src/planification/due.js';
import { appelDe, programme } from '../../src/planification/programme.js';
import { nomsEtapes } from '../../src/planification/etapes.js';

const at = (time: string): Date => new Date(`2027-01-15T${time}Z`);

function passage(more: Partial<DernierPassage> = {}): DernierPassage {
  return {
    prevuLe: at('04:30:00'),
    commenceLe: at('04:30:05'),
    finiLe: at('04:31:00'),
    issue: 'reussite',
    tentative: 1,
    ...more,
  };
}

const died = { finiLe: undefined, issue: undefined };
const horaire: Appel = {
  kind: 'horaire',
  precedente: at('04:30:00'),
  prochaine: new Date('2027-01-16T04:30:00Z'),
  gigueMs: 60_000,
};

type Cas = [
  name: string,
  dernier: DernierPassage | undefined,
  now: string,
  expected: string | Date | undefined,
  estPris?: boolean,
];

// Expected: why it is begun; the instant that is waited for; undefined: nothing.
const cas: Cas[] = [
  ['never done: at once', undefined, '05:00:00', 'prevu'],
  ['its instant came, its jitter did not', undefined, '04:30:59', horaire.prochaine],
  ['done already', passage(), '05:00:00', horaire.prochaine],
  [
    'another node has it',
    passage({ prevuLe: at('03:00:00') }),
    '05:00:00',
    horaire.prochaine,
    true,
  ],
  [
    'missed for days: once',
    passage({ prevuLe: new Date('2027-01-10T04:30:00Z') }),
    '09:00:00',
    'rattrapage',
  ],
  ['yesterday done', passage({ prevuLe: new Date('2027-01-14T04:30:00Z') }), '04:31:01', 'prevu'],
  ['its process is gone', passage(died), '04:40:00', 'reprise'],
  [
    'its process is gone, again and again: later',
    passage({ ...died, tentative: 3 }),
    '04:30:06',
    at('04:30:25'),
  ],
  [
    'its processes never live',
    passage({ ...died, tentative: tentativesMax }),
    '09:00:00',
    horaire.prochaine,
  ],
  ['its node was stopped', passage({ issue: 'interrompu' }), '04:31:00', 'reprise'],
  ['it failed: a minute later', passage({ issue: 'echec' }), '04:31:30', at('04:32:00')],
  ['it failed, and the minute is over', passage({ issue: 'echec' }), '04:32:00', 'reessai'],
  [
    'it failed twice: four minutes',
    passage({ issue: 'echec', tentative: 2 }),
    '04:32:00',
    at('04:35:00'),
  ],
  [
    'it fails each time',
    passage({ issue: 'echec', tentative: echecsMax }),
    '09:00:00',
    horaire.prochaine,
  ],
  ['a guard refused it', passage({ issue: 'refus' }), '09:00:00', horaire.prochaine],
  ['it was too long', passage({ issue: 'delai' }), '09:00:00', horaire.prochaine],
];
for (const [name, dernier, now, expected, estPris = false] of cas) {
  test(name, () => {
    const decision = decider({ dernier, estPris }, horaire, at(now));
    assert.deepEqual(said(decision), expected);
  });
}

function said(decision: Decision): string | Date | undefined {
  return decision.kind === 'lancer' ? decision.raison : decision.prochaine;
}

test('a stage that follows waits for the end of the other, whatever it was, and has its instant', () => {
  const suite = (dernier: DernierPassage | undefined, estPris = false): Appel => ({
    kind: 'suite',
    amont: { dernier, estPris },
    prochaine: undefined,
  });
  const mine = { dernier: passage({ prevuLe: new Date('2027-01-14T04:30:00Z') }), estPris: false };
  const now = at('05:00:00');
  for (const issue of ['reussite', 'refus', 'delai'] as const) {
    assert.deepEqual(decider(mine, suite(passage({ issue })), now), {
      kind: 'lancer',
      prevuLe: at('04:30:00'),
      raison: 'rattrapage',
    });
  }
  for (const before of [undefined, passage({ issue: 'echec' }), passage(died)]) {
    assert.equal(decider(mine, suite(before), now).kind, 'attendre');
  }
  assert.equal(decider(mine, suite(passage(), true), now).kind, 'attendre');
  assert.equal(
    estRegle({ dernier: passage({ issue: 'echec', tentative: echecsMax }), estPris: false }),
    true,
  );
});

test('the jitter is the same for one node and one instant, within its bounds', () => {
  const around = { precedente: at('04:30:00'), prochaine: at('04:35:00') };
  const draws = ['a', 'b', 'c', 'd'].map((noeud) => gigue(noeud, 'push', around, 120_000));
  assert.deepEqual(
    draws,
    ['a', 'b', 'c', 'd'].map((noeud) => gigue(noeud, 'push', around, 120_000)),
  );
  assert.equal(new Set(draws).size, 4);
  for (const draw of draws) assert.ok(draw >= 0 && draw <= 30_000, String(draw));
  assert.equal(gigue('a', 'push', around, 0), 0);
});

test('the chain is made of what is in it and has something to do', () => {
  const etapes = {
    extract: 'cycle',
    inventory: 'cycle',
    reconcile: 'cycle',
    hygiene: false,
    plan: 'cycle',
    push: '*/5 * * * *',
    notices: '*/5 * * * *',
    status: false,
    purge: false,
    verification: false,
    checkpoint: false,
    backup: false,
  } as const;
  const reglages = { fuseau: 'Europe/Paris', cycle: '30 5 * * *', etapes };
  const utiles = new Set(nomsEtapes.filter((nom) => nom !== 'inventory' && nom !== 'notices'));
  const places = programme(reglages, utiles);
  assert.deepEqual([...places.keys()], ['extract', 'reconcile', 'plan', 'push']);
  const vues = new Map([['reconcile', { dernier: passage(), estPris: true }]]);
  const clock = { now: at('05:00:00'), noeud: 'a', gigueMaxMs: 0 };
  assert.deepEqual(appelDe('plan', places, vues, clock), {
    kind: 'suite',
    amont: vues.get('reconcile'),
    prochaine: horaire.prochaine,
  });
  assert.deepEqual(appelDe('extract', places, vues, clock), { ...horaire, gigueMs: 0 });
  assert.deepEqual([...programme({ ...reglages, cycle: false }, utiles).keys()], ['push']);
});

test('a success is expected of each instant that is past, unless one long run is still at work', () => {
  const before = at('04:00:00');
  const expected = (dernier: DernierPassage | undefined, estPris: boolean): Date | undefined =>
    succesAttenduDepuis({ dernier, estPris }, before);
  assert.equal(expected(undefined, false), before);
  assert.equal(expected(passage(died), false), before);
  // Begun anew each time, it dies each time.
  assert.equal(expected(passage(died), true), before);
  assert.equal(expected(passage({ ...died, commenceLe: at('03:59:00') }), true), undefined);
  assert.equal(succesAttenduDepuis({ dernier: undefined, estPris: false }, undefined), undefined);
});
