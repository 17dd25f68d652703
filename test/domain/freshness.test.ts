import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeFreshness, type FreshnessFacts } from '../../src/domain/freshness.js';

const now = new Date('2026-08-10T12:00:00Z');
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);
const never: FreshnessFacts = {
  inServiceSince: undefined,
  lastContactAt: undefined,
  lastRunAt: undefined,
  lastFailure: undefined,
};

const cases: readonly [string, FreshnessFacts, string, RegExp][] = [
  ['never asked for', never, 'jamais-chargee', /jamais demandée/u],
  [
    'asked for in vain',
    { ...never, lastRunAt: hoursAgo(1), lastFailure: 'certificat refusé' },
    'jamais-chargee',
    /certificat refusé/u,
  ],
  [
    'recent',
    { ...never, inServiceSince: hoursAgo(47), lastContactAt: hoursAgo(1) },
    'a-jour',
    /^$/u,
  ],
  [
    'old, the publisher has nothing newer',
    { ...never, inServiceSince: hoursAgo(240), lastContactAt: hoursAgo(2), lastRunAt: hoursAgo(2) },
    'en-retard',
    /l'éditeur n'a rien publié/u,
  ],
  [
    'old, we cannot fetch it',
    {
      ...never,
      inServiceSince: hoursAgo(240),
      lastContactAt: hoursAgo(200),
      lastRunAt: hoursAgo(2),
      lastFailure: 'délai dépassé',
    },
    'en-retard',
    /a échoué : délai dépassé/u,
  ],
  [
    'old, nobody has asked for days',
    {
      ...never,
      inServiceSince: hoursAgo(240),
      lastContactAt: hoursAgo(200),
      lastRunAt: hoursAgo(200),
    },
    'en-retard',
    /aucune tentative récente/u,
  ],
];

for (const [name, facts, kind, cause] of cases) {
  test(`a source that is ${name} is judged so`, () => {
    const freshness = judgeFreshness(facts, 48, now);
    assert.equal(freshness.kind, kind);
    assert.match('cause' in freshness ? freshness.cause : '', cause);
  });
}
