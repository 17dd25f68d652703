// A client that sends any bytes and reads whole answers: what a library would refuse to send is what has to be tested.
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  decodeAnswer,
  type Answer,
  type AnsweredEntry,
  type AnsweredResult,
} from './ldap-answer.js';
import {
  applicationTag,
  bindRequest,
  extendedRequest,
  message,
  readElement,
  searchRequest,
  type WireControl,
  type WireSearch,
} from './ldap-wire.js';

export type SearchAnswer = {
  readonly entries: readonly AnsweredEntry[];
  readonly result: AnsweredResult;
};

/** Only so that a server that never answers ends a test with a sentence. */
const answerTimeoutMs = 20_000;

export async function connectRaw(port: number, host = '127.0.0.1'): Promise<RawClient> {
  const socket = connectTcp({ port, host, noDelay: true });
  await opened(socket, 'connect');
  return new RawClient(socket);
}

export async function connectRawTls(port: number, options: ConnectionOptions): Promise<RawClient> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options });
  await opened(socket, 'secureConnect');
  return new RawClient(socket);
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

type Waiter = {
  readonly isMine: (answer: Answer) => boolean;
  readonly take: (answer: Answer | undefined) => void;
};

export class RawClient {
  /** Ends (undefined) when the server has closed, whatever the way. */
  readonly closed: Promise<void>;
  readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private readonly queue: Answer[] = [];
  private readonly waiters: Waiter[] = [];
  private isClosed = false;
  private nextId = 1;
  /** Set when what the server sent could not be read. */
  fault: Error | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // A reset is a way to close; what was answered before it is still read.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        for (const waiter of this.waiters.splice(0)) waiter.take(undefined);
        resolve();
      });
    });
  }

  write(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Answers received and not taken yet. */
  get untaken(): readonly Answer[] {
    return this.queue;
  }

  /** Sends one operation and says under which message id. */
  send(operation: Buffer, controls: readonly WireControl[] = [], id = this.nextId++): number {
    this.write(message(id, operation, controls));
    return id;
  }

  /** Next answer not yet taken; undefined once the server has closed. */
  next(isMine: (answer: Answer) => boolean = () => true): Promise<Answer | undefined> {
    if (this.fault) return Promise.reject(this.fault);
    const index = this.queue.findIndex(isMine);
    if (index >= 0) return Promise.resolve(this.queue.splice(index, 1)[0]);
    if (this.isClosed) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer in ${answerTimeoutMs} ms`)),
        answerTimeoutMs,
      );
      this.waiters.push({
        isMine,
        take: (answer) => {
          clearTimeout(timer);
          if (this.fault) reject(this.fault);
          else resolve(answer);
        },
      });
    });
  }

  /** The final answer to `id`; throws when the connection closes first. */
  async result(id: number): Promise<AnsweredResult> {
    const answer = await this.next((one) => one.kind === 'result' && one.id === id);
    if (answer?.kind !== 'result') throw new Error(`closed before the answer to message ${id}`);
    return answer;
  }

  async ask(operation: Buffer, controls: readonly WireControl[] = []): Promise<AnsweredResult> {
    return this.result(this.send(operation, controls));
  }

  bind(name = '', password = ''): Promise<AnsweredResult> {
    return this.ask(bindRequest(name, password));
  }

  async search(search: WireSearch, controls: readonly WireControl[] = []): Promise<SearchAnswer> {
    return this.collect(this.send(searchRequest(search), controls));
  }

  /** Entries and the end of search `id`. */
  async collect(id: number): Promise<SearchAnswer> {
    const result = await this.result(id);
    const entries: AnsweredEntry[] = [];
    const others: Answer[] = [];
    for (const answer of this.queue) {
      if (answer.kind === 'entry' && answer.id === id) entries.push(answer);
      else others.push(answer);
    }
    this.queue.splice(0, this.queue.length, ...others);
    return { entries, result };
  }

  /** After a StartTLS that succeeded: the same connection, under TLS. */
  async secure(options: ConnectionOptions): Promise<RawClient> {
    this.socket.removeAllListeners('data');
    const socket = connectTls({ socket: this.socket, servername: 'localhost', ...options });
    await opened(socket, 'secureConnect');
    return new RawClient(socket);
  }

  startTls(): Promise<AnsweredResult> {
    return this.ask(extendedRequest('1.3.6.1.4.1.1466.20037'));
  }

  /** Says that nothing more is coming, and waits for the server to close. */
  async finish(): Promise<void> {
    this.socket.end();
    await this.closed;
  }

  /** Closes at once, without an unbind. */
  async drop(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    try {
      let at = 0;
      for (;;) {
        const element = readElement(this.received, at);
        if (!element) break;
        this.deliver(decodeAnswer(this.received.subarray(at, element.end)));
        at = element.end;
      }
      this.received = this.received.subarray(at);
    } catch (error) {
      this.fault = error instanceof Error ? error : new Error(String(error));
      this.socket.destroy();
    }
  }

  private deliver(answer: Answer): void {
    const index = this.waiters.findIndex(({ isMine }) => isMine(answer));
    if (index >= 0) this.waiters.splice(index, 1)[0]?.take(answer);
    else this.queue.push(answer);
  }
}

/** Notice of Disconnection (RFC 4511 section 4.4.1). */
export const isNoticeOfDisconnection = (answer: Answer | undefined): boolean =>
  answer?.kind === 'result' &&
  answer.id === 0 &&
  answer.tag === applicationTag.extendedResponse &&
  answer.name === '1.3.6.1.4.1.1466.20036';
