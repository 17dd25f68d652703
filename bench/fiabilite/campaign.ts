// All the rounds of a seed: prepared once, played one after the other, judged one by one.
import { join } from 'node:path';
import { openEngine, type Engine } from '../../src/db/engine.js';
import { Alea } from './alea.js';
import { baseDatabase, makeBase, makeDays, makeSimulated, type Day } from './country.js';
import { canMount } from './disks.js';
import { describeFault, drawFault, lies, type Fault, type FaultName } from './faults.js';
import { rememberHistory } from './history.js';
import { invariantNames, judge, type Verdict } from './invariants.js';
import { openLane, type Lane } from './lane.js';
import { poolOf, Postgres } from './postgres.js';
import type { Observation } from './invariants.js';
import type { RoundResult } from './observe.js';
import type { OperationCounts } from './simulated.js';
import { playRound } from './round.js';
import type { Outcome } from './command.js';

export type CampaignOptions = {
  readonly rounds: number;
  readonly seed: number;
  readonly only?: number | undefined;
  readonly days: readonly number[];
  readonly folder: string;
  readonly isInside: boolean;
  /** Faults that are not to be drawn, by name. */
  readonly without?: readonly FaultName[];
  /** Asked before each round: no more of them, and what was played is told. */
  readonly isOver?: () => boolean;
  /** Instead of two private servers: one that outlives the campaign, and that nobody kills. */
  readonly server?: string;
};

export type JudgedRound = {
  readonly number: number;
  readonly fault: Fault;
  readonly verdict: Verdict;
  readonly isSound: boolean;
  readonly struck: Outcome | undefined;
  readonly recoveryMs: number;
  readonly cycleCount: number;
  readonly readCount: number;
  readonly sent: Sent;
  readonly left: readonly string[];
};

/** What the simulated Annuaire did in all, and what was proven of it. */
export type Sent = OperationCounts & { readonly confirmed: number };

export type Campaign = {
  readonly seed: number;
  readonly engine: string;
  readonly rounds: readonly JudgedRound[];
  readonly without: readonly string[];
  readonly elapsedMs: number;
  readonly referenceMs: number;
  readonly readCount: number;
};

export type Stage = {
  readonly lane: Lane;
  readonly days: ReadonlyMap<number, Day>;
  readonly references: ReadonlyMap<number, RoundResult>;
  readonly engine: string;
  readonly close: () => Promise<void>;
};

export async function playCampaign(
  options: CampaignOptions,
  tell: (line: string) => void,
): Promise<Campaign> {
  const begin = performance.now();
  const without = new Set<string>(options.without ?? []);
  if (!canMount(join(options.folder, 'essai-de-montage'))) {
    without.add('disque plein').add('disque de la base plein');
  }
  const stage = await prepare(options, tell);
  try {
    const rounds: JudgedRound[] = [];
    const numbers = Array.from({ length: options.rounds }, (_, index) => index + 1);
    for (const number of options.only === undefined ? numbers : [options.only]) {
      if (options.isOver?.() === true) break;
      const judged = await playJudged(stage, options, number, without);
      rounds.push(judged);
      tell(describeRound(judged, options.rounds));
    }
    const references = [...stage.references.values()];
    return {
      seed: options.seed,
      engine: stage.engine,
      rounds,
      without: [...without],
      elapsedMs: performance.now() - begin,
      referenceMs:
        references.reduce((sum, { recoveryMs }) => sum + recoveryMs, 0) / references.length,
      readCount: rounds.reduce((sum, { readCount }) => sum + readCount, 0),
    };
  } finally {
    await stage.close();
  }
}

/** The base, what the simulated Annuaires start from, and each day played without a fault. */
export async function prepare(
  options: CampaignOptions,
  tell: (line: string) => void,
): Promise<Stage> {
  tell('Préparation : pays inventé, base, Annuaires simulés, jours sans panne…');
  const engines: Engine[] = [];
  const open = async (name: string, isKilled: boolean): Promise<Postgres> => {
    if (options.server !== undefined) return Postgres.reach(options.server);
    const engine = await openEngine({ dataDir: join(options.folder, name) }, () => undefined);
    engines.push(engine);
    return Postgres.reach(engine.connectionString, isKilled);
  };
  const postgres = await open('postgresql', true);
  const quiet = options.server === undefined ? await open('annuaire', false) : postgres;
  const days = await makeDays(options.folder, options.days);
  const first = dayOf(days, 1);
  for (const server of new Set([postgres, quiet])) await makeBase(server, first);
  for (const day of options.days) await makeSimulated(quiet, dayOf(days, day), `annuaire_a_${day}`);
  await remember(postgres);
  const lane = await openLane('a', join(options.folder, 'voie-a'), postgres, quiet);
  const close = async (): Promise<void> => {
    await lane.close();
    const mine = [baseDatabase, ...options.days.map((day) => `annuaire_a_${day}`)];
    for (const database of mine)
      for (const server of [postgres, quiet]) await server.drop(database);
    for (const engine of engines) await engine.close();
  };
  const references = new Map<number, RoundResult>();
  for (const day of options.days) {
    const fault: Fault = { kind: 'aucune', stage: 'extraction', goesOn: true };
    const reference = await playRound(lane, {
      number: 0,
      day: dayOf(days, day),
      first,
      fault,
      measures: new Map(),
      isInside: options.isInside,
    });
    assertSound(reference, day);
    references.set(day, reference);
    tell(`  jour ${day} sans panne : ${describeReference(reference)}`);
  }
  return { lane, days, references, close, engine: engines[0]?.description ?? 'serveur donné' };
}

export async function playJudged(
  { lane, days, references }: Stage,
  options: CampaignOptions,
  number: number,
  without: ReadonlySet<string>,
): Promise<JudgedRound> {
  const alea = new Alea(options.seed, number);
  const day = alea.pick(options.days);
  const fault = drawFault(alea, number, without);
  const reference = references.get(day);
  if (!reference) throw new Error(`no reference for day ${day}`);
  const result = await playRound(lane, {
    number,
    day: dayOf(days, day),
    first: dayOf(days, 1),
    fault,
    measures: reference.measures,
    isInside: options.isInside,
  });
  const verdict = judge(result.observation, reference.observation, lies(fault));
  const stuck = result.struck?.isStuck === true ? ['l’étape touchée est restée bloquée'] : [];
  const whole: Verdict = { ...verdict, reprise: [...verdict.reprise, ...stuck] };
  const { struck, recoveryMs, cycleCount, observation, left } = result;
  const isSound = invariantNames.every((name) => whole[name].length === 0);
  const { readCount } = observation;
  return {
    number,
    fault,
    verdict: whole,
    isSound,
    struck,
    recoveryMs,
    cycleCount,
    readCount,
    sent: sentIn(observation),
    left,
  };
}

/** A judge that finds nothing on nothing would be no judge. */
function assertSound({ observation }: RoundResult, day: number): void {
  const { lostHistory, recovery, auditVerify, finalState, done, processes } = observation;
  const accepted = finalState['opérations acceptées']?.length ?? 0;
  const left = finalState['opérations à finir']?.length ?? 0;
  const faults = [...lostHistory, ...recovery];
  if (auditVerify.code !== 0) faults.push(auditVerify.text);
  if (accepted < 20 || Object.keys(done).length < 20) faults.push(`${accepted} operations only`);
  const sent = sentIn(observation);
  for (const [name, count] of Object.entries(sent)) if (count === 0) faults.push(`no ${name}`);
  if (left > 0) faults.push(`${left} operations are left`);
  if (processes.length > 0) faults.push('a process is left');
  if (faults.length > 0) throw new Error(`day ${day} without a fault: ${faults.join('\n')}`);
}

function sentIn({ done, finalState }: Observation): Sent {
  const sum = (kind: keyof OperationCounts): number =>
    Object.values(done).reduce((total, counts) => total + counts[kind], 0);
  return {
    insert: sum('insert'),
    replace: sum('replace'),
    delete: sum('delete'),
    confirmed: finalState['opérations confirmées']?.length ?? 0,
  };
}

function describeSent({ insert, replace, delete: deleted, confirmed }: Sent): string {
  return `${insert} ajouts, ${replace} modifications, ${deleted} suppressions faites, ${confirmed} confirmées`;
}

function describeReference({ observation, recoveryMs }: RoundResult): string {
  const { finalState } = observation;
  return (
    `${describeSent(sentIn(observation))}, ` +
    `${finalState['constats ouverts']?.length ?? 0} constats ouverts, ${(recoveryMs / 1000).toFixed(1)} s`
  );
}

function describeRound(round: JudgedRound, count: number): string {
  const { number, fault, struck, recoveryMs, cycleCount, verdict, isSound, left, sent } = round;
  const end = struck?.signal ?? `code ${struck?.code ?? '—'}`;
  const faults = invariantNames.flatMap((name) =>
    verdict[name].map((one) => `    ${name} : ${one}`),
  );
  return [
    `${isSound ? '✓' : '✗'} ${number}/${count} ${fault.kind} : ${describeFault(fault)}${fault.goesOn ? ', suite jouée' : ''}` +
      ` → ${end} ; ${describeSent(sent)} ; reprise ${(recoveryMs / 1000).toFixed(1)} s, ${cycleCount} cycle(s)${left.length > 0 ? `, ${left.length} opérations au second, dont ${left[0]}` : ''}`,
    ...faults,
  ].join('\n');
}

async function remember(postgres: Postgres): Promise<void> {
  const pool = poolOf(postgres.url(baseDatabase));
  await rememberHistory(pool).finally(() => pool.end());
}

function dayOf(days: ReadonlyMap<number, Day>, day: number): Day {
  const found = days.get(day);
  if (!found) throw new Error(`no day ${day}`);
  return found;
}
