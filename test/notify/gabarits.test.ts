import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gabarits } from '../../src/domain/avis.js';
import { checkGabarits } from '../../src/notify/check-gabarits.js';
import { exemples } from '../../src/notify/exemples.js';
import { gabaritsEssai } from '../support/avis.js';
import { tempFolder } from '../support/extraction-files.js';

const domaine = 'chu-exemple.mssante.fr';
const autre = 'autre.mssante.fr';

function dossier(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

for (const gabarit of gabarits) {
  test(`the template ${gabarit} says the same in text and in an accessible page`, () => {
    const { sujet, texte, html } = gabaritsEssai().render(gabarit, domaine, exemples[gabarit]);
    assert.match(sujet, /jean\.exemple@chu-exemple\.mssante\.fr/u);
    assert.ok(sujet.length <= 120 && !sujet.includes('\n'), sujet);
    assert.match(html, /<html lang="fr">/u);
    assert.match(html, /<title>.+<\/title>/u);
    assert.match(html, /<h1/u);
    assert.doesNotMatch(html, /<img|<script|https?:\/\/(?!annuaire\.exemple\.fr)/u);
    for (const value of Object.values(exemples[gabarit])) {
      if (typeof value !== 'string' || value === '12 janvier 2026') continue;
      assert.ok(texte.includes(value), `${value} is not in the text`);
      assert.ok(html.includes(value), `${value} is not in the page`);
    }
    assert.doesNotMatch(texte, /\n{4,}|[{}]/u);
  });
}

test('without a link or a date, the text still makes sense', () => {
  const { texte } = gabaritsEssai().render('inactivite', domaine, {
    adresse: 'a@b.fr',
    joursMax: 365,
    dateSuppression: '14 mars 2027',
  });
  assert.match(texte, /Aucune connexion à la boîte aux lettres sécurisée a@b\.fr n’est connue/u);
  assert.doesNotMatch(texte, /opposer/u);
});

test('what is shown in a page is escaped, in a text it is not', () => {
  const { texte, html } = gabaritsEssai().render('quota-80', domaine, {
    adresse: `"><b>&'`,
    taille: '1 Go',
    quota: '2 Go',
  });
  assert.ok(texte.includes(`"><b>&'`));
  assert.ok(!html.includes('<b>') && html.includes('&lt;b&gt;&amp;'));
});

test('the most particular template is used: of the domain, of the opérateur, of the program', () => {
  const folder = dossier({
    'quota-80.sujet.txt.liquid': 'À tous : {{ adresse }}',
    [`${domaine}/quota-80.sujet.txt.liquid`]: 'Au domaine : {{ adresse }}',
    'cadre.html.liquid': '<!doctype html><html lang="fr"><p>Logo</p>{{ corps | raw }}</html>',
  });
  const engine = gabaritsEssai(folder);
  assert.match(engine.render('quota-80', domaine, exemples['quota-80']).sujet, /^Au domaine : /u);
  const other = engine.render('quota-80', autre, exemples['quota-80']);
  assert.match(other.sujet, /^À tous : /u);
  assert.match(other.html, /Logo<\/p><p>Bonjour/u);
  assert.match(engine.render('quota-90', domaine, exemples['quota-90']).sujet, /90 %$/u);
  assert.deepEqual(engine.avertissements, []);
  assert.deepEqual(checkGabarits(folder, 'X', [domaine, autre]), []);
});

const broken: [name: string, text: string, why: RegExp][] = [
  ['a tag never closed', '{% if adresse %}', /not closed/u],
  ['a variable that is not', '{{ adrese }}', /undefined variable/u],
  ['a filter that is not', '{{ adresse | majuscules }}', /undefined filter/u],
  ['nothing', ' \n', /aucun texte/u],
  ['a file included', '{% include "/etc/passwd" %}', /./u],
  ['a loop without end', '{% for i in (1..100000000) %}x{% endfor %}', /limit/u],
  ['a huge file', 'x'.repeat(200_000), /Kio/u],
];
for (const [name, text, why] of broken) {
  test(`a template with ${name} gives way to the program's, and is told`, () => {
    const folder = dossier({ 'quota-80.txt.liquid': text });
    const engine = gabaritsEssai(folder);
    const { texte } = engine.render('quota-80', domaine, exemples['quota-80']);
    assert.match(texte, /elle a passé 80 % de sa capacité/u);
    assert.equal(engine.avertissements.length, 1);
    assert.match(engine.avertissements[0] ?? '', why);
    const faults = checkGabarits(folder, 'X', [domaine]);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^avis\.gabarits : .*quota-80\.txt\.liquid inutilisable/u);
  });
}

test('config check tells the files that no mail would ever use', () => {
  const folder = dossier({
    'quota-85.txt.liquid': 'x',
    'inconnu.mssante.fr/quota-80.txt.liquid': 'x',
    'LISEZMOI.txt': 'x',
  });
  const faults = checkGabarits(folder, 'X', [domaine]);
  assert.equal(faults.length, 2);
  assert.match(faults.join('\n'), /quota-85.*ne remplace aucun gabarit/u);
  assert.match(faults.join('\n'), /inconnu\.mssante\.fr.*un de vos domaines/u);
  assert.match(checkGabarits('/nulle/part', 'X', [domaine]).join(), /dossier illisible/u);
});

test('a subject stays one line, whatever it is made of', () => {
  const folder = dossier({ 'quota-80.sujet.txt.liquid': 'Un\r\nBcc: x@y.fr {{ adresse }}\u202e' });
  const donnees = { ...exemples['quota-80'], adresse: `a\r\n${'b'.repeat(500)}` };
  const { sujet } = gabaritsEssai(folder).render('quota-80', domaine, donnees);
  assert.match(sujet, /^Un Bcc: x@y\.fr a b+$/u);
  assert.equal(sujet.length, 200);
});
