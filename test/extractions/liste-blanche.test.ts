import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SignedXml } from 'xml-crypto';
import { RefusedError, UsageError } from '../../src/errors.js';
import { findInDn, parseDn } from '../../src/extractions/liste-blanche/dn.js';
import { parseDomaine } from '../../src/extractions/liste-blanche/domaines.js';
import { readListeBlanche } from '../../src/extractions/liste-blanche/read.js';
import type {
  ListeBlanche,
  ReadListeBlancheOptions,
} from '../../src/extractions/liste-blanche/read.js';
import { createRemarks } from '../../src/extractions/remarks.js';
import {
  envelop,
  listeBlancheXml,
  makeIdentity,
  signatureOf,
  signedXml,
} from '../support/signed-liste-blanche.js';
import type { SignOptions } from '../support/signed-liste-blanche.js';

const excerpt = 'test/fixtures/liste-blanche/excerpt_unsigned.xml';
const dayMs = 24 * 3600 * 1000;
// In the validity of the certificates made below, to the second.
const genereLe = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3600_000);
const domaines = ['chu-essai.mssante.fr', 'interop-mssante.apicrypt.org'];
const liste = listeBlancheXml(genereLe, domaines);

const signer = makeIdentity({ cn: 'alb.mssante.fr' });
const authority = makeIdentity({ cn: 'AC ESSAI', isAuthority: true });
const issued = makeIdentity({ cn: 'alb.mssante.fr', issuer: authority });
const operateur = makeIdentity({ cn: 'smtp.operateur.example', issuer: authority });
const intermediate = makeIdentity({ cn: 'AC FILLE', isAuthority: true, issuer: authority });
const issuedBelow = makeIdentity({ cn: 'alb.mssante.fr', issuer: intermediate });
/** Same names as `authority`, another key. */
const impostor = makeIdentity({ cn: 'AC ESSAI', isAuthority: true });
const issuedByImpostor = makeIdentity({ cn: 'alb.mssante.fr', issuer: impostor });
const issuedBySigner = makeIdentity({ cn: 'alb.mssante.fr', issuer: signer });
const weak = makeIdentity({ cn: 'alb.mssante.fr', bits: 1024 });

type Overrides = Partial<ReadListeBlancheOptions>;

function read(input: Buffer | string, overrides: Overrides = {}): Promise<ListeBlanche> {
  return readListeBlanche(input, {
    trustedPems: [signer.certPem],
    signataireCn: undefined,
    signature: 'required',
    now: genereLe,
    maxBytes: 32_000_000,
    remarks: createRemarks(),
    ...overrides,
  });
}

const readXml = (xml: string, overrides?: Overrides): Promise<ListeBlanche> =>
  read(Buffer.from(xml), overrides);

function refusal(code: string, text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RefusedError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  };
}

describe('a list signed by a trusted signer', () => {
  it('is read from its signed bytes', async () => {
    const remarks = createRemarks();
    const read1 = await readXml(signedXml(liste, signer), { remarks });
    assert.equal(read1.signature.kind, 'verified');
    assert.deepEqual(read1.genereLe, genereLe);
    assert.deepEqual(
      read1.domaines.map((row) => row.domaine),
      domaines,
    );
    assert.deepEqual(read1.domaines[0], {
      domaine: 'chu-essai.mssante.fr',
      description: "Domaine d'essai & compagnie",
      dnCertificat:
        'CN=smtp.operateur.example,OU=312345678900011,O=OPERATEUR\\, ESSAI,ST=Rhône (69),C=FR',
      operateur: 'OPERATEUR, ESSAI',
      identifiantOperateur: '312345678900011',
      responsableContact: 'respo@operateur.example',
      supportContact: 'suppo@operateur.example',
      dateMaj: new Date('2025-01-27T15:49:34Z'),
    });
    assert.deepEqual(remarks.warnings(), []);
  });

  const trusted: readonly [string, string, Overrides][] = [
    ['its own certificate', signedXml(liste, signer), {}],
    ['its authority', signedXml(liste, issued), { trustedPems: [authority.certPem] }],
    [
      'its authority, with the expected name',
      signedXml(liste, issued),
      { trustedPems: [authority.certPem], signataireCn: 'alb.mssante.fr' },
    ],
    [
      'its authority above the one in KeyInfo',
      signedXml(liste, issuedBelow, { chain: [issuedBelow.certPem, intermediate.certPem] }),
      { trustedPems: [authority.certPem] },
    ],
    [
      'one of several in one PEM text',
      signedXml(liste, issued),
      { trustedPems: [`${signer.certPem}\n${authority.certPem}`] },
    ],
    [
      'SHA-512',
      signedXml(liste, signer, {
        hash: 'sha512',
        signatureMethod: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
        digestMethod: 'http://www.w3.org/2001/04/xmlenc#sha512',
      }),
      {},
    ],
  ];
  for (const [name, xml, overrides] of trusted) {
    it(`is accepted through ${name}`, async () => {
      const { signature } = await readXml(xml, overrides);
      assert.equal(signature.kind === 'verified' && signature.signataire, 'alb.mssante.fr');
    });
  }

  it('is accepted when another program signed it, without namespace prefix', async () => {
    const program = new SignedXml({
      privateKey: signer.keyPem,
      publicCert: signer.certPem,
      signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
    });
    program.addReference({
      xpath: '/*',
      uri: '',
      isEmptyUri: true,
      transforms: [
        'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
        'http://www.w3.org/2001/10/xml-exc-c14n#',
      ],
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    });
    program.computeSignature(
      liste.replace('<Description>', '<!-- x --><Description><![CDATA[<]]>'),
    );
    const { domaines: rows } = await readXml(program.getSignedXml());
    assert.equal(rows[0]?.description, "<Domaine d'essai & compagnie");
  });

  it('is accepted after the certificate expired, and says so', async () => {
    const remarks = createRemarks();
    const now = new Date(genereLe.getTime() + 60 * dayMs);
    await readXml(signedXml(liste, signer), { now, remarks });
    assert.match(
      remarks.warnings().join(),
      /certificat du signataire « alb\.mssante\.fr » a expiré/,
    );
  });

  it('keeps only the text of a name that holds a comment', async () => {
    const canonical = listeBlancheXml(genereLe, ['a.mssante.fr']);
    const commented = signedXml(canonical, signer).replace('a.mssante', 'a<!-- x -->.mssante');
    assert.deepEqual(
      (await readXml(commented)).domaines.map((row) => row.domaine),
      ['a.mssante.fr'],
    );
  });
});

describe('a list whose signer is not trusted', () => {
  const cases: readonly [string, string, Overrides, string, RegExp][] = [
    [
      'nobody is trusted',
      signedXml(liste, signer),
      { trustedPems: [] },
      'SIGNATAIRE_INCONNU',
      /signataires/,
    ],
    [
      'another certificate is trusted',
      signedXml(liste, issued),
      {},
      'SIGNATAIRE_INCONNU',
      /empreinte SHA-256/,
    ],
    [
      'an authority of the same name issued it',
      signedXml(liste, issuedByImpostor),
      { trustedPems: [authority.certPem] },
      'SIGNATAIRE_INCONNU',
      /n'est pas de confiance/,
    ],
    [
      'the authority of another name is put in KeyInfo',
      signedXml(liste, issuedByImpostor, { chain: [issuedByImpostor.certPem, impostor.certPem] }),
      { trustedPems: [authority.certPem] },
      'SIGNATAIRE_INCONNU',
      /n'est pas de confiance/,
    ],
    [
      'a trusted signer that is no authority issued it',
      signedXml(liste, issuedBySigner),
      {},
      'SIGNATAIRE_INCONNU',
      /n'est pas de confiance/,
    ],
    [
      'the authority issued it to someone else',
      signedXml(liste, operateur),
      { trustedPems: [authority.certPem], signataireCn: 'alb.mssante.fr' },
      'SIGNATAIRE_INCONNU',
      /« smtp\.operateur\.example » alors que « alb\.mssante\.fr »/,
    ],
    [
      'the certificate was not valid when the list was generated',
      signedXml(listeBlancheXml(new Date('2020-01-01T00:00:00Z'), domaines), signer),
      {},
      'SIGNATURE_INVALIDE',
      /n'était pas valide à la date de génération/,
    ],
    [
      'the key is too short',
      signedXml(liste, weak),
      { trustedPems: [weak.certPem] },
      'SIGNATURE_INVALIDE',
      /2048 bits/,
    ],
  ];
  for (const [name, xml, overrides, code, text] of cases) {
    it(`is refused when ${name}`, async () => {
      await assert.rejects(readXml(xml, overrides), refusal(code, text));
    });
  }

  it('names a damaged trusted certificate as a fault of the settings', async () => {
    for (const pem of ['', signer.certPem.replace(/\n[A-Za-z0-9+/]{64}\n/, '\nAAAA\n')]) {
      await assert.rejects(
        readXml(signedXml(liste, signer), { trustedPems: [pem] }),
        (error) => error instanceof UsageError && error.code === 'CERTIFICAT_INVALIDE',
      );
    }
  });
});

describe('a list whose signature does not hold', () => {
  const evil = listeBlancheXml(genereLe, ['evil.mssante.fr']);
  const signed = (options: SignOptions): string => signedXml(liste, signer, options);
  const genuine = signatureOf(liste, signer);
  const sha1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
  const reference = /<ds:Reference .*<\/ds:Reference>/.exec(genuine)?.[0] ?? '';
  const inserted = (xml: string, added: string): string => {
    const end = xml.lastIndexOf('</');
    return `${xml.slice(0, end)}${added}${xml.slice(end)}`;
  };
  const cases: readonly [string, string, RegExp][] = [
    ['a domain was changed', signed({}).replace('chu-essai', 'evil'), /modifié après la signature/],
    [
      'a domain was added',
      signed({}).replace(
        '</ListeDomaines>',
        '<Domaine><Nom>evil.mssante.fr</Nom></Domaine></ListeDomaines>',
      ),
      /modifié après/,
    ],
    ['the signature of another list was put in', envelop(evil, genuine), /modifié après/],
    [
      'its digest was adapted to the change',
      signed({})
        .replace(
          /(<ds:DigestValue>)[^<]+/,
          (_all, tag: string) =>
            `${tag}${/<ds:DigestValue>([^<]+)/.exec(signatureOf(evil, signer))?.[1] ?? ''}`,
        )
        .replace(/chu-essai[^<]*/, 'x.mssante.fr'),
      /ne correspond pas/,
    ],
    [
      'the value is of another key',
      envelop(liste, signatureOf(liste, issued, { chain: [signer.certPem] })),
      /ne correspond pas au certificat/,
    ],
    [
      'the signed list is wrapped in another one',
      inserted(evil, `<Objet>${signed({}).replace(/^<\?xml.*\n/, '')}</Objet>`),
      /directement sous la racine/,
    ],
    ['it refers to a part of the document', signed({ uri: '#a' }), /document entier/],
    [
      'it refers to a part that was moved',
      envelop(
        evil.replace('<ListeDomaines>', `<Objet Id="a">${liste}</Objet><ListeDomaines>`),
        signatureOf(liste, signer, { uri: '#a' }),
      ),
      /document entier/,
    ],
    ['there are two signatures', envelop(liste, genuine + genuine), /plusieurs signatures/],
    [
      'there are two references',
      signed({ references: reference }),
      /SignedInfo est de forme inattendue/,
    ],
    [
      'there are two SignedInfo',
      signed({ edit: (text) => text.replace(/<ds:SignedInfo>.*<\/ds:SignedInfo>/, '$&$&') }),
      /Signature est de forme inattendue/,
    ],
    [
      'a comment hides in DigestValue',
      signed({
        edit: (text) => text.replace('<ds:DigestValue>', '<ds:DigestValue><!--AAAA-->AAAA'),
      }),
      /ne correspond pas/,
    ],
    [
      'an Object carries other methods',
      signed({
        object: '<ds:Object><ds:SignatureMethod Algorithm="x"></ds:SignatureMethod></ds:Object>',
      }),
      /Signature est de forme inattendue/,
    ],
    [
      'KeyInfo has a bare key',
      signed({ keyInfo: '<ds:KeyValue><ds:RSAKeyValue></ds:RSAKeyValue></ds:KeyValue>' }),
      /certificat X\.509/,
    ],
    [
      'KeyInfo has rubbish for a certificate',
      signed({
        keyInfo: '<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>',
      }),
      /certificat X\.509/,
    ],
    ['the digest is SHA-1', signed({ digestMethod: sha1, digest: 'x' }), /non admis.*sha1/],
    [
      'the method is RSA-SHA1',
      signed({ signatureMethod: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
      /non admis.*rsa-sha1/,
    ],
    [
      'the method is HMAC',
      signed({ signatureMethod: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1' }),
      /non admis.*hmac/,
    ],
    [
      'a transform is XSLT',
      signed({ transforms: ['http://www.w3.org/TR/1999/REC-xslt-19991116'] }),
      /non admis.*xslt/,
    ],
    [
      'a third transform is added',
      signed({
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/2001/10/xml-exc-c14n#',
          'http://www.w3.org/TR/1999/REC-xpath-19991116',
        ],
      }),
      /non admis/,
    ],
    [
      'comments are canonicalized',
      signed({ canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments' }),
      /non admis.*WithComments/,
    ],
  ];
  for (const [name, xml, text] of cases) {
    it(`is refused when ${name}`, async () => {
      await assert.rejects(readXml(xml), refusal('SIGNATURE_INVALIDE', text));
    });
  }

  it('is refused when it is not signed, naming the setting that would accept it', async () => {
    await assert.rejects(
      read(excerpt),
      refusal('SIGNATURE_ABSENTE', /sources\.liste-blanche\.signature/),
    );
  });

  it('is read and marked when the setting says that signatures are optional', async () => {
    const altered = await readXml(signed({}).replace('chu-essai', 'autre'), {
      signature: 'optional',
    });
    assert.deepEqual(
      altered.domaines.map((row) => row.domaine),
      ['autre.mssante.fr', 'interop-mssante.apicrypt.org'],
    );
    assert.ok(
      altered.signature.kind === 'unverified' && altered.signature.motif.includes('modifié'),
    );
    const unknown = await readXml(signed({}), { signature: 'optional', trustedPems: [] });
    assert.ok(
      unknown.signature.kind === 'unverified' && unknown.signature.motif.includes('confiance'),
    );
  });
});

describe('a file that is not a white list', () => {
  const laughs =
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>';
  const external =
    '<!doctype a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ListeBlancheMSSante>&x;</ListeBlancheMSSante>';
  const cases: readonly [string, Buffer, RegExp][] = [
    ['it declares entities', Buffer.from(laughs), /DTD/],
    ['it declares external entities', Buffer.from(external), /DTD/],
    ['it hides a DTD in UTF-16', Buffer.from(`\ufeff${laughs}`, 'utf16le'), /UTF-8/],
    ['it is in ISO-8859-1', Buffer.from(liste, 'latin1'), /UTF-8/],
    [
      'it declares another encoding',
      Buffer.from(`<?xml version="1.0" encoding="utf-7"?>${liste}`),
      /utf-7/,
    ],
    ['it is empty', Buffer.alloc(0), /illisible/],
    ['it is cut', Buffer.from(liste.slice(0, -200)), /mal formé/],
    [
      'it is cut inside a tag',
      Buffer.from(liste.slice(0, liste.indexOf('<Nom>') + 3)),
      /mal formé : (?!.*RefusedError)/,
    ],
    ['it is not XML', Buffer.from('Erreur 500'), /illisible/],
    ['it is a page', Buffer.from('<html><body>Erreur</body></html>'), /« html »/],
    [
      'it has no date',
      Buffer.from(liste.replace(/<DateDeGeneration>.*<\/DateDeGeneration>/, '')),
      /DateDeGeneration/,
    ],
    [
      'it has two dates',
      Buffer.from(liste.replace(/<DateDeGeneration>.*<\/DateDeGeneration>/, '$&$&')),
      /DateDeGeneration/,
    ],
    [
      'it has two lists',
      Buffer.from(liste.replace('<ListeDomaines>', '<ListeDomaines/>$&')),
      /ListeDomaines/,
    ],
    ['it is nested without end', Buffer.from('<a>'.repeat(100_000)), /mal formé|illisible/],
  ];
  for (const [name, bytes, text] of cases) {
    it(`is refused when ${name}`, async () => {
      await assert.rejects(
        read(bytes, { signature: 'optional' }),
        refusal('LISTE_BLANCHE_ILLISIBLE', text),
      );
    });
  }

  it('is refused when it is too large, from memory or from disk', async () => {
    const tooLarge = refusal('FICHIER_TROP_GROS', /1000 octets/);
    await assert.rejects(read(excerpt, { maxBytes: 1000 }), tooLarge);
    await assert.rejects(readXml(liste, { maxBytes: 1000 }), tooLarge);
  });

  it('is refused when it comes from the future', async () => {
    const now = new Date(genereLe.getTime() - 2 * dayMs);
    await assert.rejects(
      readXml(signedXml(liste, signer), { now }),
      refusal('LISTE_BLANCHE_DATE_FUTURE', /dans le futur/),
    );
  });
});

describe('the rows of a list', () => {
  it('are those of the published excerpt, read as it is', async () => {
    const { domaines: rows, genereLe: date } = await read(excerpt, { signature: 'optional' });
    assert.deepEqual(date, new Date('2025-02-28T15:42:07Z'));
    assert.equal(rows.length, 8);
    assert.deepEqual(
      rows.map((row) => [row.domaine, row.operateur, row.identifiantOperateur]).slice(2, 6),
      [
        ['interop-mssante.apicrypt.org', 'APICEM SARL', '343975235300037'],
        ['15-20.mssante.fr', 'GIP SESAN', '1750048886'],
        ['age-et-vie.mssante.fr', 'GIP MIPIH', '318310021300028'],
        ['test-audit.dev.mssante.fr', 'CENTRE DE SANTE RPPS07867', '10B0078671'],
      ],
    );
    assert.equal(rows[4]?.description, 'Domaine de messagerie MSSanté SSIAD AGE & VIE');
  });

  it('are trimmed and lower-cased, and a wrong name is rejected with its line', async () => {
    const remarks = createRemarks();
    const names = [' CHU-Essai.MSSante.fr\u00a0', 'pas un domaine', '', 'é.mssante.fr'];
    const xml = signedXml(listeBlancheXml(genereLe, names), signer);
    const { domaines: rows } = await readXml(xml, { remarks });
    assert.deepEqual(
      rows.map((row) => row.domaine),
      ['chu-essai.mssante.fr'],
    );
    const lines = xml.split('\n');
    assert.deepEqual(
      remarks.rejects.map(({ line, column, code }) => [line, column, code]),
      [
        [13, 'Nom', 'DOMAINE_INVALIDE'],
        [21, 'Nom', 'VALEUR_ABSENTE'],
        [29, 'Nom', 'DOMAINE_INVALIDE'],
      ],
    );
    for (const { line } of remarks.rejects) assert.match(lines[line - 1] ?? '', /<Domaine>/);
  });

  it('keep a domain whose date or opérateur is missing, with a warning', async () => {
    const remarks = createRemarks();
    const xml = liste
      .replace('2025-01-27T15:49:34Z', '27/01/2025')
      .replace(/<DNCertificatOperateur>.*<\/DNCertificatOperateur>/, '');
    const { domaines: rows } = await readXml(signedXml(xml, signer), { remarks });
    assert.equal(rows.length, 2);
    assert.equal(rows[0]?.dateMaj, null);
    assert.equal(rows[0].dnCertificat, '');
    assert.equal(remarks.warnings().length, 2);
  });

  it('are all there at national size', async () => {
    const many = Array.from({ length: 8655 }, (_, index) => `domaine-${index}.mssante.fr`);
    const xml = signedXml(listeBlancheXml(genereLe, many), signer);
    const { domaines: rows, signature } = await readXml(xml);
    assert.equal(signature.kind, 'verified');
    assert.equal(rows.length, 8655);
    assert.equal(rows.at(-1)?.domaine, 'domaine-8654.mssante.fr');
  });
});

describe('a distinguished name', () => {
  const cases: readonly [string, string, string][] = [
    ['CN=a,O=GIP X,C=FR', 'O', 'GIP X'],
    ['CN=a,O=X\\, Y\\+Z,C=FR', 'O', 'X, Y+Z'],
    ['CN=a, O = "X, Y" ,C=FR', 'O', 'X, Y'],
    ['CN=a+OU=1750048886,O=X', 'OU', '1750048886'],
    ['o=Sant\\C3\\A9 \\\\ Cie', 'O', 'Santé \\ Cie'],
    ['CN=a,O=fin\\ ', 'O', 'fin '],
    ['CN=a;O=b', 'O', 'b'],
  ];
  for (const [dn, type, value] of cases) {
    it(`${dn} has ${type} = ${value}`, () => assert.equal(findInDn(parseDn(dn), type), value));
  }

  it('may be anything without harm', () => {
    for (const dn of ['', ',', '=', 'a', '\\', 'O=', '"']) {
      assert.equal(findInDn(parseDn(dn), 'O'), undefined, dn);
    }
  });
});

describe('a domain name', () => {
  const cases: readonly [string, string | undefined][] = [
    ['a.fr', 'a.fr'],
    [' A-b.FR\n', 'a-b.fr'],
    ['\u200ba.fr\u200b', 'a.fr'],
    ['a', undefined],
    ['a..fr', undefined],
    ['-a.fr', undefined],
    ['a_b.fr', undefined],
    [`${'a'.repeat(64)}.fr`, undefined],
    [`${'a.'.repeat(126)}fr`, undefined],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text.slice(0, 20)), () => assert.equal(parseDomaine(text), expected));
  }
});
