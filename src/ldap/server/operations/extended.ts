// Extended operations: StartTLS, Who am I?, Cancel. Any other is answered protocolError, as RFC 4511 section 4.12 has it.
import type { ExtendedRequest } from '../../protocol/request.js';
import { responseTag } from '../../protocol/operation-tag.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import { extensionOid } from '../../protocol/oid.js';
import { answerExtended } from '../answers.js';
import type { Connection } from '../connection.js';
import { cancel } from './cancel.js';

export function extended(connection: Connection, request: ExtendedRequest): void {
  switch (request.name) {
    case extensionOid.startTls:
      startTls(connection, request);
      return;
    case extensionOid.whoAmI:
      whoAmI(connection, request);
      return;
    case extensionOid.cancel:
      cancel(connection, request);
      return;
    default:
      connection.answer(
        request.messageId,
        responseTag.extended,
        resultCode.protocolError,
        'unsupported extended operation',
      );
  }
}

/** RFC 4511 section 4.14. What follows the request in the same bytes is given to the handshake, where clear text fails. */
function startTls(connection: Connection, { messageId, value }: ExtendedRequest): void {
  const refuse = (code: ResultCode, message: string): void => {
    answerExtended(connection, messageId, { code, message }, { name: extensionOid.startTls });
  };
  if (value !== undefined) refuse(resultCode.protocolError, 'StartTLS takes no value');
  else if (!connection.host.tls) refuse(resultCode.protocolError, 'TLS is not available');
  else if (connection.secured) refuse(resultCode.operationsError, 'TLS is already on');
  else if (connection.operations.size > 0 || connection.isBlocked) {
    refuse(resultCode.operationsError, 'operations are outstanding');
  } else {
    refuse(resultCode.success, '');
    connection.secure();
  }
}

/** RFC 4532: empty for anonymous, else a DN or a name. */
function whoAmI(connection: Connection, { messageId, value }: ExtendedRequest): void {
  if (value !== undefined) {
    const message = 'Who am I? takes no value';
    connection.answer(messageId, responseTag.extended, resultCode.protocolError, message);
    return;
  }
  const { account } = connection.identity;
  const authzId =
    account === undefined
      ? ''
      : account.dn === undefined
        ? `u:${account.name}`
        : `dn:${account.dn}`;
  const result = { code: resultCode.success };
  answerExtended(connection, messageId, result, { value: Buffer.from(authzId) });
}
