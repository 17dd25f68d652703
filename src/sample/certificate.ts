// A self-signed certificate (RFC 5280, sections 4.1 and 4.2) in DER (X.690): Node reads certificates but issues none.
import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';

export type CertificateSubject = {
  readonly commonName: string;
  readonly organization: string;
  readonly notBefore: Date;
  /** Before 2050: later dates need another encoding (section 4.1.2.5). */
  readonly notAfter: Date;
};

/** DER of a certificate that `privateKey` (RSA) issues to itself, for signing only. */
export function issueSelfSignedCertificate(
  privateKey: KeyObject,
  subject: CertificateSubject,
): Buffer {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const name = nameOf(subject);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serialOf(publicKey)),
    sha256WithRsa,
    name,
    sequence(utcTime(subject.notBefore), utcTime(subject.notAfter)),
    name,
    publicKey,
    tagged(0xa3, sequence(basicConstraintsNoCa, keyUsageSignature)),
  );
  const signature = sign('sha256', body, privateKey);
  return sequence(body, sha256WithRsa, bitString(signature));
}

export function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** X.690, 8.1.3: short form below 128, else the number of length bytes first. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.from([0]), bytes);
}

function utcTime(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${text}Z`, 'latin1'));
}

/** Positive and never the same for two keys: section 4.1.2.2. */
function serialOf(publicKey: Buffer): Buffer {
  const serial = createHash('sha256').update(publicKey).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function objectIdentifier(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function attribute(oidHex: string, value: string): Buffer {
  return tagged(0x31, sequence(objectIdentifier(oidHex), tagged(0x0c, Buffer.from(value, 'utf8'))));
}

/** C, O, CN: 2.5.4.6 is a PrintableString, the others UTF8String (appendix A.1). */
function nameOf({ commonName, organization }: CertificateSubject): Buffer {
  const country = tagged(
    0x31,
    sequence(objectIdentifier('550406'), tagged(0x13, Buffer.from('FR', 'latin1'))),
  );
  return sequence(country, attribute('55040a', organization), attribute('550403', commonName));
}

/** 1.2.840.113549.1.1.11 with its NULL parameters (RFC 4055, section 5). */
const sha256WithRsa = sequence(objectIdentifier('2a864886f70d01010b'), tagged(0x05));

/** 2.5.29.19, critical, an empty sequence: not a CA. */
const basicConstraintsNoCa = sequence(
  objectIdentifier('551d13'),
  tagged(0x01, Buffer.from([0xff])),
  tagged(0x04, sequence()),
);

/** 2.5.29.15, critical: digitalSignature, the first bit of eight. */
const keyUsageSignature = sequence(
  objectIdentifier('551d0f'),
  tagged(0x01, Buffer.from([0xff])),
  tagged(0x04, tagged(0x03, Buffer.from([7, 0x80]))),
);
