// Do both servers answer the same? Files of answers as load.c writes them, compared request by request.
import { readFileSync } from 'node:fs';
import { kinds } from './kinds.js';
import type { RequestFile } from './requests.js';

export type Difference = {
  readonly kind: string;
  /** Place in the file of requests. */
  readonly request: number;
  readonly ours: string;
  readonly slapd: string;
};

const answerBytes = 16;
const isCut = 4;

type Answer = { readonly code: number; readonly entries: number; readonly dnHash: bigint };

/** Codes and counts must be equal, and the entries themselves where no size limit chose among them. */
export function compareAnswers(
  requests: RequestFile,
  oursPath: string,
  slapdPath: string,
): Difference[] {
  const ours = readAnswers(oursPath, requests.count);
  const slapd = readAnswers(slapdPath, requests.count);
  return ours.flatMap((answer, request) => {
    const other = slapd[request];
    if (other && isSame(answer, other)) return [];
    const kind = kinds[requests.kindOf[request] ?? 0]?.name ?? '';
    return [{ kind, request, ours: describe(answer), slapd: other ? describe(other) : '' }];
  });
}

function isSame(left: Answer, right: Answer): boolean {
  if (left.code !== right.code || left.entries !== right.entries) return false;
  return left.code === isCut || left.dnHash === right.dnHash;
}

function describe({ code, entries, dnHash }: Answer): string {
  return `code ${code}, ${entries} entries (${dnHash.toString(16)})`;
}

function readAnswers(path: string, count: number): Answer[] {
  const bytes = readFileSync(path);
  if (bytes.length !== count * answerBytes || count === 0) throw new Error(`${path} is cut`);
  return Array.from({ length: count }, (_, index) => ({
    code: bytes.readUInt32LE(index * answerBytes),
    entries: bytes.readUInt32LE(index * answerBytes + 4),
    dnHash: bytes.readBigUInt64LE(index * answerBytes + 8),
  }));
}
