import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliserMotDePasse, refuserMotDePasse } from '../../src/domain/mot-de-passe.js';
import { parseNomCompte } from '../../src/domain/nom-compte.js';
import { contientRole, isRole } from '../../src/domain/role.js';

test('a password is long, not guessed first, and not the name', () => {
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    ['quatre mots sans rapport', undefined],
    ['cheval agrafe pile juste', undefined],
    ['ééééèèèàùçûîô', undefined],
    ['vN7#kq2!pL0z', undefined],
    ['une douzaine', undefined],
    ['', /Au moins 12/u],
    ['onze caract', /Au moins 12/u],
    // Eleven characters, twenty-two UTF-16 units.
    ['😀😁😂😃😄😅😆😇😈😉😊', /Au moins 12/u],
    ['x'.repeat(64) + 'abcdefgh'.repeat(9), /Au plus 128/u],
    ['avec une\u0007sonnette', /touche de commande/u],
    ['marie et le loup', /nom du compte/u],
    ['vive M@r1e la reine', /nom du compte/u],
    ['Dûrand-en-clinique-2', /nom du compte/u],
    ['aaaaaaaaaaaaaaaa', /essaie en premier/u],
    ['abababababababab', /essaie en premier/u],
    ['123456789012', /essaie en premier/u],
    ['098765432109', /essaie en premier/u],
    ['azertyuiopqsdf', /essaie en premier/u],
    ['Motdepasse2026!', /essaie en premier/u],
    ['P@ssw0rd123456', /essaie en premier/u],
    ['Bonjour12345678', /essaie en premier/u],
    ['admin-admin-admin', /essaie en premier/u],
  ];
  for (const [motDePasse, refus] of cases) {
    const told = refuserMotDePasse(motDePasse, 'marie.durand');
    if (refus) assert.match(told ?? 'accepté', refus, motDePasse);
    else assert.equal(told, undefined, motDePasse);
  }
});

test('the same password typed on two keyboards is one', () => {
  assert.equal(normaliserMotDePasse('e\u0301te\u0301'), normaliserMotDePasse('été'));
});

test('a name is small letters, and nothing that could pass for another', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['m.durand', 'm.durand'],
    ['  M.Durand ', 'm.durand'],
    ['marie@chu.fr', 'marie@chu.fr'],
    ['ab', 'ab'],
    ['a', undefined],
    ['.durand', undefined],
    ['marie durand', undefined],
    ['mаrie', undefined], // Cyrillic а
    ['x'.repeat(65), undefined],
    ["o'brien", undefined],
  ];
  for (const [text, nom] of cases) assert.equal(parseNomCompte(text), nom, text);
});

test('roles are ordered: each holds those before it', () => {
  assert.ok(contientRole('approbateur', 'lecteur'));
  assert.ok(contientRole('gestionnaire', 'gestionnaire'));
  assert.ok(!contientRole('gestionnaire', 'approbateur'));
  assert.ok(!contientRole('lecteur', 'gestionnaire'));
  assert.ok(!isRole('administrateur'));
});
