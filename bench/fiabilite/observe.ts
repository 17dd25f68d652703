// Everything that can be seen of a round once it is over.
import { processesOf, runInside, type Outcome } from './command.js';
import { findLostHistory, readFinalState, readUnknownReplacements } from './history.js';
import { listFiles, type Observation } from './invariants.js';
import { poolOf } from './postgres.js';
import type { Simulated } from './simulated.js';
import type { StageName } from './stages.js';
import type { StageMeasure } from './strike.js';
import type { Watched, Witness } from './witness.js';

export type RoundResult = {
  readonly observation: Observation;
  readonly measures: ReadonlyMap<StageName, StageMeasure>;
  /** Of the stage that was hit; undefined in a round without a fault. */
  readonly struck: Outcome | undefined;
  readonly recoveryMs: number;
  readonly cycleCount: number;
  /** Operations that the first cycle left to the next. */
  readonly left: readonly string[];
};

export type Scene = {
  readonly url: string;
  readonly config: string;
  /** Where the program may leave files. */
  readonly folders: readonly string[];
  readonly simulated: Simulated;
  readonly witness: Witness | undefined;
  readonly mark: string;
  readonly atBounds: ReadonlyMap<Watched, ReadonlySet<number>>;
  readonly recovery: readonly string[];
  readonly publishedLines: readonly number[];
};

export async function observeRound(scene: Scene): Promise<Observation> {
  const pool = poolOf(scene.url);
  try {
    const { code, text } = await runInside(scene.config, ['audit', 'verify']);
    const { files, bytes } = listFiles(scene.folders);
    return {
      lostHistory: await findLostHistory(pool),
      finalState: await readFinalState(pool),
      done: (await scene.simulated.state()).adresses,
      unknownReplacements: await readUnknownReplacements(pool),
      auditVerify: { code, text },
      seen: scene.witness?.seen ?? new Map<Watched, Map<number, number>>(),
      atBounds: scene.atBounds,
      files,
      fileBytes: bytes,
      processes: processesOf(scene.mark),
      recovery: scene.recovery,
      publishedLines: scene.publishedLines,
      readCount: scene.witness?.readCount ?? 0,
    };
  } finally {
    await pool.end();
  }
}

/** Operations that are neither done nor given up, their state first. */
export async function listAlive(url: string): Promise<string[]> {
  const pool = poolOf(url);
  try {
    const { rows } = await pool.query<{ text: string }>(
      `select concat_ws(' ', state, kind, motif, adresse, last_code) as text from feed_operation
       where state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead') order by id`,
    );
    return rows.map(({ text }) => text);
  } finally {
    await pool.end();
  }
}

/** For the reading of what was accepted: by the database's clock, which nothing here can move. */
export async function letADayPass(url: string): Promise<void> {
  const pool = poolOf(url);
  try {
    await pool.query(
      `update feed_operation set next_attempt_at = next_attempt_at - interval '1 day' where state = 'accepted'`,
    );
  } finally {
    await pool.end();
  }
}
