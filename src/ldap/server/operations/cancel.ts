// Cancel (RFC 3909): abandon with an answer.
import { decodeCancel } from '../../protocol/control.js';
import { responseTag } from '../../protocol/operation-tag.js';
import type { ExtendedRequest } from '../../protocol/request.js';
import { resultCode } from '../../protocol/result-code.js';
import type { Connection } from '../connection.js';

export function cancel(connection: Connection, { messageId, value }: ExtendedRequest): void {
  const cancelledId = decodeCancel(value);
  if (cancelledId === undefined) {
    const message = 'malformed cancel request';
    connection.answer(messageId, responseTag.extended, resultCode.protocolError, message);
    return;
  }
  const operation = connection.operations.get(cancelledId);
  if (!operation) {
    // What is not outstanding was answered, or never was asked: the two cannot be told apart.
    const message = 'no such operation';
    connection.answer(messageId, responseTag.extended, resultCode.noSuchOperation, message);
    return;
  }
  connection.operations.drop(cancelledId);
  operation.cancel(connection);
  connection.answer(messageId, responseTag.extended, resultCode.success);
}
