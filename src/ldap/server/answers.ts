// The answers that end an operation: written for its connection, and counted.
import type { ResultTag } from '../protocol/operation-tag.js';
import { responseTag } from '../protocol/operation-tag.js';
import {
  writeBareResult,
  writeExtendedResult,
  writeResult,
  type LdapResult,
  type ResponseControl,
} from '../protocol/response.js';
import type { ResultCode } from '../protocol/result-code.js';
import type { Connection } from './connection.js';

type Answering = Pick<Connection, 'writer' | 'host'>;

export function answerResult(
  { writer, host }: Answering,
  messageId: number,
  tag: ResultTag,
  result: LdapResult,
  controls?: readonly ResponseControl[],
): void {
  host.counters.noteResult(tag, result.code);
  writeResult(writer, messageId, tag, result, controls);
}

/** A code below 128 and nothing more. */
export function answerBare(
  { writer, host }: Answering,
  messageId: number,
  tag: ResultTag,
  code: ResultCode,
): void {
  host.counters.noteResult(tag, code);
  writeBareResult(writer, messageId, tag, code);
}

export function answerExtended(
  { writer, host }: Answering,
  messageId: number,
  result: LdapResult,
  more: { readonly name?: string; readonly value?: Uint8Array },
): void {
  host.counters.noteResult(responseTag.extended, result.code);
  writeExtendedResult(writer, messageId, result, more);
}
