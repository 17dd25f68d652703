// RFC 4511 section 4: what the server sends, written straight into a `ByteWriter`.
import { lengthOfInteger, writeInteger, type ByteWriter } from '../ber/writer.js';
import { berTag } from '../ber/tag.js';
import { extensionOid } from './oid.js';
import { responseTag, type ResultTag } from './operation-tag.js';
import { resultCode, type ResultCode } from './result-code.js';

/** RFC 4511 section 4.1.9, without referral: this server has one tree. */
export type LdapResult = {
  readonly code: ResultCode;
  readonly matchedDn?: string;
  /** English, short, nothing of our internals. */
  readonly message?: string;
};

/** A control of an answer; never critical (RFC 4511 section 4.1.11). */
export type ResponseControl = { readonly type: string; readonly value: Uint8Array | undefined };

const noControls: readonly ResponseControl[] = [];

/** Any answer that is an LDAPResult and nothing more: searchDone, compare, add, delete, modify, modifyDN, bind. */
export function writeResult(
  writer: ByteWriter,
  messageId: number,
  tag: ResultTag,
  result: LdapResult,
  controls: readonly ResponseControl[] = noControls,
): void {
  if (isBare(result) && controls.length === 0) {
    writeBareResult(writer, messageId, tag, result.code);
    return;
  }
  const message = openMessage(writer, messageId);
  const operation = writer.open(tag);
  writeLdapResult(writer, result);
  writer.close(operation);
  closeMessage(writer, message, controls);
}

/** Nothing but a code, in one byte. */
function isBare({ code, matchedDn, message }: LdapResult): boolean {
  const isShort = code < 0x80;
  return isShort && (matchedDn ?? '') === '' && (message ?? '') === '';
}

/** Bytes of the operation: code, no name, no text. */
const bareSize = 7;

/** As `writeResult`, of a code below 128 and nothing more: how nearly every search ends. */
export function writeBareResult(
  writer: ByteWriter,
  messageId: number,
  tag: ResultTag,
  code: ResultCode,
): void {
  const size = 2 + lengthOfInteger(messageId) + 2 + bareSize;
  const start = writer.claim(2 + size);
  const { bytes } = writer.memory;
  bytes[start] = berTag.sequence;
  bytes[start + 1] = size;
  let at = writeInteger(bytes, start + 2, berTag.integer, messageId);
  bytes[at++] = tag;
  bytes[at++] = bareSize;
  bytes[at++] = berTag.enumerated;
  bytes[at++] = 1;
  bytes[at++] = code;
  bytes[at++] = berTag.octetString;
  bytes[at++] = 0;
  bytes[at++] = berTag.octetString;
  bytes[at] = 0;
}

/** RFC 4511 section 4.12. */
export function writeExtendedResult(
  writer: ByteWriter,
  messageId: number,
  result: LdapResult,
  answer: { readonly name?: string; readonly value?: Uint8Array } = {},
): void {
  const message = openMessage(writer, messageId);
  const operation = writer.open(responseTag.extended);
  writeLdapResult(writer, result);
  if (answer.name !== undefined) writer.text(answer.name, 0x8a);
  if (answer.value !== undefined) writer.octets(answer.value, 0x8b);
  writer.close(operation);
  closeMessage(writer, message, noControls);
}

/** RFC 4511 section 4.4.1: unsolicited, hence message ID 0; the connection is closed behind it. */
export function writeNoticeOfDisconnection(
  writer: ByteWriter,
  code: ResultCode = resultCode.protocolError,
  message = '',
): void {
  const name = extensionOid.noticeOfDisconnection;
  writeExtendedResult(writer, 0, { code, message }, { name });
}

/** A SearchResultEntry of plain texts: root DSE, subschema, base entry. An attribute may be without values (typesOnly). */
export function writeEntry(
  writer: ByteWriter,
  messageId: number,
  dn: string,
  attributes: readonly { readonly name: string; readonly values: readonly string[] }[],
): void {
  const message = openMessage(writer, messageId);
  const operation = writer.open(responseTag.searchEntry);
  writer.text(dn);
  const list = writer.open(berTag.sequence);
  for (const { name, values } of attributes) {
    const attribute = writer.open(berTag.sequence);
    writer.text(name);
    const set = writer.open(berTag.set);
    for (const value of values) writer.text(value);
    writer.close(set);
    writer.close(attribute);
  }
  writer.close(list);
  writer.close(operation);
  closeMessage(writer, message, noControls);
}

function openMessage(writer: ByteWriter, messageId: number): number {
  const message = writer.open(berTag.sequence);
  writer.integer(messageId);
  return message;
}

function closeMessage(
  writer: ByteWriter,
  message: number,
  controls: readonly ResponseControl[],
): void {
  if (controls.length > 0) {
    const list = writer.open(0xa0);
    for (const { type, value } of controls) {
      const control = writer.open(berTag.sequence);
      writer.text(type);
      if (value !== undefined) writer.octets(value);
      writer.close(control);
    }
    writer.close(list);
  }
  writer.close(message);
}

function writeLdapResult(writer: ByteWriter, result: LdapResult): void {
  writer.enumerated(result.code);
  writer.text(result.matchedDn ?? '');
  writer.text(result.message ?? '');
}
