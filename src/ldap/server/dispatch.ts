// What to do with each request, once what holds for all of them was checked.
import { parseDn } from '../dn/dn.js';
import { controlOid, extensionOid } from '../protocol/oid.js';
import { responseTag, type ResultTag } from '../protocol/operation-tag.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import type { Request, WriteRequest } from '../protocol/request.js';
import { resultCode } from '../protocol/result-code.js';
import type { Connection } from './connection.js';
import { isAboutServer } from './operations/admission.js';
import { bind } from './operations/bind.js';
import { compare } from './operations/compare.js';
import { extended } from './operations/extended.js';
import { search } from './operations/search.js';

/** `nowMs`: about what the clock says. */
export function dispatch(connection: Connection, request: Request, nowMs: number): void {
  switch (request.kind) {
    case 'unbind':
      connection.unbind();
      return;
    case 'abandon':
      connection.operations.drop(request.abandonedId);
      return;
    case 'bind':
    case 'search':
    case 'compare':
    case 'extended':
    case 'write':
      if (!isRefused(connection, request)) perform(connection, request, nowMs);
  }
}

/** Those that have an answer. */
type Answered = Exclude<Request, { readonly kind: 'unbind' | 'abandon' }>;

function perform(connection: Connection, request: Answered, nowMs: number): void {
  switch (request.kind) {
    case 'search':
      search(connection, request, nowMs);
      return;
    case 'bind':
      bind(connection, request);
      return;
    case 'compare':
      compare(connection, request, nowMs);
      return;
    case 'extended':
      extended(connection, request);
      return;
    case 'write':
      refuseWrite(connection, request);
  }
}

function isRefused(connection: Connection, request: Answered): boolean {
  const { operations, host } = connection;
  const { messageId } = request;
  if (operations.has(messageId)) {
    // RFC 4511 section 4.1.1.1: to which of the two would an abandon or an answer belong?
    throw new ProtocolError('message ID is already in use');
  }
  const tag = tagOf(request);
  if (request.controls.length > 0 && hasUnknownCritical(request)) {
    const code = resultCode.unavailableCriticalExtension;
    connection.answer(messageId, tag, code, 'critical control is not supported');
  } else if (
    host.identities.settings.isTlsRequired &&
    !connection.secured &&
    needsTls(connection, request)
  ) {
    connection.answer(messageId, tag, resultCode.confidentialityRequired, 'TLS required');
  } else if (
    operations.size >= host.limits.pendingMax &&
    request.kind !== 'extended' &&
    request.kind !== 'bind'
  ) {
    connection.answer(messageId, tag, resultCode.busy, 'too many operations outstanding');
  } else return false;
  return true;
}

function tagOf(request: Answered): ResultTag {
  switch (request.kind) {
    case 'bind':
      return responseTag.bind;
    case 'search':
      return responseTag.searchDone;
    case 'compare':
      return responseTag.compare;
    case 'extended':
      return responseTag.extended;
    case 'write':
      return responseTag[request.operation];
  }
}

const searchControls: ReadonlySet<string> = new Set([
  controlOid.pagedResults,
  controlOid.sortRequest,
  controlOid.virtualListViewRequest,
]);

/** RFC 4511 section 4.1.11: a control that means nothing for an operation is as unknown as any other. */
function hasUnknownCritical({ kind, controls }: Answered): boolean {
  return controls.some(
    ({ type, isCritical }) =>
      isCritical &&
      !(type === controlOid.manageDsaIt && kind !== 'bind' && kind !== 'extended') &&
      !(kind === 'search' && searchControls.has(type)),
  );
}

/** In clear: how to get out of it, and what tells so. A bind looks at its own kind of authentication first. */
function needsTls({ host }: Connection, request: Answered): boolean {
  if (request.kind === 'extended') return request.name !== extensionOid.startTls;
  if (request.kind === 'bind') return false;
  return request.kind !== 'search' || !isAboutServer(request, host.served.directory.subschema.dn);
}

/** The mirror is read-only; a name that is none is told all the same. */
function refuseWrite(connection: Connection, request: WriteRequest): void {
  const isDn = parseDn(request.entry) !== undefined;
  const code = isDn ? resultCode.unwillingToPerform : resultCode.invalidDnSyntax;
  const message = isDn ? 'directory is read-only' : 'invalid DN';
  connection.answer(request.messageId, tagOf(request), code, message);
}
