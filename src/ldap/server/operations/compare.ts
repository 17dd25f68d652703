import type { CompareRequest } from '../../protocol/request.js';
import { responseTag } from '../../protocol/operation-tag.js';
import { resultCode } from '../../protocol/result-code.js';
import type { Connection } from '../connection.js';

export function compare(connection: Connection, { messageId }: CompareRequest): void {
  connection.answer(messageId, responseTag.compare, resultCode.unwillingToPerform);
}
