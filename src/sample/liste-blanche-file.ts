// listeblanchemssante.xml, signed as the real one: XMLDSig enveloped, exclusive C14N, RSA-SHA256 (extractions.md §5).
// The text is written in its canonical form already, so that digests are taken on it as it stands.
import { createHash, sign } from 'node:crypto';
import { issueSelfSignedCertificate } from './certificate.js';
import { dateAt, type Country } from './country.js';
import { finess, siren, siret } from './identifiers.js';
import { departements } from './places.js';
import { draw, pick, stream } from './random.js';
import { deriveSignerKey } from './signer-key.js';
import type { World } from './world.js';

export const operateurNom = 'GIP Santé Exemple';

export type ListeBlanche = {
  readonly xml: string;
  readonly certificate: Buffer;
  readonly domaines: number;
  readonly rows: number;
};

const updatedBefore = new Date('2026-10-08T00:00:00Z');

const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export function makeListeBlanche(world: World): ListeBlanche {
  const { country } = world;
  const domaines = listedDomaines(world);
  const generatedAt = `${dateAt(country, 0).toISOString().slice(0, 10)}T02:42:07Z`;
  const rows = domaines.flatMap(({ nom, isOperateur }) =>
    operateursOf(country, nom, isOperateur).map((dn) => domaineXml(country, nom, dn)),
  );
  const body =
    `<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">\n` +
    `    <DateDeGeneration>${generatedAt}</DateDeGeneration>\n` +
    `    <ListeDomaines>\n${rows.join('')}    </ListeDomaines>\n`;
  const end = '</ListeBlancheMSSante>';
  const key = deriveSignerKey(country.seed);
  const certificate = issueSelfSignedCertificate(key, {
    commonName: 'alb.mssante-exemple.fr',
    organization: "SIGNATAIRE FICTIF DU JEU D'ESSAI",
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2049-12-31T00:00:00Z'),
  });
  const info = signedInfo(
    createHash('sha256')
      .update(body + end)
      .digest('base64'),
  );
  const value = sign('sha256', Buffer.from(info, 'utf8'), key).toString('base64');
  const signature =
    `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">${info}` +
    `<SignatureValue>${value}</SignatureValue><KeyInfo><X509Data><X509Certificate>` +
    `${certificate.toString('base64')}</X509Certificate></X509Data></KeyInfo></Signature>`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>${body}${signature}${end}`;
  return { xml, certificate, domaines: domaines.length, rows: rows.length };
}

/** In canonical form: the namespace stands on the element itself, as exclusive C14N renders it alone. */
function signedInfo(digest: string): string {
  return (
    `<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">` +
    `<CanonicalizationMethod Algorithm="${exclusiveC14n}"></CanonicalizationMethod>` +
    `<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>` +
    `<Reference URI=""><Transforms>` +
    `<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform>` +
    `<Transform Algorithm="${exclusiveC14n}"></Transform></Transforms>` +
    `<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>` +
    `<DigestValue>${digest}</DigestValue></Reference></SignedInfo>`
  );
}

type Listed = { readonly nom: string; readonly isOperateur: boolean };

function listedDomaines({ country, planted }: World): Listed[] {
  const own = planted.domaines
    .filter((one) => one.isInListeBlanche)
    .map(({ nom }) => ({ nom, isOperateur: true }));
  return [...country.domaines, ...own].sort((a, b) => (a.nom < b.nom ? -1 : 1));
}

/** One row per certificate: most domains have one, some up to five while they move. */
function operateursOf(country: Country, nom: string, isOperateur: boolean): string[] {
  const drawn = draw(stream(country.seed, `liste-blanche.${nom}`), 0);
  const count = drawn % 10 < 7 ? 1 : drawn % 10 < 9 ? 2 : 3 + ((drawn >>> 8) % 3);
  const first = drawn >>> 12;
  const others = Array.from({ length: isOperateur ? count - 1 : count }, (_, i) => first + i);
  const number = country.scale === 'demo' ? 12 : 340;
  const dns = others.map((one) => operateurDn(one % number));
  return isOperateur ? [ownDn, ...dns] : dns;
}

const ownDn = `CN=mss.gip-sante-exemple.fr,OU=3${siret(siren('ej', 999_001), 0)},O=${operateurNom},ST=Loiret (45),C=FR`;

/** One certificate in five names its opérateur by FINESS. */
function operateurDn(index: number): string {
  const departement = pick(departements, index * 7);
  const id =
    index % 5 === 0 ? `1${finess(index, 0)}` : `3${siret(siren('ej', 999_100 + index), 0)}`;
  return `CN=smtp${index + 1}.operateur-exemple.fr,OU=${id},O=OPERATEUR EXEMPLE ${index + 1},ST=${departement.libelle} (${departement.code}),C=FR`;
}

function domaineXml(country: Country, nom: string, dn: string): string {
  const drawn = draw(stream(country.seed, `liste-blanche.${nom}`), 1);
  // From a day of its own: a country that begins another day has the same list, as the real one is from day to day.
  const updatedAt = new Date(updatedBefore.getTime() - (1 + (drawn % 900)) * 86_400_000);
  return (
    `        <Domaine>\n` +
    `            <Nom>${nom}</Nom>\n` +
    `            <Description>Domaine de messagerie MSSanté fictif ${nom.split('.')[0] ?? ''} &amp; associés</Description>\n` +
    `            <DNCertificatOperateur>${escapeText(dn)}</DNCertificatOperateur>\n` +
    `            <ResponsableContact>01 99 00 00 00, responsable@operateur.example</ResponsableContact>\n` +
    `            <SupportContact>01 99 00 00 01, support@operateur.example</SupportContact>\n` +
    `            <DateMAJ>${updatedAt.toISOString().slice(0, 19)}Z</DateMAJ>\n` +
    `        </Domaine>\n`
  );
}

/** As C14N writes text. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
