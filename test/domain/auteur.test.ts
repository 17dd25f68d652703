import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auteurAutomatique, estMemeAuteur, nommerAuteur } from '../../src/domain/auteur.js';

const jeanne = nommerAuteur({ nom: 'Jeanne Dupont', compte: 'jdupont@chu.fr' });

const couples: [a: string, b: string, isSame: boolean][] = [
  ['dupont', 'DUPONT ', true],
  ['Jeanne Dupont', 'dupont jeanne', true],
  ['Jeanne Dupont', 'jeanne.dupont', true],
  ['Dupon\u200bt', 'd\u00fapont', true],
  ['dupont', 'martin', false],
  ['jeanne', 'Jeanne Dupont', false],
  // A page and a terminal.
  [jeanne, 'jdupont', true],
  [jeanne, 'jdupont@chu.fr', true],
  [jeanne, 'DUPONT Jeanne', true],
  [jeanne, nommerAuteur({ nom: 'J. D.', compte: 'jdupont' }), true],
  [jeanne, nommerAuteur({ nom: 'Jean Martin', compte: 'jmartin@chu.fr' }), false],
  [jeanne, 'chu.fr', false],
  [jeanne, auteurAutomatique, false],
  // Nothing to read is nobody, and the same nobody.
  [' \u200b', '', true],
  ['<>', '', true],
  [jeanne, '', false],
];
for (const [a, b, isSame] of couples) {
  test(`« ${a} » and « ${b} » are ${isSame ? 'one' : 'two'}`, () => {
    assert.equal(estMemeAuteur(a, b), isSame);
    assert.equal(estMemeAuteur(b, a), isSame);
  });
}

test('the record names a person and an account, whatever they hold', () => {
  assert.equal(jeanne, 'Jeanne Dupont <jdupont@chu.fr>');
  assert.equal(nommerAuteur({ nom: ' jdupont', compte: 'jdupont' }), 'jdupont');
  assert.equal(nommerAuteur({ nom: '', compte: 'jdupont' }), 'jdupont');
  assert.equal(nommerAuteur({ nom: 'Ma<rtin>\n', compte: 'a<b' }), 'Ma rtin <a b>');
  assert.ok(nommerAuteur({ nom: 'n'.repeat(500), compte: 'c'.repeat(500) }).length <= 200);
});
