// Cuts the bytes of a server into whole LDAP messages before ldapjs sees them. Its own parser ends the process on a length
// that it does not understand (an assertion outside of any try), joins all that it holds at each chunk, knows no limit, and
// drops the connection on a name of entry (DN) that it cannot parse. Here lengths are checked and bounded, and the DN of an
// entry, which is only shown, is read as the text that it is and hidden from it.
// BER as restricted by RFC 4511 §5.1: definite lengths only.

/** What the server sends is not LDAP, or too much of it. */
export class FramingError extends Error {}

type Header = {
  /** Where the content begins and ends. */
  readonly start: number;
  readonly end: number;
};

export class LdapFramer {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #messageBytesMax: number;

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** The messages that `chunk` completes. @throws FramingError */
  push(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const size = this.#nextSize();
      if (size === undefined || size > this.#pendingBytes) return messages;
      const bytes = this.#join();
      messages.push(bytes.subarray(0, size));
      this.#pending = size === bytes.length ? [] : [bytes.subarray(size)];
      this.#pendingBytes -= size;
    }
  }

  /** Bytes of the message that begins what is pending, once its header is there. */
  #nextSize(): number | undefined {
    if (this.#pendingBytes < 2) return undefined;
    // A header is six bytes at most: joining so little each time costs nothing.
    if ((this.#pending[0]?.length ?? 0) < 6) this.#join();
    const head = this.#pending[0] ?? Buffer.alloc(0);
    if (head[0] !== sequenceTag) throw new FramingError('no LDAP message');
    const header = readHeader(head, 0);
    if (!header) return undefined;
    if (header.end > this.#messageBytesMax) throw new FramingError('message too long');
    return header.end;
  }

  #join(): Buffer {
    if (this.#pending.length > 1)
      this.#pending = [Buffer.concat(this.#pending, this.#pendingBytes)];
    return this.#pending[0] ?? Buffer.alloc(0);
  }
}

const sequenceTag = 0x30;
const entryTag = 0x64;
const octetStringTag = 0x04;

/**
 * A SearchResultEntry (RFC 4511 §4.5.2) without its name, and that name; undefined for any other message.
 *
 * @throws FramingError
 */
export function hideDn(
  message: Buffer,
): { readonly message: Buffer; readonly dn: string } | undefined {
  const whole = expectHeader(message, 0);
  const messageId = expectHeader(message, whole.start);
  if (message[messageId.end] !== entryTag) return undefined;
  const entry = expectHeader(message, messageId.end);
  if (message[entry.start] !== octetStringTag) throw new FramingError('no name');
  const name = expectHeader(message, entry.start);
  const content = [emptyName, message.subarray(name.end, entry.end)];
  const body = [
    message.subarray(whole.start, messageId.end),
    ...withHeader(entryTag, content),
    message.subarray(entry.end),
  ];
  return {
    message: Buffer.concat(withHeader(sequenceTag, body)),
    dn: message.toString('utf8', name.start, name.end),
  };
}

// Bind, search done, extended: the ones that are waited for.
const resultTags = [0x61, 0x65, 0x78];

/**
 * What the server says besides its result code (RFC 4511 §4.1.9), which ldapjs 3 loses; undefined for a message without.
 *
 * @throws FramingError
 */
export function readDiagnostic(message: Buffer): string | undefined {
  const messageId = expectHeader(message, expectHeader(message, 0).start);
  if (!resultTags.includes(message[messageId.end] ?? 0)) return undefined;
  const code = expectHeader(message, expectHeader(message, messageId.end).start);
  const diagnostic = expectHeader(message, expectHeader(message, code.end).end);
  return message.toString('utf8', diagnostic.start, diagnostic.end);
}

const emptyName = Buffer.from([octetStringTag, 0]);

function withHeader(tag: number, parts: readonly Buffer[]): Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.alloc(6);
  header[0] = tag;
  header[1] = 0x84;
  header.writeUInt32BE(length, 2);
  return [header, ...parts];
}

function expectHeader(bytes: Buffer, at: number): Header {
  const header = readHeader(bytes, at);
  if (!header || header.end > bytes.length) throw new FramingError('truncated');
  return header;
}

/** Undefined when the length is not whole yet. */
function readHeader(bytes: Buffer, at: number): Header | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first - 0x80;
  if (count === 0 || count > 4) throw new FramingError('length');
  if (bytes.length < at + 2 + count) return undefined;
  const start = at + 2 + count;
  return { start, end: start + bytes.readUIntBE(at + 2, count) };
}
