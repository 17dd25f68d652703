import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lienPublic, readLien, signLien } from '../../src/domain/lien-signe.js';

const cle = Buffer.alloc(32, 7);
const expireLe = new Date('2027-02-01T12:00:00Z');
const now = new Date('2027-01-15T12:00:00Z');
const lien = { usage: 'inactivite-opposition', id: '412', expireLe };

test('a link says what it was signed for, until its date and not after', () => {
  const jeton = signLien(cle, lien);
  assert.match(jeton, /^[a-zA-Z0-9._-]+$/u);
  assert.deepEqual(readLien(cle, lien.usage, jeton, now), { kind: 'valide', lien });
  const last = new Date(expireLe.getTime() - 1);
  assert.equal(readLien(cle, lien.usage, jeton, last).kind, 'valide');
  assert.deepEqual(readLien(cle, lien.usage, jeton, expireLe), { kind: 'expire', lien });
});

const jeton = signLien(cle, lien);
const parts = jeton.split('.');
const refused: [name: string, usage: string, jeton: string, cle: Buffer][] = [
  ['another usage asked', 'demande-suppression', jeton, cle],
  ['another usage written in', 'demande', jeton.replace(lien.usage, 'demande'), cle],
  ['another object', lien.usage, jeton.replace('.412.', '.413.'), cle],
  ['a later date', lien.usage, jeton.replace(`.${parts[2] ?? ''}.`, '.1999999999.'), cle],
  ['another key', lien.usage, jeton, Buffer.alloc(32, 8)],
  ['a signature cut short', lien.usage, jeton.slice(0, -1), cle],
  ['a signature of the same bytes, spelled otherwise', lien.usage, spelledOtherwise(jeton), cle],
  ['something more', lien.usage, `${jeton}A`, cle],
  ['parts moved', lien.usage, jeton.replace('.412.', '.4.12.'), cle],
  ['nothing', lien.usage, '', cle],
  ['a long text', lien.usage, 'a.'.repeat(100_000), cle],
];
/** 43 signs of base64url carry 258 bits for 256: the sign after the last one decodes to the same bytes. */
function spelledOtherwise(text: string): string {
  const other = `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) + 1)}`;
  const bytes = (of: string): string =>
    Buffer.from(of.split('.')[3] ?? '', 'base64url').toString('hex');
  assert.equal(bytes(other), bytes(text));
  return other;
}

for (const [name, usage, text, key] of refused) {
  test(`refused: ${name}`, () => {
    assert.deepEqual(readLien(key, usage, text, now), { kind: 'refuse' });
  });
}

test('what could be read in two ways is not signed', () => {
  for (const wrong of [{ id: '4.12' }, { id: '' }, { usage: 'Usage' }, { usage: 'a.b' }]) {
    assert.throws(() => signLien(cle, { ...lien, ...wrong }), /not a link/u);
  }
});

test('the public address may have a path, with or without its last slash', () => {
  for (const base of ['https://a.example/mss', 'https://a.example/mss/']) {
    assert.equal(
      lienPublic(new URL(base), 'opposition', 'x.y'),
      'https://a.example/mss/opposition/x.y',
    );
  }
  assert.equal(lienPublic(new URL('https://a.example'), 'o', 'x'), 'https://a.example/o/x');
});
