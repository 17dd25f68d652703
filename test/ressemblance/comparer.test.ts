import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeComparateur, type Raison } from '../../src/ressemblance/comparer.js';
import { silhouette } from '../../src/ressemblance/silhouette.js';
import fc from '../support/fast-check.js';
import { listeBlancheVraisemblable } from '../support/liste-blanche-vraisemblable.js';

const nous = [
  'chu-exemple.mssante.fr',
  'chu.mssante.fr',
  'ch-montclair.mssante.fr',
  'clinique-des-tilleuls.mssante.fr',
  'cpts-12.mssante.fr',
  'interop-mssante.apicrypt.org',
  'dr-marin.medecin.mssante.fr',
];

const montrer: readonly (readonly [domaine: string, raison: Raison, proche: string])[] = [
  ['chu-exempIe.mssante.fr', 'homoglyphe', 'chu-exemple.mssante.fr'],
  ['chu-exemp1e.mssante.fr', 'homoglyphe', 'chu-exemple.mssante.fr'],
  ['chu.rnssante.fr', 'homoglyphe', 'chu.mssante.fr'],
  ['ch-rnontclair.mssante.fr', 'homoglyphe', 'ch-montclair.mssante.fr'],
  ['ch-montdair.mssante.fr', 'homoglyphe', 'ch-montclair.mssante.fr'],
  ['chu.mssanté.fr', 'homoglyphe', 'chu.mssante.fr'],
  // The same in punycode; then with a Cyrillic « а ».
  ['chu.xn--mssant-gva.fr', 'homoglyphe', 'chu.mssante.fr'],
  ['chu-ex\u0435mple.mssante.fr', 'homoglyphe', 'chu-exemple.mssante.fr'],
  ['mail.chu.mssante.fr', 'sous-domaine', 'chu.mssante.fr'],
  ['chu.mssante.com', 'suffixe', 'chu.mssante.fr'],
  ['ch-montclair.mssante.asso.fr', 'suffixe', 'ch-montclair.mssante.fr'],
  ['mssante-chu.fr', 'etiquettes', 'chu.mssante.fr'],
  ['chu-mssante.fr', 'etiquettes', 'chu.mssante.fr'],
  ['montclair-ch.mssante.fr', 'etiquettes', 'ch-montclair.mssante.fr'],
  ['chmontclair.mssante.fr', 'etiquettes', 'ch-montclair.mssante.fr'],
  ['ch.montclair.mssante.fr', 'etiquettes', 'ch-montclair.mssante.fr'],
  ['ch-mont-clair.mssante.fr', 'etiquettes', 'ch-montclair.mssante.fr'],
  ['ch-montclair-securise.fr', 'mot-ajoute', 'ch-montclair.mssante.fr'],
  ['webmail-ch-montclair.mssante.fr', 'mot-ajoute', 'ch-montclair.mssante.fr'],
  ['ch-montclair.fr', 'mot-ajoute', 'ch-montclair.mssante.fr'],
  ['ch-montclair.apicrypt.org', 'meme-nom', 'ch-montclair.mssante.fr'],
  ['ch-montclar.mssante.fr', 'frappe', 'ch-montclair.mssante.fr'],
  ['ch-montclairs.mssante.fr', 'frappe', 'ch-montclair.mssante.fr'],
  ['ch-montcliar.mssante.fr', 'frappe', 'ch-montclair.mssante.fr'],
  ['clinique-des-tileuls.mssante.fr', 'frappe', 'clinique-des-tilleuls.mssante.fr'],
  ['ch-montclair.msante.fr', 'frappe', 'ch-montclair.mssante.fr'],
  ['interop-mssante.apicript.org', 'frappe', 'interop-mssante.apicrypt.org'],
];

const taire: readonly string[] = [
  // Neighbours under the same shared suffix.
  'chi.mssante.fr',
  'chr.mssante.fr',
  'chu-autre.mssante.fr',
  'ch-montbrison.mssante.fr',
  'ch-monclos.mssante.fr',
  'clinique-des-tulipes.mssante.fr',
  'clinique-des-lilas.mssante.fr',
  'laboratoire-montclair.mssante.fr',
  'ehpad-montclair.mssante.fr',
  'cpts-13.mssante.fr',
  'cpts-2.mssante.fr',
  'dr-martin.medecin.mssante.fr.exemple.fr',
  'interop.apicrypt.org',
  'mssante.fr',
  'medecin.mssante.fr',
  'fr',
  '',
  '.',
  'xn--a',
  '15-20.mssante.fr',
  '1001-services.mssante.fr',
];

describe('a name', () => {
  const comparer = makeComparateur(nous);
  for (const [domaine, raison, proche] of montrer) {
    test(`${domaine} is shown: ${raison} of ${proche}`, () => {
      const trouve = comparer(domaine);
      assert.equal(trouve?.raison, raison);
      assert.equal(trouve.proche, proche);
      assert.ok(trouve.explication.includes(proche), trouve.explication);
    });
  }
  for (const domaine of taire) {
    test(`${domaine || '(empty)'} is not shown`, () => {
      assert.equal(comparer(domaine), undefined);
    });
  }
});

test('none of ours is ever shown, however they are written', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/u);
  const domaine = fc
    .tuple(label, fc.constantFrom('mssante.fr', 'mssante.com', 'a.fr', 'fr'))
    .map((t) => t.join('.'));
  fc.assert(
    fc.property(fc.array(domaine, { minLength: 1, maxLength: 30 }), (siens) => {
      const comparer = makeComparateur(siens);
      for (const sien of siens) {
        assert.equal(comparer(sien), undefined);
        assert.equal(comparer(` ${sien.toUpperCase()}.`), undefined);
      }
    }),
  );
});

test('the answer does not hang on the order of ours', () => {
  const reponses = [nous, [...nous].reverse()].map((siens) => {
    const comparer = makeComparateur(siens);
    return montrer.map(([domaine]) => comparer(domaine));
  });
  assert.deepEqual(reponses[0], reponses[1]);
});

test('a silhouette levels what the eye does not tell apart', () => {
  assert.equal(silhouette('rnssante'), silhouette('mssante'));
  assert.equal(silhouette('ch0let'), silhouette('cholet'));
  assert.notEqual(silhouette('nantes'), silhouette('nancy'));
});

test('a hospital sees a handful among 5,000 names of the shapes of the white list', () => {
  const liste = listeBlancheVraisemblable();
  assert.ok(liste.length >= 5_000, `only ${liste.length}`);
  const pas = Math.floor(liste.length / 60);
  const siens = liste.filter((_, place) => place % pas === 0).slice(0, 60);
  const comparer = makeComparateur(siens);
  const parSien = new Map<string, string[]>();
  for (const domaine of liste) {
    const trouve = comparer(domaine);
    if (trouve)
      parSien.set(trouve.proche, [
        ...(parSien.get(trouve.proche) ?? []),
        `${domaine} ${trouve.raison}`,
      ]);
  }
  const total = [...parSien.values()].flat().length;
  const pire = Math.max(0, ...[...parSien.values()].map((trouves) => trouves.length));
  const detail = JSON.stringify([...parSien]);
  assert.ok(total <= 60 && pire <= 8, `${total} in all, ${pire} for one: ${detail}`);
  // Each of ours with a letter too many at its end, where it is long enough to tell: nearly all are seen.
  const faux = siens.map((domaine) => domaine.replace(/^([^.]*[a-z]{5})\./u, '$1x.'));
  const touches = faux.filter((domaine, place) => domaine !== siens[place]);
  assert.ok(touches.length > 30, `only ${touches.length}`);
  assert.deepEqual(
    touches.filter((domaine) => comparer(domaine)?.raison !== 'frappe'),
    [],
  );
});
