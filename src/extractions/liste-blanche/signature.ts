// XMLDSig of the liste blanche. xml-crypto checks digests and the signature value; what it must never be given is decided here:
// one enveloped signature, over the whole document, with the few algorithms that the trust space may use.
import { X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { messageOf } from '../../errors.js';
import { childElements, parseXml, rootOf } from './xml.js';

/** Stable codes of a signature that does not hold. */
export type SignatureFault = {
  readonly kind: 'fault';
  readonly code: 'SIGNATURE_ABSENTE' | 'SIGNATURE_INVALIDE' | 'SIGNATAIRE_INCONNU';
  /** French, without remedy. */
  readonly motif: string;
};

export type CheckedSignature = {
  readonly kind: 'checked';
  /** The bytes that were signed, and nothing else: the only text that data may be read from. */
  readonly signedXml: string;
  /** Of KeyInfo, the signer's first; nothing says yet that it is to be trusted. */
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
};

/** Checks that the whole document is signed by the key of the certificate that it carries. */
export function checkSignature(xml: string): CheckedSignature | SignatureFault {
  const document = parseXml(xml);
  const signatures = document.getElementsByTagNameNS(dsigNamespace, 'Signature');
  const signature = signatures.item(0);
  if (!signature) return fault('SIGNATURE_ABSENTE', "le document n'est pas signé");
  if (signatures.length > 1) return invalid('le document porte plusieurs signatures');
  if (signature.parentNode !== rootOf(document)) {
    return invalid("la signature n'est pas directement sous la racine du document");
  }
  const wrongShape = findWrongShape(signature);
  if (wrongShape !== undefined) return invalid(wrongShape);
  const certificates = readCertificates(signature);
  const [signer] = certificates;
  if (!signer) return invalid('elle ne porte pas de certificat X.509 lisible');
  const signedXml = verify(xml, signature, signer);
  return typeof signedXml === 'string'
    ? { kind: 'checked', signedXml, certificates: [signer, ...certificates.slice(1)] }
    : signedXml;
}

const dsigNamespace = 'http://www.w3.org/2000/09/xmldsig#';
const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
// Without comments: what is signed is what is read.
const canonicalizations = [
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
];
const digests = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
];
const signatureMethods = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
];
/** The signer's and its chain. */
const certificatesMax = 5;
const rsaBitsMin = 2048;

/** The first way in which the signature is not the one form that is accepted, in French. */
function findWrongShape(signature: Element): string | undefined {
  if (!hasChildren(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo'])) {
    return 'sa forme est inattendue (SignedInfo, SignatureValue, KeyInfo attendus)';
  }
  const [signedInfo] = childElements(signature);
  if (
    !signedInfo ||
    !hasChildren(signedInfo, ['CanonicalizationMethod', 'SignatureMethod', 'Reference'])
  ) {
    return 'SignedInfo doit porter une seule référence';
  }
  const [canonicalization, method, reference] = childElements(signedInfo);
  if (!isAllowed(canonicalization, canonicalizations)) return unknownAlgorithm(canonicalization);
  if (!isAllowed(method, signatureMethods)) return unknownAlgorithm(method);
  return reference ? findWrongReference(reference) : 'elle ne porte pas de référence';
}

function findWrongReference(reference: Element): string | undefined {
  if (!reference.hasAttribute('URI') || reference.getAttribute('URI') !== '') {
    return 'elle ne porte pas sur le document entier';
  }
  if (!hasChildren(reference, ['Transforms', 'DigestMethod', 'DigestValue'])) {
    return 'sa référence est de forme inattendue';
  }
  const [transforms, digest] = childElements(reference);
  if (!isAllowed(digest, digests)) return unknownAlgorithm(digest);
  const [first, ...others] = transforms ? childElements(transforms) : [];
  if (!isAllowed(first, [envelopedSignature])) return unknownAlgorithm(first);
  if (others.length > 1 || !others.every((transform) => isAllowed(transform, canonicalizations))) {
    return unknownAlgorithm(others.at(-1));
  }
  return undefined;
}

function hasChildren(parent: Element, names: readonly string[]): boolean {
  const children = childElements(parent);
  return (
    children.length === names.length &&
    children.every(
      (child, index) => child.localName === names[index] && child.namespaceURI === dsigNamespace,
    )
  );
}

function isAllowed(element: Element | undefined, algorithms: readonly string[]): boolean {
  return algorithms.includes(element?.getAttribute('Algorithm') ?? '');
}

function unknownAlgorithm(element: Element | undefined): string {
  const name = element?.getAttribute('Algorithm') ?? '';
  return `algorithme non admis : ${name === '' ? 'aucun' : name.slice(0, 100)}`;
}

function readCertificates(signature: Element): X509Certificate[] {
  const nodes = signature.getElementsByTagNameNS(dsigNamespace, 'X509Certificate');
  const certificates: X509Certificate[] = [];
  for (let index = 0; index < Math.min(nodes.length, certificatesMax); index++) {
    const base64 = nodes.item(index)?.textContent ?? '';
    try {
      certificates.push(new X509Certificate(Buffer.from(base64, 'base64')));
    } catch {
      // The signer's comes first: without it, the others are of no use.
      if (index === 0) return [];
    }
  }
  return certificates;
}

function verify(xml: string, signature: Element, signer: X509Certificate): string | SignatureFault {
  const bits = signer.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (signer.publicKey.asymmetricKeyType !== 'rsa' || bits < rsaBitsMin) {
    return invalid(`la clé du signataire n'est pas une clé RSA d'au moins ${rsaBitsMin} bits`);
  }
  const checker = createChecker(signer);
  try {
    checker.loadSignature(signature);
    if (!checker.checkSignature(xml)) {
      return invalid('le contenu a été modifié après la signature (empreinte différente)');
    }
  } catch (error) {
    return invalid(
      messageOf(error).includes('signature value')
        ? 'elle ne correspond pas au certificat du signataire'
        : `vérification impossible (${messageOf(error).slice(0, 200)})`,
    );
  }
  const [signedXml, ...others] = checker.getSignedReferences();
  return signedXml === undefined || others.length > 0
    ? invalid('elle ne porte pas sur un seul contenu')
    : signedXml;
}

/** A checker that knows no other algorithm than the allowed ones, wherever in the signature it finds their names. */
function createChecker(signer: X509Certificate): SignedXml {
  const checker = new SignedXml({ publicCert: signer.toString() });
  checker.CanonicalizationAlgorithms = only(checker.CanonicalizationAlgorithms, [
    ...canonicalizations,
    envelopedSignature,
  ]);
  checker.HashAlgorithms = only(checker.HashAlgorithms, digests);
  checker.SignatureAlgorithms = only(checker.SignatureAlgorithms, signatureMethods);
  return checker;
}

function only<T extends object>(table: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name))) as T;
}

function invalid(motif: string): SignatureFault {
  return fault('SIGNATURE_INVALIDE', motif);
}

function fault(code: SignatureFault['code'], motif: string): SignatureFault {
  return { kind: 'fault', code, motif };
}
