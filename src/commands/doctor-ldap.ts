// Is it our LDAP server that holds a port? Its root entry says who it is, to anybody.
import { connect } from 'node:net';

/** Search of the root entry for vendorName (RFC 4511 section 4.5.1, RFC 3045), as it goes over the wire. */
const demande = Buffer.from(
  '3031020101632c04000a01000a0100020100020105010100870b6f626a6563' +
    '74436c617373300c040a76656e646f724e616d65',
  'hex',
);
/** As src/ldap writes it into its root entry. */
const fournisseur = 'annuaire-sante-sync';

const delaiMs = 2_000;
const reponseMax = 4_096;

/** Never throws: what does not answer so is somebody else. */
export function estLdap(host: string, port: number): Promise<boolean> {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return new Promise((resolve) => {
    const socket = connect({ host: name, port });
    let recu = Buffer.alloc(0);
    const end = (isOurs: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(isOurs);
    };
    const late = setTimeout(() => end(false), delaiMs);
    socket.once('connect', () => socket.write(demande));
    socket.on('data', (chunk) => {
      recu = Buffer.concat([recu, chunk]);
      if (recu.includes(fournisseur)) end(true);
      else if (recu.length > reponseMax) end(false);
    });
    socket.once('close', () => end(false));
    socket.once('error', () => end(false));
  });
}
