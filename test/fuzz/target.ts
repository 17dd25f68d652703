// What a fuzzer is: a way to play one case, which throws when a promise is broken.
import assert from 'node:assert/strict';
import { AppError, messageOf } from '../../src/errors.js';
import { Random } from '../support/random.js';
import { caseSeed } from './random.js';

export type Target = {
  readonly name: string;
  /** On CI; the long mode runs for as long as it is told. */
  readonly cases: number;
  /** Told what came of it, so that a target that tests nothing is seen. */
  readonly play: (random: Random) => Promise<Kind> | Kind;
};

/** What became of an input. */
export type Kind = 'accepted' | 'refused';

export type Tally = Readonly<Record<Kind, number>> & { readonly slowestMs: number };

/** @throws Error that names the target and the case, with what broke as its cause. */
export async function playCases(
  { name, play }: Target,
  seed: number,
  from: number,
  count: number,
): Promise<Tally> {
  const tally = { accepted: 0, refused: 0, slowestMs: 0 };
  for (let index = from; index < from + count; index += 1) {
    const begin = performance.now();
    try {
      tally[await play(new Random(caseSeed(seed, name, index)))] += 1;
    } catch (cause) {
      throw new Error(`${name}, graine ${seed}, cas ${index} : ${messageOf(cause)}`, { cause });
    }
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - begin);
  }
  return tally;
}

/** One of ours: a code for programs, and a French sentence without a stack, a code of the system or half a word of English. */
export function assertOurs(error: unknown): asserts error is AppError {
  if (!(error instanceof AppError)) throw error;
  assert.match(error.code, /^[A-Z][A-Z0-9_]+$/u);
  assert.match(error.message, /\S{2,}.*\s\S+/su, 'a sentence');
  assert.doesNotMatch(error.message, /\n\s+at .+:\d+:\d+|undefined|\[object |TypeError/u);
}
