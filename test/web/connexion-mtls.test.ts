// Pro Santé Connect by the client's certificate (RFC 8705): a real provider behind a real socket of mutual TLS.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { ClientCertificate } from '../../src/net/tls-context.js';
import { commencer } from '../../src/web/connexion/commencer.js';
import { Fournisseur } from '../../src/web/connexion/fournisseur.js';
import { terminer, type Arrivee } from '../../src/web/connexion/terminer.js';
import { BrowserByHand, formOf } from '../support/browser-by-hand.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import {
  camille,
  clientId,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
} from '../support/identity-provider.js';

const retour = 'http://127.0.0.1:9/demande/retour';
const now = new Date();
let certificates: TestCertificates;
let provider: FaultyIdentityProvider;
let server: Server;
/** Subjects of the certificates seen. */
const shown: string[] = [];

before(async () => {
  certificates = await makeCertificates();
  const { localhost, ca } = certificates;
  server = createServer({ ...localhost, ca, requestCert: true, rejectUnauthorized: true });
  server.on('secureConnection', (socket) =>
    shown.push(socket.getPeerX509Certificate()?.subject ?? ''),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  provider = await startTestIdentityProvider({
    redirectUris: [retour],
    mutualTls: { server, url: `https://127.0.0.1:${port}` },
    client: {
      client_secret: undefined,
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=client',
    },
  });
});
after(async () => {
  await provider.close();
  server.closeAllConnections();
  server.close();
});

async function signIn(certificat: ClientCertificate): Promise<Arrivee> {
  const fournisseur = new Fournisseur({
    nom: 'Pro Santé Connect',
    reglage: 'professionnels.psc',
    decouverte: new URL(provider.discovery),
    emetteur: provider.issuer,
    clientId,
    methode: { genre: 'tls', certificat },
    portees: 'openid scope_all',
    acrDemandes: ['eidas1'],
    acrAcceptes: undefined,
    adresseRetour: new URL(retour),
    adresseApresDeconnexion: new URL(retour),
    connexionMs: 10_000,
    reponseMs: 10_000,
    reponseOctetsMax: 65_536,
    decouverteFraicheMs: 3_600_000,
    proxy: undefined,
    ca: [certificates.ca],
  });
  try {
    const depart = await commencer(fournisseur, now);
    assert.ok(depart.kind === 'parti');
    const browser = new BrowserByHand();
    const page = await browser.follow(depart.url);
    const form = { personne: camille.id };
    const back = await browser.follow(formOf(page).action, form, (to) => to.startsWith(retour));
    const parametres = new URL(back.location ?? '').searchParams;
    return await terminer(fournisseur, { parametres, attendu: depart.etat }, now);
  } finally {
    await fournisseur.close();
  }
}

test('a professional comes in, the token having been asked with our certificate', async () => {
  const arrivee = await signIn(certificates.client);
  assert.ok(arrivee.kind === 'connecte', JSON.stringify(arrivee));
  assert.equal(arrivee.identite.sujet, camille.sub);
  assert.ok(shown.length > 0 && shown.every((subject) => subject === 'CN=client'), shown.join());
});

test('a certificate of the same authority that is not ours gets nothing', async () => {
  const arrivee = await signIn(certificates.otherHost);
  assert.ok(arrivee.kind === 'indisponible', JSON.stringify(arrivee));
  assert.match(arrivee.detail, /invalid_client.*et le certificat client/u);
});

test('one of an authority that the provider does not know is refused at the handshake', async () => {
  const { client } = await makeCertificates();
  const before = shown.length;
  const arrivee = await signIn(client);
  assert.notEqual(arrivee.kind, 'connecte');
  assert.equal(shown.length, before);
});
