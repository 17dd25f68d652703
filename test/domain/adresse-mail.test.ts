import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAdresseMail, parseAdresseNommee } from '../../src/domain/adresse-mail.js';

const accepted = [
  'a@b.fr',
  'jean.dupont@chu-exemple.mssante.fr',
  "o'neil+x@a.b.c",
  'A_1@localhost',
];
for (const text of accepted) {
  test(`accepted: ${text}`, () => assert.equal(isAdresseMail(text), true));
}

const refused = [
  '',
  'a',
  '@b.fr',
  'a@',
  'a b@c.fr',
  'a@b.fr\r\nBcc: x@y.fr',
  'a@b.fr\nRCPT TO:<x@y.fr>',
  'a@b.fr,c@d.fr',
  'a@b.fr>',
  '<a@b.fr>',
  '"a b"@c.fr',
  'a..b@c.fr',
  '.a@c.fr',
  'a@-b.fr',
  'a@b..fr',
  'é@c.fr',
  'a@é.fr',
  'a\u0000@b.fr',
  'a\u202e@b.fr',
  `${'a'.repeat(65)}@b.fr`,
  `a@${'b'.repeat(260)}.fr`,
];
for (const text of refused) {
  test(`refused: ${JSON.stringify(text.slice(0, 40))}`, () =>
    assert.equal(isAdresseMail(text), false));
}

test('a sender may have a name, which cannot break a header', () => {
  assert.deepEqual(parseAdresseNommee('Messagerie sécurisée <a@b.fr>'), {
    nom: 'Messagerie sécurisée',
    adresse: 'a@b.fr',
  });
  assert.deepEqual(parseAdresseNommee(' "CHU, BAL" <a@b.fr> '), {
    nom: 'CHU, BAL',
    adresse: 'a@b.fr',
  });
  assert.deepEqual(parseAdresseNommee('a@b.fr'), { nom: '', adresse: 'a@b.fr' });
  for (const text of ['X', 'X\r\nBcc: y@z.fr <a@b.fr>', 'X <a@b.fr', 'X <a@b.fr> <c@d.fr>']) {
    assert.equal(parseAdresseNommee(text), undefined, text);
  }
});
