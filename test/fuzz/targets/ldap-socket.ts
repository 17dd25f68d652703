// LDAP over a real socket, cut anywhere and wrong anywhere: answered or closed, and the others are served all the same.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startServer, type RunningServer } from '../../support/ldap-server.js';
import {
  encodeAbandon,
  encodeBind,
  encodeCompare,
  encodeDelete,
  encodeExtended,
  encodeMessage,
  encodeSearch,
  encodeUnbind,
} from '../../support/ldap-request.js';
import { mutateBytes } from '../mutate.js';
import type { Random } from '../../support/random.js';
import type { Kind, Target } from '../target.js';

const present = { kind: 'present', attribute: 'mail' } as const;
const conversation = [
  encodeMessage(1, encodeBind()),
  encodeMessage(2, encodeSearch({ baseObject: '', scope: 'base', filter: present })),
  encodeMessage(
    3,
    encodeSearch({ baseObject: 'ou=bal,o=exemple,c=fr', filter: present, sizeLimit: 3 }),
  ),
  encodeMessage(4, encodeCompare('mail=n1@x.mssante.fr,ou=bal,o=exemple,c=fr', 'cn', 'Nom 1')),
  encodeMessage(5, encodeExtended('1.3.6.1.4.1.4203.1.11.3')),
  encodeMessage(6, encodeDelete('cn=x')),
];
const whole = Buffer.concat(conversation);
/** Ends a connection; whatever was still to be answered may be left out then (RFC 4511 section 4.3). */
const farewell = Buffer.concat([
  encodeMessage(7, encodeAbandon(3)),
  encodeMessage(8, encodeUnbind()),
]);
const telling = Buffer.from('0001040a30317f8081828384a0a3a760636667778700', 'hex');
const words = [...telling].map((byte) => Buffer.from([byte]));

let server: Promise<RunningServer> | undefined;
let expected: Promise<Buffer> | undefined;

/** All that the server wrote: until the answer to `lastId`, or until it closed. */
async function converse(pieces: readonly Buffer[], lastId?: number): Promise<Buffer> {
  const { port } = await (server ??= startServer());
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const received: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    // A reset is a way to close: what was answered before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.on('data', (piece: Buffer) => {
      received.push(piece);
      if (lastId !== undefined && hasAnswerTo(Buffer.concat(received), lastId)) resolve();
    });
  });
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise((resolve) => socket.write(piece, resolve));
  }
  // A length that lies makes the server wait for what will not come: nothing more will.
  if (lastId === undefined) socket.end();
  await ended;
  socket.destroy();
  return Buffer.concat(received);
}

/** Every message that the server writes here has an ID of one byte. */
function hasAnswerTo(bytes: Buffer, id: number): boolean {
  for (let at = 0; at + 5 <= bytes.length; at += lengthAt(bytes, at)) {
    const header = (bytes[at + 1] ?? 0) < 0x80 ? 2 : 2 + ((bytes[at + 1] ?? 0) & 0x7f);
    if (at + lengthAt(bytes, at) <= bytes.length && bytes[at + header + 2] === id) return true;
  }
  return false;
}

const lastId = 6;
const right = (): Promise<Buffer> => (expected ??= converse([whole], lastId));

export const ldapCutTarget: Target = {
  name: 'LDAP coupé partout',
  cases: whole.length,
  play: async (random): Promise<Kind> => {
    const at = random.below(whole.length + 1);
    const second = at + random.below(whole.length + 1 - at);
    const pieces = [whole.subarray(0, at), whole.subarray(at, second), whole.subarray(second)];
    const answer = await converse(
      pieces.filter((piece) => piece.length > 0),
      lastId,
    );
    assert.equal(answer.toString('hex'), (await right()).toString('hex'));
    return 'accepted';
  },
};

export const ldapWrongTarget: Target = {
  name: 'LDAP faux partout',
  cases: 150,
  play: async (random): Promise<Kind> => {
    const bytes = wrong(random);
    const answer = await converse([bytes, farewell]);
    // Each answer is a whole LDAPMessage.
    let at = 0;
    while (at < answer.length) {
      assert.equal(answer[at], 0x30);
      at += lengthAt(answer, at);
    }
    assert.equal(at, answer.length);
    const others = await converse([whole], lastId);
    assert.equal(others.toString('hex'), (await right()).toString('hex'), 'others are served');
    return answer.length > 0 ? 'accepted' : 'refused';
  },
};

function wrong(random: Random): Buffer {
  const messages = [...conversation];
  const at = random.below(messages.length);
  messages[at] = mutateBytes(messages[at] ?? whole, random, words).subarray(0, 4_096);
  return Buffer.concat(messages);
}

/** Of a BER element with a definite length. */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return 2 + count + bytes.readUIntBE(at + 2, count);
}
