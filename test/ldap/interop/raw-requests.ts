// Messages, right and wrong, byte by byte: what each is, in words, and its bytes.
import {
  abandonRequest,
  applicationTag,
  bindRequest,
  bool,
  compareRequest,
  extendedRequest,
  integer,
  lengthOctets,
  message,
  octets,
  searchRequest,
  sequence,
  tlv,
  type WireControl,
} from '../../support/ldap-wire.js';
import { pagedControl, pagedResultsType, sortControl } from './compare-answers.js';

export type RawRequest = { readonly name: string; readonly bytes: Buffer };

/** `base` exists and holds `entry`, an inetOrgPerson whose first mail is `mail`. */
export type RawTarget = { readonly base: string; readonly entry: string; readonly mail: string };

export function listRawRequests(target: RawTarget): RawRequest[] {
  return [
    ...binds(),
    ...compares(target),
    ...searches(target),
    ...writes(target),
    ...extensions(),
    ...controls(target),
    ...envelopes(target),
    ...notLdap(),
  ];
}

const named = (name: string, bytes: Buffer): RawRequest => ({ name, bytes });
const asked = (name: string, operation: Buffer, more: readonly WireControl[] = []): RawRequest =>
  named(name, message(5, operation, more));

function binds(): RawRequest[] {
  const sasl = (...parts: readonly Buffer[]): Buffer =>
    tlv(applicationTag.bindRequest, integer(3), octets(''), tlv(0xa3, ...parts));
  const bind = (...parts: readonly Buffer[]): Buffer => tlv(applicationTag.bindRequest, ...parts);
  return [
    asked('bind: anonymous', bindRequest()),
    asked('bind: name without password', bindRequest('cn=x,c=fr', '')),
    asked('bind: unknown name', bindRequest('cn=inconnu,c=fr', 'x')),
    asked('bind: name that is no DN', bindRequest('pas un dn', 'x')),
    asked('bind: name that is no DN, without password', bindRequest('pas un dn', '')),
    asked('bind: version 2', bindRequest('', '', 2)),
    asked('bind: version 4', bindRequest('', '', 4)),
    asked('bind: version 0', bindRequest('', '', 0)),
    asked('bind: unknown mechanism', sasl(octets('INCONNU'))),
    asked('bind: empty mechanism', sasl(octets(''))),
    asked('bind: SASL without a mechanism', sasl()),
    asked('bind: unknown choice', bind(integer(3), octets(''), octets('x', 0x84))),
    asked('bind: no authentication', bind(integer(3), octets(''))),
    asked('bind: nothing at all', bind()),
    asked('bind: version as a string', bind(octets('3'), octets(''), octets('', 0x80))),
  ];
}

function compares({ entry, base, mail }: RawTarget): RawRequest[] {
  return [
    asked('compare: true', compareRequest(entry, 'mail', mail.toUpperCase())),
    asked('compare: false', compareRequest(entry, 'mail', 'autre@x.fr')),
    asked(
      'compare: entry and type in other spellings',
      compareRequest(entry.toUpperCase(), 'rfc822Mailbox', mail),
    ),
    asked('compare: attribute that the entry lacks', compareRequest(entry, 'telephoneNumber', '1')),
    asked('compare: unknown attribute', compareRequest(entry, 'inconnu', 'x')),
    asked('compare: attribute that is no description', compareRequest(entry, '-x', 'x')),
    asked('compare: unknown entry', compareRequest(`mail=absent@x.fr,${base}`, 'mail', 'x')),
    asked('compare: entry outside the tree', compareRequest('dc=example', 'mail', 'x')),
    asked('compare: entry that is no DN', compareRequest('pas un dn', 'mail', 'x')),
    asked('compare: objectClass', compareRequest(entry, 'objectClass', 'PERSON')),
    asked('compare: unknown objectClass', compareRequest(entry, 'objectClass', 'inconnue')),
    asked('compare: no assertion', tlv(applicationTag.compareRequest, octets(entry))),
  ];
}

function searches({ base }: RawTarget): RawRequest[] {
  const search = (
    overrides: Partial<Record<'scope' | 'deref' | 'sizeLimit' | 'timeLimit', number>>,
  ): Buffer => searchRequest({ base, attributes: ['1.1'], ...overrides });
  const raw = (...tail: readonly Buffer[]): Buffer =>
    tlv(applicationTag.searchRequest, octets(base), integer(0, 0x0a), integer(0, 0x0a), ...tail);
  const limits = [integer(0), integer(0), bool(false)];
  const none = sequence();
  return [
    asked('search: scope 3', search({ scope: 3 })),
    asked('search: scope 4', search({ scope: 4 })),
    asked('search: negative scope', search({ scope: -1 })),
    asked('search: deref 3', search({ scope: 0, deref: 3 })),
    asked('search: deref 4', search({ scope: 0, deref: 4 })),
    asked('search: negative sizeLimit', search({ scope: 0, sizeLimit: -1 })),
    asked('search: negative timeLimit', search({ scope: 0, timeLimit: -1 })),
    asked(
      'search: greatest limits',
      search({ scope: 0, sizeLimit: 2_147_483_647, timeLimit: 2_147_483_647 }),
    ),
    asked('search: no filter', raw(...limits)),
    asked('search: no attributes', raw(...limits, octets('objectClass', 0x87))),
    asked('search: empty not', raw(...limits, tlv(0xa2), none)),
    asked('search: equality without a value', raw(...limits, tlv(0xa3, octets('cn')), none)),
    asked(
      'search: substrings without a piece',
      raw(...limits, tlv(0xa4, octets('cn'), sequence()), none),
    ),
    asked(
      'search: extensible without a value',
      raw(...limits, tlv(0xa9, octets('cn', 0x82)), none),
    ),
    asked(
      'search: extensible with neither rule nor type',
      raw(...limits, tlv(0xa9, octets('x', 0x83)), none),
    ),
    asked('search: unknown filter', raw(...limits, octets('x', 0x8f), none)),
    asked(
      'search: attributes that are no list',
      raw(...limits, octets('objectClass', 0x87), octets('cn')),
    ),
    asked('search: filter nested 2,000 deep', raw(...limits, nested(2_000), none)),
    asked(
      'search: 200 attributes',
      searchRequest({
        base,
        scope: 0,
        attributes: Array.from({ length: 200 }, (_, rank) => `x-${rank}`),
      }),
    ),
  ];
}

function nested(depth: number): Buffer {
  let filter = octets('objectClass', 0x87);
  for (let level = 0; level < depth; level++) filter = tlv(0xa2, filter);
  return filter;
}

function writes({ entry }: RawTarget): RawRequest[] {
  const attribute = sequence(octets('cn'), tlv(0x31, octets('x')));
  const change = sequence(integer(2, 0x0a), attribute);
  return [
    asked(
      'add: entry that is no DN',
      tlv(applicationTag.addRequest, octets('pas un dn'), sequence(attribute)),
    ),
    asked('add: no attributes', tlv(applicationTag.addRequest, octets(entry))),
    asked('delete: entry that is no DN', octets('pas un dn', applicationTag.delRequest)),
    asked(
      'modify: entry that is no DN',
      tlv(applicationTag.modifyRequest, octets('pas un dn'), sequence(change)),
    ),
    asked('modify: no changes', tlv(applicationTag.modifyRequest, octets(entry))),
    asked(
      'modifyDN: entry that is no DN',
      tlv(applicationTag.modifyDnRequest, octets('pas un dn'), octets('cn=x'), bool(true)),
    ),
    asked(
      'modifyDN: new RDN that is no DN',
      tlv(applicationTag.modifyDnRequest, octets(entry), octets('pas un dn'), bool(true)),
    ),
    asked('modifyDN: cut short', tlv(applicationTag.modifyDnRequest, octets(entry))),
  ];
}

function extensions(): RawRequest[] {
  return [
    asked('extended: who am I', extendedRequest('1.3.6.1.4.1.4203.1.11.3')),
    asked(
      'extended: who am I with a value',
      extendedRequest('1.3.6.1.4.1.4203.1.11.3', Buffer.from('x')),
    ),
    asked('extended: unknown', extendedRequest('1.2.3.4')),
    asked('extended: no OID', extendedRequest('abc')),
    asked('extended: no name', tlv(applicationTag.extendedRequest)),
    asked(
      'extended: StartTLS with a value',
      extendedRequest('1.3.6.1.4.1.1466.20037', Buffer.from('x')),
    ),
    asked('extended: cancel of nothing', extendedRequest('1.3.6.1.1.8', sequence(integer(77)))),
    asked('extended: cancel without a value', extendedRequest('1.3.6.1.1.8')),
    asked('extended: cancel of itself', extendedRequest('1.3.6.1.1.8', sequence(integer(5)))),
    asked('extended: password', extendedRequest('1.3.6.1.4.1.4203.1.11.1')),
    asked('abandon: nothing', abandonRequest(77)),
    asked('abandon: itself', abandonRequest(5)),
    asked('abandon: negative', abandonRequest(-1)),
  ];
}

function controls({ base }: RawTarget): RawRequest[] {
  const search = searchRequest({ base, scope: 0, attributes: ['1.1'] });
  const sort = { attribute: 'cn', rule: '2.5.13.3', isReverse: false };
  const vlv = (isCritical: boolean): WireControl => ({
    type: '2.16.840.1.113730.3.4.9',
    isCritical,
    value: sequence(integer(0), integer(1), tlv(0xa0, integer(1), integer(0))),
  });
  return [
    asked('control: unknown', search, [{ type: '1.2.3.4' }]),
    asked('control: unknown, critical', search, [{ type: '1.2.3.4', isCritical: true }]),
    asked('control: unknown, critical, on a compare', compareRequest(base, 'ou', 'bal'), [
      { type: '1.2.3.4', isCritical: true },
    ]),
    asked('control: unknown, critical, on a bind', bindRequest(), [
      { type: '1.2.3.4', isCritical: true },
    ]),
    asked('control: ManageDsaIT', search, [{ type: '2.16.840.1.113730.3.4.2', isCritical: true }]),
    asked('control: pages of 1', search, [pagedControl(1, Buffer.alloc(0), true)]),
    asked('control: pages of 0', search, [pagedControl(0, Buffer.alloc(0), true)]),
    asked('control: pages of -1', search, [pagedControl(-1, Buffer.alloc(0), true)]),
    asked('control: a cookie that nobody gave', search, [
      pagedControl(1, Buffer.from('biscuit'), true),
    ]),
    asked('control: pages without a value', search, [{ type: pagedResultsType, isCritical: true }]),
    asked('control: pages with a value that is no BER', search, [
      { type: pagedResultsType, isCritical: true, value: Buffer.from('ff', 'hex') },
    ]),
    asked('control: pages twice', search, [
      pagedControl(1, Buffer.alloc(0)),
      pagedControl(1, Buffer.alloc(0)),
    ]),
    asked('control: critical pages on a compare', compareRequest(base, 'ou', 'bal'), [
      pagedControl(1, Buffer.alloc(0), true),
    ]),
    asked('control: sort', search, [sortControl(sort)]),
    asked('control: critical sort by an unknown attribute', search, [
      sortControl({ ...sort, attribute: 'inconnu' }, true),
    ]),
    asked('control: sort without a value', search, [
      { type: '1.2.840.113556.1.4.473', isCritical: true },
    ]),
    asked('control: sort with no key', search, [
      { type: '1.2.840.113556.1.4.473', isCritical: true, value: sequence() },
    ]),
    asked('control: VLV without sort', search, [vlv(true)]),
    asked('control: VLV with sort', search, [sortControl(sort), vlv(true)]),
    asked('control: type that is no OID', search, [{ type: 'abc' }]),
  ];
}

function envelopes({ base }: RawTarget): RawRequest[] {
  const search = searchRequest({ base, scope: 0, attributes: ['1.1'] });
  return [
    named('envelope: message ID 0', message(0, search)),
    named('envelope: negative message ID', message(-1, search)),
    named('envelope: greatest message ID', message(2_147_483_647, search)),
    named(
      'envelope: message ID of five octets',
      sequence(tlv(0x02, Buffer.from('0100000000', 'hex')), search),
    ),
    named('envelope: empty message ID', sequence(tlv(0x02), search)),
    named('envelope: no operation', sequence(integer(5))),
    named('envelope: empty', sequence()),
    named('envelope: unknown operation', message(5, tlv(0x7e))),
    named(
      'envelope: a response',
      message(5, tlv(applicationTag.searchResultDone, integer(0, 0x0a), octets(''), octets(''))),
    ),
    named(
      'envelope: an entry',
      message(5, tlv(applicationTag.searchResultEntry, octets(''), sequence())),
    ),
    named(
      'envelope: an intermediate response',
      message(5, tlv(applicationTag.intermediateResponse)),
    ),
    named('envelope: unbind with a value', message(5, octets('x', applicationTag.unbindRequest))),
    named('envelope: outer tag of a set', tlv(0x31, integer(5), search)),
    named(
      'envelope: long form of a short length',
      Buffer.concat([
        Buffer.from('3084', 'hex'),
        fourOctets(message(5, search).subarray(2).length),
        message(5, search).subarray(2),
      ]),
    ),
    named('envelope: bytes behind the operation', sequence(integer(5), search, octets('x'))),
    named('envelope: inner length beyond the outer', Buffer.from('300c020105630704816661', 'hex')),
    named(
      'envelope: indefinite length',
      Buffer.concat([Buffer.from('3080', 'hex'), integer(5), search, Buffer.from('0000', 'hex')]),
    ),
    named('envelope: declared length of 2 GiB', Buffer.from('30847fffffff020105', 'hex')),
    named('envelope: declared length of −1', Buffer.from('3084ffffffff020101', 'hex')),
    named('envelope: length in nine octets', Buffer.from('3089010000000000000000', 'hex')),
  ];
}

function fourOctets(length: number): Buffer {
  const octetsOfLength = Buffer.alloc(4);
  octetsOfLength.writeUInt32BE(length);
  return octetsOfLength;
}

function notLdap(): RawRequest[] {
  return [
    named('not LDAP: zeros', Buffer.alloc(64)),
    named('not LDAP: 0xff', Buffer.alloc(64, 0xff)),
    named('not LDAP: HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
    named('not LDAP: a TLS ClientHello', Buffer.from('16030100c8010000c40303', 'hex')),
  ];
}

/** A message of `size` bytes that says so: a search of a very long base. */
export function oversized(size: number): Buffer {
  const rest = tlv(applicationTag.searchRequest, octets(Buffer.alloc(size, 0x61)));
  return Buffer.concat([Buffer.from([0x30]), lengthOctets(rest.length + 3), integer(1), rest]);
}
