import type { TLSSocket } from 'node:tls';

/** Subject of the client's certificate as RFC 4514 writes it: most specific first. */
export function subjectOf(socket: TLSSocket): string | undefined {
  // Node.js gives one RDN a line, most general first, values escaped as RFC 2253 has them.
  const lines = socket.getPeerX509Certificate()?.subject.split('\n');
  return lines?.reverse().join(',');
}
