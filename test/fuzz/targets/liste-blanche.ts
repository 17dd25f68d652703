// The signed white list, changed in its text and in its structure: whatever is accepted says what was signed, and no more.
import assert from 'node:assert/strict';
import { createRemarks } from '../../../src/extractions/remarks.js';
import { readListeBlanche } from '../../../src/extractions/liste-blanche/read.js';
import { listeBlancheXml, makeIdentity, signedXml } from '../../support/signed-liste-blanche.js';
import { mutateBytes } from '../mutate.js';
import type { Random } from '../../support/random.js';
import { assertOurs, type Target } from '../target.js';

const cn = 'signataire.exemple';
const signer = makeIdentity({ cn });
const stranger = makeIdentity({ cn });
const domaines = [
  'chu-exemple.mssante.fr',
  'clinique-exemple.mssante.fr',
  'ght-exemple.mssante.fr',
];
const now = new Date();
const clear = listeBlancheXml(now, domaines);
const signed = signedXml(clear, signer);
const forged = signedXml(listeBlancheXml(now, ['pirate.mssante.fr']), stranger);

const signature = /<ds:Signature [^]*<\/ds:Signature>/u.exec(signed)?.[0] ?? '';
const list = /<ListeDomaines>[^]*<\/ListeDomaines>/u.exec(clear)?.[0] ?? '';
const evil = list.replaceAll('chu-exemple', 'pirate');
const bomb = Array.from(
  { length: 12 },
  (_, level) => `<!ENTITY b${level + 1} "${`&b${level};`.repeat(10)}">`,
).join('');

/** Known ways to make a verifier look elsewhere than the reader (signature wrapping), and to make a parser work for ever. */
const attacks: readonly ((random: Random) => string)[] = [
  () => signed.replace(list, evil),
  () => signed.replace(list, `${evil}${list}`),
  () => signed.replace(list, `${list}${evil}`),
  () => signed.replace(signature, `<Enveloppe>${list}</Enveloppe>${signature}`).replace(list, evil),
  () => signed.replace(signature, ''),
  () => signed.replace(signature, `${signature}${signature}`),
  () => signed.replace(signature, /<ds:Signature [^]*<\/ds:Signature>/u.exec(forged)?.[0] ?? ''),
  () => forged,
  () => `${signed}${forged}`,
  () => forged.replace('</ds:Signature>', `<ds:Object>${clear}</ds:Object></ds:Signature>`),
  () => `<Autour>${signed.replace(/<\?xml[^>]*>/u, '')}${evil}</Autour>`,
  () =>
    signed
      .replace('?>', `?><!DOCTYPE l [<!ENTITY b0 "ha">${bomb}]>`)
      .replace('chu-exemple', '&b12;'),
  () => signed.replace('?>', '?><!DOCTYPE l SYSTEM "file:///etc/passwd">'),
  (random) => '<a>'.repeat(1 + random.below(20_000)),
  (random) => signed.replace('<Nom>', `<!-- ${'-'.repeat(random.below(3))} --><Nom>`),
  () => signed.replaceAll('chu-exemple', 'chu<!-- -->-exemple'),
  () => signed.replaceAll('chu-exemple', 'chu<![CDATA[-]]>exemple'),
  () => signed.replaceAll('#rsa-sha256', '#rsa-sha1').replaceAll('#sha256', '#sha1'),
  () => signed.replaceAll('URI=""', 'URI="#autre"'),
];

export const listeBlancheTarget: Target = {
  name: 'liste blanche signée',
  cases: 150,
  play: async (random) => {
    const bytes =
      random.below(2) === 0
        ? mutateBytes(Buffer.from(signed), random, [
            '<',
            '>',
            '&#0;',
            '<!--',
            ']]>',
            signature,
            list,
          ])
        : Buffer.from(random.pick(attacks)(random));
    try {
      const read = await readListeBlanche(bytes, {
        signature: 'required',
        signataireCn: cn,
        trustedPems: [signer.certPem],
        now,
        maxBytes: 1 << 22,
        remarks: createRemarks(),
      });
      assert.equal(read.signature.kind, 'verified');
      assert.deepEqual(
        read.domaines.map(({ domaine }) => domaine),
        domaines,
      );
      return 'accepted';
    } catch (error) {
      assertOurs(error);
      return 'refused';
    }
  },
};
