// A real HTTP receiver that does as the test says, and keeps what it was sent.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TypeEvenement } from '../../src/domain/evenement.js';
import type { PointSettings, WebhookSettings } from '../../src/notify/settings.js';

export type Appel = {
  readonly chemin: string;
  readonly headers: IncomingMessage['headers'];
  readonly corps: string;
};

export type Recepteur = {
  readonly url: string;
  readonly appels: Appel[];
  readonly close: () => Promise<void>;
};

export type Reponse = (appel: Appel, response: ServerResponse, rang: number) => void;

const acceptee: Reponse = (_appel, response) => {
  response.writeHead(204).end();
};

export async function startRecepteur(reponse: Reponse = acceptee): Promise<Recepteur> {
  const appels: Appel[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const corps = Buffer.concat(chunks).toString('utf8');
      const appel = { chemin: request.url ?? '', headers: request.headers, corps };
      appels.push(appel);
      reponse(appel, response, appels.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    appels,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const cleEssai = Buffer.alloc(32, 5);

export function pointEssai(
  nom: string,
  url: string,
  more: { readonly cles?: readonly Buffer[]; readonly evenements?: readonly TypeEvenement[] } = {},
): PointSettings {
  return {
    nom,
    url: new URL(url),
    cles: more.cles ?? [cleEssai],
    evenements: more.evenements ?? ['plan.bloque', 'canal.arrete'],
  };
}

export function webhookSettings(
  points: readonly PointSettings[],
  more: Partial<WebhookSettings> = {},
): WebhookSettings {
  return {
    points,
    proxy: undefined,
    ca: [],
    connexionMs: 20_000,
    reponseMs: 20_000,
    totalMs: 20_000,
    reponseOctetsMax: 16_384,
    reprise: {
      tentativesMax: 3,
      attenteMinMs: 60_000,
      attenteMaxMs: 3_600_000,
      dureeMaxMs: 72 * 3_600_000,
      doutesMax: 3,
    },
    bailMs: 120_000,
    ...more,
  };
}
