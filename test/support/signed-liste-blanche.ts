// Signs invented white lists by hand (node:crypto over text that is canonical by construction), so that the verification is
// checked against something else than the library that does it.
import { execFileSync } from 'node:child_process';
import { createHash, createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Identity = { readonly certPem: string; readonly keyPem: string };

export type CertificateOptions = {
  readonly cn: string;
  readonly isAuthority?: boolean;
  readonly issuer?: Identity;
  readonly bits?: number;
};

/** A certificate valid 30 days from now, self-signed unless `issuer` is given, made by the openssl command. */
export function makeIdentity(options: CertificateOptions): Identity {
  const directory = mkdtempSync(join(tmpdir(), 'signataire-'));
  const path = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const key = path('key.pem');
    openssl('genrsa', '-out', key, String(options.bits ?? 2048));
    openssl(
      'req',
      '-new',
      '-key',
      key,
      '-subj',
      `/C=FR/O=Essai/CN=${options.cn}`,
      '-out',
      path('csr'),
    );
    writeFileSync(
      path('ext'),
      `basicConstraints=critical,CA:${options.isAuthority ? 'TRUE' : 'FALSE'}\n`,
    );
    const common = ['-req', '-in', path('csr'), '-days', '30', '-extfile', path('ext')];
    if (options.issuer) {
      writeFileSync(path('ca.pem'), options.issuer.certPem);
      writeFileSync(path('ca.key'), options.issuer.keyPem);
      const serial = ['-CAcreateserial', '-CAserial', path('serial')];
      const issuer = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), ...serial];
      openssl('x509', ...common, ...issuer, '-out', path('cert.pem'));
    } else {
      openssl('x509', ...common, '-signkey', key, '-out', path('cert.pem'));
    }
    return {
      certPem: readFileSync(path('cert.pem'), 'utf8'),
      keyPem: readFileSync(key, 'utf8'),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A list in canonical form, without signature. */
export function listeBlancheXml(genereLe: Date, domaines: readonly string[]): string {
  const rows = domaines.map(
    (domaine) => `
        <Domaine>
            <Nom>${domaine}</Nom>
            <Description>Domaine d'essai &amp; compagnie</Description>
            <DNCertificatOperateur>CN=smtp.operateur.example,OU=312345678900011,O=OPERATEUR\\, ESSAI,ST=Rhône (69),C=FR</DNCertificatOperateur>
            <ResponsableContact>respo@operateur.example</ResponsableContact>
            <SupportContact>suppo@operateur.example</SupportContact>
            <DateMAJ>2025-01-27T15:49:34Z</DateMAJ>
        </Domaine>`,
  );
  return `<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">
    <DateDeGeneration>${genereLe.toISOString().slice(0, 19)}Z</DateDeGeneration>
    <ListeDomaines>${rows.join('')}
    </ListeDomaines>
</ListeBlancheMSSante>`;
}

const excC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

export type SignOptions = {
  /** Certificates of KeyInfo; the signer's own when not given. */
  readonly chain?: readonly string[];
  readonly signatureMethod?: string;
  readonly hash?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  readonly digestMethod?: string;
  readonly digest?: string;
  readonly uri?: string;
  /** More references, as canonical XML. */
  readonly references?: string;
  /** Put in the Signature after KeyInfo. */
  readonly object?: string;
  readonly keyInfo?: string;
  /** Edits the Signature once made: attacks on what is not signed. */
  readonly edit?: (signature: string) => string;
};

/** The enveloped signature of `canonicalXml`, which is signed in full whatever the options pretend. */
export function signatureOf(
  canonicalXml: string,
  signer: Identity,
  options: SignOptions = {},
): string {
  const hash = options.hash ?? 'sha256';
  const digest = options.digest ?? createHash(hash).update(canonicalXml).digest('base64');
  const transforms = (options.transforms ?? [enveloped, excC14n])
    .map((name) => `<ds:Transform Algorithm="${name}"></ds:Transform>`)
    .join('');
  const inner =
    `<ds:CanonicalizationMethod Algorithm="${options.canonicalization ?? excC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${options.signatureMethod ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'}"></ds:SignatureMethod>` +
    `<ds:Reference URI="${options.uri ?? ''}"><ds:Transforms>${transforms}</ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${options.digestMethod ?? 'http://www.w3.org/2001/04/xmlenc#sha256'}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>${options.references ?? ''}</ds:SignedInfo>`;
  const namespace = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
  const signedInfo = `<ds:SignedInfo ${namespace}>${inner}`;
  const value = createSign(`RSA-${hash.toUpperCase()}`)
    .update(signedInfo)
    .sign(signer.keyPem, 'base64');
  const certificates = (options.chain ?? [signer.certPem])
    .map(
      (pem) =>
        `<ds:X509Certificate>${pem.replace(/-----[A-Z ]+-----|\s/g, '')}</ds:X509Certificate>`,
    )
    .join('');
  const keyInfo = options.keyInfo ?? `<ds:X509Data>${certificates}</ds:X509Data>`;
  const signature =
    `<ds:Signature ${namespace}><ds:SignedInfo>${inner}` +
    `<ds:SignatureValue>${wrap(value)}</ds:SignatureValue>` +
    `<ds:KeyInfo>${keyInfo}</ds:KeyInfo>${options.object ?? ''}</ds:Signature>`;
  return options.edit ? options.edit(signature) : signature;
}

/** The published list breaks the value's lines with a written carriage return. */
function wrap(base64: string): string {
  return base64.replace(/(.{76})/g, '$1&#13;\n');
}

/** The file as published: XML declaration, list, signature last in the root. */
export function signedXml(
  canonicalXml: string,
  signer: Identity,
  options: SignOptions = {},
): string {
  return envelop(canonicalXml, signatureOf(canonicalXml, signer, options));
}

export function envelop(canonicalXml: string, signature: string): string {
  const end = canonicalXml.lastIndexOf('</');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${canonicalXml.slice(0, end)}${signature}${canonicalXml.slice(end)}`;
}
