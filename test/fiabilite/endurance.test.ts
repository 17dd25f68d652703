// An endurance run on nothing proves nothing: its verdict has to see what grows, what failed, and that nothing was sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findIdlePushes, type Cycles } from '../../bench/endurance/cycles.js';
import { isFlat, slopeOf } from '../../bench/endurance/slope.js';
import { tellVerdict, type Sample } from '../../bench/endurance/verdict.js';

const minuteMs = 60_000;
/** Back and forth, as the memory of a process goes between two collections. */
const bruit = (index: number): number => ((index * 7) % 5) - 2;

function points(count: number, value: (index: number) => number): Parameters<typeof slopeOf>[0] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: index * minuteMs,
    value: value(index),
  }));
}

test('a slope is that of the line, with what noise leaves unsure', () => {
  const exact = slopeOf(points(60, (index) => 100 + index));
  assert.ok(exact);
  assert.ok(Math.abs(exact.perHour - 60) < 1e-6 && exact.margin < 1e-3);
  const noisy = slopeOf(points(60, (index) => 100 + index + bruit(index)));
  assert.ok(noisy && Math.abs(noisy.perHour - 60) < noisy.margin && noisy.margin < 10);
  assert.equal(slopeOf(points(2, () => 1)), undefined);
  assert.equal(slopeOf([1, 2, 3].map((value) => ({ atMs: 5, value }))), undefined);
});

test('flat is what would not take a fifth more in a day, as far as it is sure', () => {
  const flat: readonly [perHour: number, margin: number, mean: number, expected: boolean][] = [
    [0, 0, 100, true],
    [-50, 0, 100, true],
    [0.8, 0, 100, true],
    [0.9, 0, 100, false],
    [0.9, 0.1, 100, true],
    [0.2, 0, 10, true],
    [0.3, 0, 10, false],
  ];
  for (const [perHour, margin, mean, expected] of flat)
    assert.equal(isFlat({ perHour, margin, mean }), expected, `${perHour} ± ${margin} of ${mean}`);
});

const load = { searches: 1_000, checks: 100, faults: new Map<string, number>() };
const cycles = { done: 12, failed: [], sent: [77, 31] };

type Course = {
  readonly minutes?: number;
  readonly rssMb?: (minute: number) => number;
  readonly descriptors?: (minute: number) => number;
  readonly pids?: (minute: number) => readonly number[];
};

/** A daemon and two services, one of which does as is said. */
function course(more: Course): Sample[] {
  const { minutes = 60, rssMb = () => 0, descriptors = () => 30, pids = () => [1, 2, 3] } = more;
  return Array.from({ length: minutes + 1 }, (_, minute) => ({
    atMs: minute * minuteMs,
    processes: pids(minute).map((pid) => ({
      pid,
      rssMb: 200 + bruit(minute) + (pid === 2 ? rssMb(minute) : 0),
      descriptors: pid === 2 ? descriptors(minute) : 20,
    })),
    connections: 10,
    temporaryFiles: 0,
    lagMs: 2,
  }));
}

function judge(
  more: Course,
  seen: { readonly cycles?: Partial<Cycles>; readonly load?: Partial<typeof load> } = {},
): { readonly isSound: boolean; readonly said: string } {
  const lines: string[] = [];
  const isSound = tellVerdict(
    course(more),
    { ...cycles, ...seen.cycles },
    { ...load, ...seen.load },
    (line) => lines.push(line),
  );
  return { isSound, said: lines.join('\n') };
}

test('the verdict: what stays is flat; memory or descriptors that grow are seen, and whose they are', () => {
  const flat = judge({});
  assert.equal(flat.isSound, true, flat.said);
  assert.match(flat.said, /^Verdict : plat\.$/mu);
  // Its first snapshot, its compiled code: no leak.
  assert.equal(judge({ rssMb: (minute) => Math.min(minute, 14) * 10 }).isSound, true);
  const grows = judge({ rssMb: (minute) => minute });
  assert.equal(grows.isSound, false);
  assert.match(grows.said, /^\| service 2 .* CROÎT \|$/mu);
  assert.match(grows.said, /^\| superviseur .* plat \|$/mu);
  assert.match(grows.said, /^Verdict : quelque chose croît\.$/mu);
  assert.equal(judge({ descriptors: (minute) => 30 + minute / 2 }).isSound, false);
});

test('the verdict: what failed, or a service that did not stay, is no success', () => {
  assert.match(judge({ minutes: 4, rssMb: (m) => m }).said, /^Verdict : trop court/mu);
  const faults: readonly [course: Course, seen: Parameters<typeof judge>[1], said: RegExp][] = [
    [{}, { load: { faults: new Map([['ECONNRESET', 3]]) } }, /^✗ ECONNRESET \(3 fois\)$/mu],
    [{}, { cycles: { failed: ['plan : echec'] } }, /^✗ plan : echec$/mu],
    [{}, { cycles: { done: 0 } }, /^✗ aucune étape/mu],
    [{}, { cycles: { sent: [0, 0] } }, /^✗ rien n’a été envoyé$/mu],
    // Replaced under way: what it had grown to is not known.
    [{ pids: (minute) => [1, minute < 30 ? 2 : 4, 3] }, {}, /^✗ 2 processus seulement/mu],
  ];
  for (const [more, seen, said] of faults) {
    const found = judge(more, seen);
    assert.equal(found.isSound, false);
    assert.match(found.said, said);
  }
});

test('pushes that send nothing are found, but for one that came ahead of its plan', () => {
  assert.deepEqual(findIdlePushes({ sent: [77, 31, 0, 62, 0] }), []);
  assert.equal(findIdlePushes({ sent: [] }).length, 1);
  assert.equal(findIdlePushes({ sent: [0, 0] }).length, 1);
  assert.equal(findIdlePushes({ sent: [77, 0, 0, 31] }).length, 1);
});
