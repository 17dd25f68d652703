// Do both servers answer the same? Every request is asked once of each before anything is timed.
import { readFileSync, writeFileSync } from 'node:fs';
import { runOnce, type Generator } from './generator.js';
import { kinds } from './kinds.js';
import type { RequestFile, RequestFiles } from './requests.js';
import type { RunningServer } from './running-server.js';

export type Difference = {
  readonly kind: string;
  readonly place: number;
  readonly slapd: string;
  readonly ours: string;
};

// As load.c writes them: code, number of entries, hash of their DNs.
const answerBytes = 16;
const sizeLimitExceeded = 4;

/** Where the answers of that server to those requests are kept, for the generator to check those to come. */
export function answersPath(requests: RequestFile, server: RunningServer): string {
  return `${requests.path}.${server.name}`;
}

export async function askOnce(
  generator: Generator,
  server: RunningServer,
  { byKind, mix }: RequestFiles,
): Promise<void> {
  const answers: Buffer[] = [];
  for (const { name } of kinds) {
    const requests = byKind.get(name);
    if (!requests) throw new Error(`no requests of kind ${name}`);
    const path = answersPath(requests, server);
    await runOnce(generator, server.port, requests.path, path);
    answers.push(readFileSync(path));
  }
  const mixed = mix.origins.map(({ kind, place }) =>
    answers[kind]?.subarray(place * answerBytes, (place + 1) * answerBytes),
  );
  writeFileSync(
    answersPath(mix, server),
    Buffer.concat(mixed.filter((answer) => answer !== undefined)),
  );
}

/** Codes and numbers must be equal, and the entries themselves where no size limit chose among them. */
export function differences(
  { byKind }: RequestFiles,
  slapd: RunningServer,
  ours: RunningServer,
): Difference[] {
  return [...byKind].flatMap(([kind, requests]) => {
    const theirs = readAnswers(answersPath(requests, slapd));
    const found = readAnswers(answersPath(requests, ours)).flatMap((answer, place) => {
      const other = theirs[place];
      if (!other) throw new Error(`slapd was not asked request ${place} of ${kind}`);
      return isSame(answer, other)
        ? []
        : [{ kind, place, slapd: describe(other), ours: describe(answer) }];
    });
    return found;
  });
}

type Answer = { readonly code: number; readonly entries: number; readonly dnHash: bigint };

function isSame(left: Answer, right: Answer): boolean {
  if (left.code !== right.code || left.entries !== right.entries) return false;
  return left.code === sizeLimitExceeded || left.dnHash === right.dnHash;
}

function describe({ code, entries, dnHash }: Answer): string {
  return `code ${code}, ${entries} entrées (${dnHash.toString(16)})`;
}

function readAnswers(path: string): Answer[] {
  const bytes = readFileSync(path);
  const count = bytes.length / answerBytes;
  if (count === 0 || !Number.isInteger(count)) throw new Error(`${path} is cut`);
  return Array.from({ length: count }, (_, index) => ({
    code: bytes.readUInt32LE(index * answerBytes),
    entries: bytes.readUInt32LE(index * answerBytes + 4),
    dnHash: bytes.readBigUInt64LE(index * answerBytes + 8),
  }));
}
