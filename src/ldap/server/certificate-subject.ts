// The subject of a client's certificate, read in its DER: what OpenSSL prints depends on the names that it knows.
import type { TLSSocket } from 'node:tls';
import { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import type { Ava, Dn, Rdn } from '../dn/dn.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { normaliseAccountDn } from './account-dn.js';

/** Normalised, to be compared with `AccountDn`; undefined when there is no certificate, or no account could have its subject. */
export function subjectOf(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  const subject = certificate && readSubject(certificate.raw);
  return subject && normaliseAccountDn(subject);
}

/** RFC 5280 section 4.1, as far as the subject. Undefined when it is empty or holds what is no text. */
function readSubject(der: Buffer): Dn | undefined {
  try {
    const reader = new BerReader(der, 0, der.length);
    reader.enter(berTag.sequence);
    reader.enter(berTag.sequence);
    if (reader.peekTag() === versionTag) reader.skip();
    // Serial number, signature algorithm, issuer, validity.
    for (let field = 0; field < 4; field++) reader.skip();
    return readName(reader);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

const versionTag = 0xa0;
const oidTag = 0x06;

/** Most specific first: the other way round than in the certificate (RFC 4514 section 2.1). */
function readName(reader: BerReader): Dn | undefined {
  const rdns: Rdn[] = [];
  const outerEnd = reader.enter(berTag.sequence);
  while (reader.hasMore()) {
    const rdn = readRdn(reader);
    if (!rdn) return undefined;
    rdns.unshift(rdn);
  }
  reader.leave(outerEnd);
  return rdns.length === 0 ? undefined : rdns;
}

function readRdn(reader: BerReader): Rdn | undefined {
  const avas: Ava[] = [];
  const outerEnd = reader.enter(berTag.set);
  while (reader.hasMore()) {
    const avaEnd = reader.enter(berTag.sequence);
    const type = decodeOid(reader.octets(oidTag));
    const tag = reader.peekTag();
    const value = decodeText(tag, reader.octets(tag));
    reader.leave(avaEnd);
    if (value === undefined) return undefined;
    avas.push({ type, value });
  }
  reader.leave(outerEnd);
  return avas;
}

/** X.690 section 8.19. */
function decodeOid(bytes: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of bytes) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

/** The kinds of text of RFC 5280 section 4.1.2.4, and IA5String. Control characters would be passed over in comparisons: none is taken. */
function decodeText(tag: number, bytes: Buffer): string | undefined {
  const text = decodeCharacters(tag, bytes);
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text;
}

function decodeCharacters(tag: number, bytes: Buffer): string | undefined {
  switch (tag) {
    case 0x0c: // UTF8String
      return bytes.toString('utf8');
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x14: // TeletexString, which everybody takes for Latin-1
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return bytes.toString('latin1');
    case 0x1e: // BMPString
      return bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : undefined;
    default:
      return undefined;
  }
}
