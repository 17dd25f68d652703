// A fault of the client's message. Its text is a diagnosticMessage: English, short, nothing of our internals.
import type { ResultTag } from './operation-tag.js';
import { resultCode, type ResultCode } from './result-code.js';

/** Where the answer to the request at fault goes, and what it says. */
export type FaultAnswer = {
  /** protocolError unless said otherwise. */
  readonly code?: ResultCode;
  readonly messageId?: number;
  /** Undefined: nothing is answered (abandon). */
  readonly responseTag?: ResultTag | undefined;
};

/**
 * RFC 4511 section 4.1.1: when the structure of a message cannot be trusted the session ends with a Notice of
 * Disconnection; otherwise only the request that bears the fault is answered.
 */
export class ProtocolError extends Error {
  /** The connection can go on: answer `messageId` with `responseTag`, or nothing when that is undefined. */
  readonly canContinue: boolean;
  readonly code: ResultCode;
  /** 0 when it could not be read. */
  readonly messageId: number;
  /** Tag of the response to the request at fault; undefined when it has none. */
  readonly responseTag: ResultTag | undefined;

  /** @param answer undefined when the connection must end */
  constructor(message: string, answer?: FaultAnswer) {
    super(message);
    this.name = 'ProtocolError';
    this.canContinue = answer !== undefined;
    this.code = answer?.code ?? resultCode.protocolError;
    this.messageId = answer?.messageId ?? 0;
    this.responseTag = answer?.responseTag;
  }
}
