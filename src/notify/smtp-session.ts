// One connection to the mail server, under the policy of EX_OPE_5010. nodemailer speaks SMTP; its pool is not used: it sends
// again by itself a message whose end is not known, and only the queue may decide that.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { createTlsContext, tlsOptions } from '../net/tls-context.js';
import type { Courriel } from './courriel.js';
import type { Issue } from './reprise.js';
import type { SmtpSettings } from './settings.js';
import { describeEnd, indisponibleOf, issueOf } from './smtp-faults.js';

export type SmtpSession = {
  /** False once the server or a fault has closed it. */
  readonly isOpen: boolean;
  /** Never throws: how it ended is the result. */
  send(courriel: Courriel): Promise<Issue>;
  close(): void;
};

/** Node.js gives each address of a host 250 ms by default, too little for a distant one. */
const addressAttemptTimeoutMs = 2_000;
/** A server that does not close its side is left. */
const closeMs = 1_000;
/** What is being sent when a stop is asked for gets this long: an answer is better than a doubt. */
const graceMs = 15_000;
/** A line of answer is 512 bytes; a long greeting, a few KiB. */
const answerBytesMax = 65_536;

/** @throws SmtpIndisponible when nothing can be sent through this server now */
export async function openSmtp(settings: SmtpSettings, signal: AbortSignal): Promise<SmtpSession> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(settings.connexionMs)]);
  let socket: Socket | undefined;
  let connection: SMTPConnection | undefined;
  try {
    socket = await openSocket(settings, deadline);
    connection = createConnection(settings, socket);
    await handshake(connection, settings, deadline);
    return sessionOf(connection, settings, signal);
  } catch (error) {
    connection?.close();
    socket?.destroy();
    throw indisponibleOf(error, settings, { isTooLong: deadline.aborted && !signal.aborted });
  }
}

async function openSocket({ hote, port }: SmtpSettings, signal: AbortSignal): Promise<Socket> {
  const socket = connect({
    host: hote,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: addressAttemptTimeoutMs,
  });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
}

function createConnection(settings: SmtpSettings, socket: Socket): SMTPConnection {
  const { hote, port, chiffrement } = settings;
  return new SMTPConnection({
    connection: socket,
    host: hote,
    port,
    secure: chiffrement === 'tls',
    requireTLS: chiffrement === 'starttls',
    ignoreTLS: chiffrement === 'aucun',
    name: settings.nomHelo,
    connectionTimeout: settings.connexionMs,
    greetingTimeout: settings.connexionMs,
    socketTimeout: settings.reponseMs,
    socketCloseTimeout: closeMs,
    maxResponseSize: answerBytesMax,
    tls: { ...tlsOptions(createTlsContext(settings.ca, undefined)) },
  });
}

/** Greeting, EHLO, STARTTLS, authentication: all of it within `signal`. */
async function handshake(
  connection: SMTPConnection,
  { compte }: SmtpSettings,
  signal: AbortSignal,
): Promise<void> {
  await untilDone(connection, signal, (done) => {
    connection.connect((error) => done(error));
  });
  if (!compte) return;
  const credentials = { user: compte.utilisateur, pass: compte.motDePasse };
  await untilDone(connection, signal, (done) => {
    connection.login({ credentials }, (error) => done(error));
  });
}

/** nodemailer tells a fault by an event, by the callback, by both, or (closed from here) by neither. */
async function untilDone(
  connection: SMTPConnection,
  signal: AbortSignal,
  start: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  let release = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const onError = (error: Error): void => reject(error);
      const onEnd = (): void => reject(new Error('the connection was closed'));
      const onAbort = (): void => reject(new Error('aborted', { cause: signal.reason }));
      connection.on('error', onError);
      connection.on('end', onEnd);
      signal.addEventListener('abort', onAbort, { once: true });
      release = () => {
        connection.off('error', onError);
        connection.off('end', onEnd);
        signal.removeEventListener('abort', onAbort);
      };
      signal.throwIfAborted();
      start((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  } finally {
    release();
  }
}

function sessionOf(
  connection: SMTPConnection,
  settings: SmtpSettings,
  signal: AbortSignal,
): SmtpSession {
  // The fault of a message comes by its callback; that of an idle connection only closes it.
  connection.on('error', () => undefined);
  return {
    get isOpen() {
      return !connection.destroyed;
    },
    send: (courriel) => sendThrough(connection, courriel, settings, signal),
    close: () => connection.close(),
  };
}

function sendThrough(
  connection: SMTPConnection,
  courriel: Courriel,
  settings: SmtpSettings,
  signal: AbortSignal,
): Promise<Issue> {
  const content = followedContent(courriel.contenu);
  const envelope = { from: courriel.de, to: [courriel.a], size: courriel.contenu.length };
  return new Promise((resolve) => {
    const onTooLong = (): void => {
      connection.close();
      resolve(describeEnd('le serveur n’a pas fini dans le délai', content.isSent));
    };
    const timer = setTimeout(onTooLong, settings.messageMs);
    let graceTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      graceTimer = setTimeout(onTooLong, Math.min(graceMs, settings.messageMs));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    connection.send(envelope, content.stream, (error, info) => {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      signal.removeEventListener('abort', onAbort);
      if (error) resolve(issueOf(error, content.isSent));
      else resolve({ kind: 'parti', code: 'ACCEPTE', message: info.response });
    });
  });
}

/** Read only once the server asked for the content: when it has been read to its end, the server may have it all. */
function followedContent(contenu: Buffer): { readonly stream: Readable; readonly isSent: boolean } {
  const state = { isSent: false };
  const stream = new Readable({
    read() {
      this.push(contenu);
      this.push(null);
    },
  });
  stream.once('end', () => {
    state.isSent = true;
  });
  return {
    stream,
    get isSent() {
      return state.isSent;
    },
  };
}
