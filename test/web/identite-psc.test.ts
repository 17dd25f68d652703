// Userinfo of Pro Santé Connect, whole and damaged: an RPPS comes out of it only when there is one and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRpps, type Rpps } from '../../src/domain/identifiers.js';
import { lireIdentitePsc } from '../../src/web/connexion/identite-psc.js';
import { camille } from '../support/identity-provider.js';

const whole = camille.claims;

const cases: [name: string, changes: Readonly<Record<string, unknown>>, expected: string][] = [
  ['as it comes', {}, '10000000017'],
  ['without preferred_username', { preferred_username: undefined }, '10000000017'],
  ['with an empty SubjectNameID', { SubjectNameID: '' }, '10000000017'],
  ['without any identifier', { SubjectNameID: undefined, preferred_username: '' }, 'sans-rpps'],
  ['with two that differ', { preferred_username: '810000000025' }, 'sans-rpps'],
  ['of the sandbox', only('ANS20210107161422'), 'essai'],
  ['of the old sandbox', only('899700218896'), 'essai'],
  [
    'of the sandbox, with a real one beside',
    { ...only('ANS20210107161422'), otherIds: [{ identifiant: '810000000025' }] },
    'essai',
  ],
  ['of a mapped sandbox identity', only('ANS20240101000000'), '10000000033'],
  ['of ADELI alone', { ...only('0759912345'), otherIds: [] }, 'sans-rpps'],
  [
    'of ADELI with one RPPS',
    { ...only('0759912345'), otherIds: [{ identifiant: '810000000025' }, {}] },
    '10000000025',
  ],
  [
    'of ADELI with two RPPS',
    {
      ...only('0759912345'),
      otherIds: [{ identifiant: '810000000025' }, { identifiant: '810000000017' }],
    },
    'sans-rpps',
  ],
  ['whose check digit fails', { ...only('810000000018'), otherIds: [] }, 'sans-rpps'],
  ['with another type', { SubjectNameID: 810000000017, preferred_username: [] }, 'sans-rpps'],
  ['with otherIds of another type', { otherIds: 'x' }, '10000000017'],
];

function only(id: string): Readonly<Record<string, unknown>> {
  return { SubjectNameID: id, preferred_username: id };
}

const essais = new Map<string, Rpps>();
const mapped = parseRpps('10000000033');
if (mapped) essais.set('ANS20240101000000', mapped);

for (const [name, changes, expected] of cases) {
  test(`userinfo ${name}: ${expected}`, () => {
    const lecture = lireIdentitePsc({ revendications: { ...whole, ...changes } }, essais);
    assert.equal(lecture.kind === 'lue' ? lecture.identite.rpps : lecture.motif, expected);
  });
}

test('the name is shown without what could disturb a page or a journal', () => {
  const changes = { given_name: ' Cam\u0000ille\u202e ', family_name: 'EX\nEMPLE' };
  const lecture = lireIdentitePsc({ revendications: { ...whole, ...changes } }, essais);
  assert.ok(lecture.kind === 'lue');
  assert.equal(lecture.identite.nom, 'Cam ille EX EMPLE');
});
