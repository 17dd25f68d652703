// Bind (RFC 4511 section 4.2, RFC 4513): anonymous, simple, and EXTERNAL by client certificate.
import { responseTag } from '../../protocol/operation-tag.js';
import type { BindRequest } from '../../protocol/request.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import { subjectOf } from '../certificate-subject.js';
import type { Connection } from '../connection.js';
import { tellBind } from '../consulted.js';
import type { Attempt } from '../password-verifier.js';

export function bind(connection: Connection, request: BindRequest): void {
  // RFC 4513 section 4: from here to the end of the bind, and after one that failed, the client is anonymous.
  connection.abandonAll();
  connection.identity = connection.host.identities.anonymous(connection.address);
  const { authentication } = request;
  if (request.version !== 3) {
    refuse(connection, request, resultCode.protocolError, 'only version 3 is supported');
  } else if (authentication.kind === 'simple') {
    bindSimple(connection, request, authentication.password);
  } else if (authentication.kind === 'sasl' && authentication.mechanism === 'EXTERNAL') {
    bindExternal(connection, request, authentication.credentials);
  } else {
    const message = 'authentication method not supported';
    refuse(connection, request, resultCode.authMethodNotSupported, message);
  }
}

function refuse(
  connection: Connection,
  { messageId }: BindRequest,
  code: ResultCode,
  message: string,
  compte = '',
): void {
  tellBind(connection, compte, code);
  connection.answer(messageId, responseTag.bind, code, message);
}

function bindSimple(connection: Connection, request: BindRequest, password: Buffer): void {
  const { settings } = connection.host.identities;
  if (settings.isTlsRequired && !connection.secured) {
    refuse(connection, request, resultCode.confidentialityRequired, 'TLS required');
  } else if (request.name === '' && password.length === 0) {
    // What balancers ask (HAProxy « option ldap-check »): no directory loaded yet, not to be sent anybody.
    if (!connection.host.served.snapshot) {
      refuse(connection, request, resultCode.unavailable, 'no directory loaded yet');
    } else if (settings.anonymous) connection.answer(request.messageId, responseTag.bind, 0);
    else {
      const message = 'anonymous bind disallowed';
      refuse(connection, request, resultCode.inappropriateAuthentication, message);
    }
  } else if (password.length === 0) {
    // RFC 4513 section 5.1.2: a client that forgot to ask for the password must not believe itself authenticated.
    const message = 'unauthenticated bind (DN without password) disallowed';
    refuse(connection, request, resultCode.unwillingToPerform, message);
  } else bindWithPassword(connection, request, password);
}

function bindWithPassword(connection: Connection, request: BindRequest, password: Buffer): void {
  const { host, address } = connection;
  const account = host.identities.find(request.name);
  if (account === 'invalidDn') {
    refuse(connection, request, resultCode.invalidDnSyntax, 'invalid DN');
    return;
  }
  const attempt = { name: request.name, account, password: Buffer.from(password) };
  const isCheap = host.passwords.isCheap(attempt, performance.now());
  if (!isCheap && (host.passwords.isBusy || host.bindFailures.isBusy(address))) {
    refuse(connection, request, resultCode.busy, 'too many binds at once');
    return;
  }
  connection.suspend();
  verify(connection, request, attempt, isCheap).catch((error: unknown) => {
    connection.fail(error);
  });
}

/**
 * An account without a password, or none at all, takes as long as a wrong password. `isCheap`: it does not count among
 * what its address has waiting.
 */
async function verify(
  connection: Connection,
  request: BindRequest,
  attempt: Attempt,
  isCheap: boolean,
): Promise<void> {
  const { host, address } = connection;
  if (!isCheap) host.bindFailures.startWait(address, performance.now());
  const isRight = await host.passwords
    .verify(attempt, performance.now())
    .catch((error: unknown) => {
      if (!isCheap) host.bindFailures.endWait(address);
      throw error;
    });
  const { account } = attempt;
  if (account && isRight) {
    if (!isCheap) host.bindFailures.endWait(address);
    host.bindFailures.forgive(address);
    connection.resume(() => {
      connection.identity = host.identities.ofAccount(account);
      tellBind(connection, account.name, resultCode.success);
      connection.answer(request.messageId, responseTag.bind, resultCode.success);
    });
    return;
  }
  // Not unref'd: at most a few seconds, and the stop of the server does not wait for it.
  setTimeout(
    () => {
      if (!isCheap) host.bindFailures.endWait(address);
      connection.resume(() => {
        const code = resultCode.invalidCredentials;
        refuse(connection, request, code, 'invalid credentials', account?.name);
      });
    },
    host.bindFailures.note(address, performance.now()),
  );
}

/** RFC 4422 appendix A: the identity is that of the client certificate. */
function bindExternal(
  connection: Connection,
  request: BindRequest,
  credentials: Buffer | undefined,
): void {
  const { secured, host } = connection;
  const subject = secured?.authorized === true ? subjectOf(secured) : undefined;
  if (subject === undefined) {
    const message = 'no valid client certificate';
    refuse(connection, request, resultCode.inappropriateAuthentication, message);
    return;
  }
  const account = host.identities.findBySubject(subject);
  const isAsked = !credentials || credentials.length === 0;
  // An authorization identity other than the certificate's own would be a proxied authorization: there is none.
  if (!account || (!isAsked && credentials.toString() !== `u:${account.name}`)) {
    refuse(connection, request, resultCode.invalidCredentials, 'invalid credentials');
    return;
  }
  connection.identity = host.identities.ofAccount(account);
  tellBind(connection, account.name, resultCode.success);
  connection.answer(request.messageId, responseTag.bind, resultCode.success);
}
