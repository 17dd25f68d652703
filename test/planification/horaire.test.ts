import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHoraire, fauteDExpression, isFuseau } from '../../src/planification/horaire.js';

/** All instants that are told, looked at every ten minutes from `from` to `to`: the last one before each look. */
function instants(expression: string, from: string, to: string, stepMs = 600_000): string[] {
  const found = new Set<string>();
  for (let at = Date.parse(from); at <= Date.parse(to); at += stepMs) {
    // Each look by a daemon that has just started: nothing is remembered.
    const { precedente, prochaine } = createHoraire(expression, 'Europe/Paris').autour(
      new Date(at),
    );
    assert.ok(precedente && precedente.getTime() <= at);
    assert.ok(prochaine && prochaine.getTime() > at);
    if (precedente.getTime() >= Date.parse(from)) found.add(precedente.toISOString().slice(5, 16));
  }
  return [...found];
}

const cas: [name: string, expression: string, from: string, to: string, expected: string[]][] = [
  [
    'a daily run at 2:30 is due once in the night that has it twice',
    '30 2 * * *',
    '2027-10-30T12:00:00Z',
    '2027-11-01T12:00:00Z',
    ['10-31T00:30', '11-01T01:30'],
  ],
  [
    'and once, an hour later, in the night that has no 2:30',
    '30 2 * * *',
    '2027-03-27T12:00:00Z',
    '2027-03-29T12:00:00Z',
    ['03-28T01:30', '03-29T00:30'],
  ],
  [
    'a daily run at 5:30 stays at 5:30 in Paris',
    '30 5 * * *',
    '2027-03-27T00:00:00Z',
    '2027-03-29T00:00:00Z',
    ['03-27T04:30', '03-28T03:30'],
  ],
  [
    'a run every twenty minutes goes through the change',
    '*/20 * * * *',
    '2027-10-31T00:00:00Z',
    '2027-10-31T02:10:00Z',
    [
      ...['10-31T00:00', '10-31T00:20', '10-31T00:40', '10-31T01:00'],
      ...['10-31T01:20', '10-31T01:40', '10-31T02:00'],
    ],
  ],
];
for (const [name, expression, from, to, expected] of cas) {
  test(name, () => assert.deepEqual(instants(expression, from, to), expected));
}

test('tells the same near the change, whether it remembers or not', () => {
  const known = createHoraire('30 2 * * *', 'Europe/Paris');
  for (let at = Date.parse('2027-10-30T20:00:00Z'); at < Date.parse('2027-10-31T06:00:00Z');) {
    const fresh = createHoraire('30 2 * * *', 'Europe/Paris').autour(new Date(at));
    assert.deepEqual(known.autour(new Date(at)), fresh);
    at += 900_000;
  }
});

test('finds the run of a year ago, and none of a day that never comes', () => {
  const now = new Date('2027-06-01T00:00:00Z');
  assert.deepEqual(
    createHoraire('0 3 2 7 *', 'Europe/Paris').autour(now).precedente,
    new Date('2026-07-02T01:00:00Z'),
  );
  const never = createHoraire('0 3 29 2 *', 'Europe/Paris').autour(now);
  assert.equal(never.precedente, undefined);
});

test('tells the instant before the last, on which a whole run had its time', () => {
  const weekdays = createHoraire('30 5 * * 1-5', 'Europe/Paris');
  const before = (now: string): string | undefined =>
    weekdays.avantDerniere(new Date(now))?.toISOString();
  // Monday at dawn, Monday, Tuesday: the run before is Thursday's, Friday's, Monday's.
  assert.equal(before('2027-06-07T03:00:00Z'), '2027-06-03T03:30:00.000Z');
  assert.equal(before('2027-06-07T04:00:00Z'), '2027-06-04T03:30:00.000Z');
  assert.equal(before('2027-06-08T04:00:00Z'), '2027-06-07T03:30:00.000Z');
  const never = createHoraire('0 3 29 2 *', 'Europe/Paris');
  assert.equal(never.avantDerniere(new Date('2027-06-01T00:00:00Z')), undefined);
});

const fautes: [text: string, isFaulty: boolean][] = [
  ['30 5 * * *', false],
  ['*/5 8-18 * * 1-5', false],
  ['0 30 5 * * *', true],
  ['61 5 * * *', true],
  ['tous les jours', true],
  ['', true],
];
for (const [text, isFaulty] of fautes) {
  test(`« ${text} » is ${isFaulty ? 'refused' : 'an expression'}`, () =>
    assert.equal(fauteDExpression(text) !== undefined, isFaulty));
}

test('knows the time zones of France', () => {
  assert.deepEqual(['Europe/Paris', 'Indian/Reunion', 'Paris'].map(isFuseau), [true, true, false]);
});
