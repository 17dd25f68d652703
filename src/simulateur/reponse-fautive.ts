// Answers that a fault spoils: before anything is done, or after.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FauteSimple } from './fautes.js';
import { erreurServeur, tropDeRequetes } from './refus.js';
import { enReponse, type Reponse } from './reponse.js';

/** What a gateway says when what stands behind it does not answer: no FHIR (DOC, issue #372). */
function passerelle(status: number, titre: string): Reponse {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    corps: `<html><head><title>${status} ${titre}</title></head><body><h1>${titre}</h1></body></html>\n`,
    effets: [],
    detail: titre,
  };
}

/** The answer of a fault that does nothing else; undefined for the others. */
export function fautePrealable(faute: FauteSimple | undefined): Reponse | undefined {
  switch (faute) {
    case '429':
      return enReponse(tropDeRequetes(1));
    case '429-sans-delai':
      return enReponse(tropDeRequetes(undefined));
    case '500':
      return enReponse(erreurServeur());
    case '502':
      return passerelle(502, 'Bad Gateway');
    case '503':
      return passerelle(503, 'Service Unavailable');
    case '504':
      return passerelle(504, 'Gateway Timeout');
    case 'rediriger':
      return {
        status: 302,
        headers: { location: 'https://portail.exemple.invalid/connexion' },
        corps: '',
        effets: [],
        detail: 'redirection',
      };
    case 'couper':
    case 'couper-apres':
    case 'agir-puis-taire':
    case 'mentir':
    case 'type':
    case 'charabia':
    case undefined:
      return undefined;
  }
}

/** Sends it, spoiled as asked. Returns the status that left, undefined when none did. */
export function livrerAvecFaute(
  response: ServerResponse,
  reponse: Reponse,
  faute: FauteSimple | undefined,
  onMuette: (socket: Socket) => void,
): number | undefined {
  const { socket } = response;
  switch (faute) {
    case 'couper':
      socket?.destroy();
      return undefined;
    case 'agir-puis-taire':
      if (socket) onMuette(socket);
      return undefined;
    case 'couper-apres':
      couperAuMilieu(response, reponse);
      return reponse.status;
    case 'type':
      return livrer(response, { ...reponse, headers: { 'content-type': 'text/html' } });
    case 'charabia':
      return livrer(response, {
        ...reponse,
        status: 200,
        corps: '<!doctype html>\u0000{"resourceT',
      });
    case '429':
    case '429-sans-delai':
    case '500':
    case '502':
    case '503':
    case '504':
    case 'mentir':
    case 'rediriger':
    case undefined:
      return livrer(response, reponse);
  }
}

function livrer(response: ServerResponse, { status, headers, corps }: Reponse): number {
  const donnees = Buffer.from(corps);
  response.writeHead(status, { ...headers, 'content-length': String(donnees.length) });
  response.end(donnees);
  return status;
}

function couperAuMilieu(response: ServerResponse, { status, headers, corps }: Reponse): void {
  const donnees = Buffer.from(corps);
  response.writeHead(status, { ...headers, 'content-length': String(donnees.length) });
  response.write(donnees.subarray(0, donnees.length >>> 1), () => response.socket?.destroy());
}
