// Answers that a fault spoils: before anything is done, or after.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FaultName } from './faults.js';
import { serverError, tooManyRequests } from './refusal.js';
import { toAnswer, type Answer } from './answer.js';

/** What a gateway says when what stands behind it does not answer: no FHIR (DOC, issue #372). */
function gateway(status: number, title: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>\n`,
    effects: [],
    detail: title,
  };
}

/** The answer of a fault that does nothing else; undefined for the others. */
export function earlyAnswer(fault: FaultName | undefined): Answer | undefined {
  switch (fault) {
    case '429':
      return toAnswer(tooManyRequests(1));
    case '429-sans-delai':
      return toAnswer(tooManyRequests(undefined));
    case '500':
      return toAnswer(serverError());
    case '502':
      return gateway(502, 'Bad Gateway');
    case '503':
      return gateway(503, 'Service Unavailable');
    case '504':
      return gateway(504, 'Gateway Timeout');
    case 'rediriger':
      return {
        status: 302,
        headers: { location: 'https://portail.exemple.invalid/connexion' },
        body: '',
        effects: [],
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
export function deliverWithFault(
  response: ServerResponse,
  answer: Answer,
  fault: FaultName | undefined,
  onSilent: (socket: Socket) => void,
): number | undefined {
  const { socket } = response;
  switch (fault) {
    case 'couper':
      socket?.destroy();
      return undefined;
    case 'agir-puis-taire':
      if (socket) onSilent(socket);
      return undefined;
    case 'couper-apres':
      cutHalfway(response, answer);
      return answer.status;
    case 'type':
      return deliver(response, { ...answer, headers: { 'content-type': 'text/html' } });
    case 'charabia':
      return deliver(response, {
        ...answer,
        status: 200,
        body: '<!doctype html>\u0000{"resourceT',
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
      return deliver(response, answer);
  }
}

function deliver(response: ServerResponse, { status, headers, body }: Answer): number {
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes) });
  // As text: node sends it with the head, in one write.
  response.end(body);
  return status;
}

function cutHalfway(response: ServerResponse, { status, headers, body }: Answer): void {
  const data = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(data.length) });
  response.write(data.subarray(0, data.length >>> 1), () => response.socket?.destroy());
}
