// A real SMTP server that does as the test says, and mail settings that reach it.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { MailSettings } from '../../src/notify/settings.js';

export type Recu = {
  readonly de: string;
  readonly a: readonly string[];
  readonly texte: string;
  readonly isSecure: boolean;
};

export type SmtpEssai = {
  readonly port: number;
  readonly recus: Recu[];
  readonly connexions: { count: number };
  readonly close: () => Promise<void>;
};

/** What the server answers to a command; undefined: yes. */
export type Comportement = {
  readonly rcpt?: (adresse: string) => Refus | undefined | Promise<undefined>;
  readonly mail?: (adresse: string) => Refus | 'couper' | undefined;
  /** After the content; `couper`: takes the message, then hangs up without a word. */
  readonly data?: (recu: Recu) => Refus | 'couper' | 'taire' | undefined;
};

export type Refus = { readonly code: number; readonly texte: string };

export async function startSmtp(
  comportement: Comportement = {},
  options: SMTPServerOptions = {},
): Promise<SmtpEssai> {
  const recus: Recu[] = [];
  const connexions = { count: 0 };
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => {
      connexions.count += 1;
      done();
    },
    onMailFrom: ({ address }, _session, done) => {
      const wanted = comportement.mail?.(address);
      if (wanted === 'couper') cut();
      else done(faultOf(wanted));
    },
    onRcptTo: ({ address }, _session, done) => {
      void Promise.resolve(comportement.rcpt?.(address)).then((refus) => done(faultOf(refus)));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const recu = {
          de: mailFrom === false ? '' : mailFrom.address,
          a: rcptTo.map(({ address }) => address),
          texte: Buffer.concat(chunks).toString('utf8'),
          isSecure: session.secure,
        };
        const wanted = comportement.data?.(recu);
        if (typeof wanted === 'object') {
          done(faultOf(wanted));
          return;
        }
        recus.push(recu);
        if (wanted === 'couper') cut();
        else if (wanted === undefined) done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: portOf(server.server),
    recus,
    connexions,
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(resolve);
      }),
  };
}

function faultOf(refus: Refus | undefined): Error | null {
  return refus ? Object.assign(new Error(refus.texte), { responseCode: refus.code }) : null;
}

/** A server that accepts connections and says nothing. */
export async function startMuet(): Promise<{
  readonly port: number;
  readonly close: () => Promise<void>;
}> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  const address = server.address() as AddressInfo;
  return address.port;
}

export function mailSettings(
  port: number,
  more: Partial<Omit<MailSettings, 'smtp'>> & {
    readonly smtp?: Partial<MailSettings['smtp']>;
  } = {},
): MailSettings {
  const { smtp, ...rest } = more;
  return {
    parDefaut: {
      expediteur: { nom: 'Messagerie sécurisée', adresse: 'ne-pas-repondre@operateur.example' },
      repondreA: { nom: '', adresse: 'support@operateur.example' },
    },
    domaines: new Map(),
    debitParMinute: 0,
    simultanesMax: 1,
    messageOctetsMax: 262_144,
    reprise: {
      tentativesMax: 3,
      attenteMinMs: 300_000,
      attenteMaxMs: 3_600_000,
      dureeMaxMs: 72 * 3_600_000,
      doutesMax: 1,
    },
    bailMs: 900_000,
    ...rest,
    smtp: {
      hote: 'localhost',
      port,
      chiffrement: 'aucun',
      compte: undefined,
      nomHelo: undefined,
      ca: [],
      connexionMs: 20_000,
      reponseMs: 20_000,
      messageMs: 20_000,
      messagesParConnexionMax: 100,
      ...smtp,
    },
  };
}
