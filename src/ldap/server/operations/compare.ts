// Compare (RFC 4511 section 4.10): a search of one entry for one value.
import { responseTag } from '../../protocol/operation-tag.js';
import type { CompareRequest } from '../../protocol/request.js';
import { compareEntry } from '../../search/compare.js';
import { answerResult } from '../answers.js';
import type { Connection } from '../connection.js';
import { admit } from './admission.js';

export function compare(connection: Connection, request: CompareRequest, nowMs: number): void {
  const { messageId } = request;
  const admission = admit(connection, { scope: 'base', baseObject: request.entry }, nowMs);
  if (admission.kind === 'refused') {
    connection.answer(messageId, responseTag.compare, admission.code, admission.message);
    return;
  }
  const { directory, rootDse } = connection.host.served;
  const result = compareEntry({ directory, rootDse, snapshot: admission.snapshot, request });
  answerResult(connection, messageId, responseTag.compare, result);
}
