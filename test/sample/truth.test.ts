// What the sample plants, how it evolves, and how it repeats itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import {
  linesOf,
  makeSample,
  removeSample,
  rowsOf,
  truthOf,
  type SampleFiles,
} from './read-sample.js';

let day1: SampleFiles;
let day2: SampleFiles;
before(async () => {
  day1 = await makeSample({ scale: 'demo', day: 1 });
  day2 = await makeSample({ scale: 'demo', day: 2 });
});
after(async () => {
  await removeSample(day1);
  await removeSample(day2);
});

/** The codes that docs/constats.md defines, save what only an operation sent to the Annuaire can bring. */
function definedCodes(): string[] {
  const rules = readFileSync('docs/constats.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '');
  return rules
    .flatMap((cell) => [...cell.matchAll(/`([A-Z0-9_]+)`/g)].map((one) => one[1] ?? ''))
    .filter((code) => code !== 'NON_CONFIRMEE');
}

test('every documented constat is planted at least three times, and no other', () => {
  const codes = definedCodes();
  assert.ok(codes.length >= 22, codes.join(' '));
  for (const sample of [day1, day2]) {
    const counts = new Map<string, number>();
    for (const { code } of truthOf(sample).constats) counts.set(code, (counts.get(code) ?? 0) + 1);
    for (const code of codes) assert.ok((counts.get(code) ?? 0) >= 3, `${code} is too rare`);
    assert.deepEqual(
      [...counts.keys()].filter((code) => !codes.includes(code)),
      [],
    );
  }
});

test('most mailboxes of the inventory are clean', () => {
  const flagged = new Set(truthOf(day1).constats.map((one) => one.adresse));
  const hosted = new Set(rowsOf(day1, 'inventaire.csv', ';').map((row) => row['adresse']));
  assert.ok(hosted.size > 1_200);
  assert.ok(flagged.size / hosted.size < 0.2, `${flagged.size} of ${hosted.size}`);
});

test('a constat is expected once, about a mailbox or a domain that is in the files', () => {
  const { constats } = truthOf(day1);
  const keys = constats.map((one) => [one.code, one.domaine, one.adresse, one.precision].join(' '));
  assert.equal(new Set(keys).size, keys.length);
  const adresses = new Set([
    ...rowsOf(day1, 'inventaire.csv', ';').map((row) => row['adresse']?.toLowerCase()),
    ...rowsOf(day1, 'Correspondance_MSSante', '|').map((row) => row['Adresse BAL']?.toLowerCase()),
  ]);
  for (const { adresse, domaine, cas } of constats) {
    if (adresse === null) continue;
    assert.ok(adresses.has(adresse), `${cas}: ${adresse}`);
    assert.ok(adresse.endsWith(`@${domaine}`), `${cas}: ${domaine}`);
  }
});

test('every oddity of the real files is shown and counted', () => {
  const { vus } = truthOf(day1).quirks;
  assert.ok(Object.keys(vus).length >= 15);
  for (const [quirk, count] of Object.entries(vus)) assert.ok(count > 0, quirk);
});

/** What an oddity looks like in the bytes, and in which file. */
const oddities: [name: string, file: string, isShown: (cells: readonly string[]) => boolean][] = [
  ['a bare " in a name', 'Personne_activite', (c) => /^[^"]*"[^"]*$/.test(c[7] ?? '')],
  ['a " in a company', 'Personne_activite', (c) => (c[24] ?? '').includes('"')],
  ['an empty civilité', 'Personne_activite', (c) => c[3] === '' && c[4] === ''],
  ['an ADELI holder', 'Personne_activite', (c) => c[0] === '0' && c[1]?.length === 9],
  ['no activity at all', 'Personne_activite', (c) => c.slice(17).every((cell) => cell === '')],
  ['a site-less EJ', 'Personne_activite', (c) => c[21] === '' && c[22] !== ''],
  ['a SIRET without FINESS', 'Personne_activite', (c) => c[23]?.startsWith('C') === true],
  ['a cabinet', 'Personne_activite', (c) => /^R.* 4/.test(`${c[23]} ${c[46]}`)],
  ['an odd postal code', 'Personne_activite', (c) => /[A-Z]/.test(c[35] ?? '')],
  ['an empty commune code', 'Personne_activite', (c) => c[36] === '' && c[37] !== ''],
  ['an odd street number', 'Personne_activite', (c) => /[A-Z-]/.test(c[28] ?? '')],
  ['a FINESS of Corsica', 'Personne_activite', (c) => /^2[AB]/.test(c[21] ?? '')],
  ['a holder of type 10', 'Correspondance_MSSante', (c) => c[2] === '10'],
  ['a holder-less PER', 'Correspondance_MSSante', (c) => c[0] === 'PER' && c[3] === ''],
  ['a PER of no structure', 'Correspondance_MSSante', (c) => c[0] === 'PER' && c[6] === ''],
  ['a capital in an address', 'Correspondance_MSSante', (c) => /[A-Z]/.test(c[1] ?? '')],
  ['a SIRET', 'Correspondance_MSSante', (c) => c[5] === '3' && c[6]?.length === 14],
  ['a cabinet number', 'Correspondance_MSSante', (c) => c[5] === '4' && c[6]?.length === 14],
];

test('the bytes show each oddity', () => {
  for (const [name, file, isShown] of oddities) {
    const lines = linesOf(day1, file).slice(1);
    assert.ok(
      lines.some((line) => isShown(line.split('|'))),
      name,
    );
  }
});

test('exact duplicate lines and addresses on several lines are there', () => {
  for (const file of ['Personne_activite', 'Correspondance_MSSante']) {
    const lines = linesOf(day1, file);
    assert.ok(new Set(lines).size < lines.length, file);
  }
  const distinct = new Set(linesOf(day1, 'Correspondance_MSSante'));
  const adresses = [...distinct].map((line) => line.split('|')[1]);
  assert.ok(new Set(adresses).size < adresses.length);
});

test('some people of SavoirFaire are not in Personne_activite', () => {
  const active = new Set(linesOf(day1, 'Personne_activite').map((line) => line.split('|')[1]));
  assert.ok(linesOf(day1, 'SavoirFaire').some((line) => !active.has(line.split('|')[1])));
});

test('the same seed gives the same bytes, another seed another country', async () => {
  const again = await makeSample({ scale: 'demo', day: 1 });
  const other = await makeSample({ scale: 'demo', day: 1, seed: 7 });
  try {
    assert.deepEqual([...again.texts.keys()], [...day1.texts.keys()]);
    for (const [name, bytes] of day1.texts) {
      assert.ok(again.texts.get(name)?.equals(bytes), name);
      // Identifiers are numbers of people, whatever the seed; what they do is not.
      if (/\.(txt|json|xml|pem)$/.test(name)) {
        assert.ok(!other.texts.get(name)?.equals(bytes), name);
      }
    }
  } finally {
    await removeSample(again);
    await removeSample(other);
  }
});

const moves: [file: string, evenMax: number][] = [
  ['Personne_activite', 0.012],
  ['Correspondance_MSSante', 0.012],
];

for (const [file, shareMax] of moves) {
  test(`a day later, few lines of ${file} have come, gone or changed`, () => {
    const before = new Set(linesOf(day1, file));
    const now = new Set(linesOf(day2, file));
    const come = [...now].filter((line) => !before.has(line)).length;
    const gone = [...before].filter((line) => !now.has(line)).length;
    for (const [what, count] of Object.entries({ come, gone })) {
      const share = count / before.size;
      assert.ok(share > 0.002 && share < shareMax, `${what}: ${count} of ${before.size}`);
    }
  });
}

/** What names a record in the second cell: an RPPS, an address. */
for (const file of ['Personne_activite', 'Correspondance_MSSante']) {
  test(`a day later, about one record in a thousand of ${file} is new and one is gone`, () => {
    const names = (sample: SampleFiles) =>
      new Set(linesOf(sample, file).map((line) => (line.split('|')[1] ?? '').toLowerCase()));
    const [before, now] = [names(day1), names(day2)];
    const come = [...now].filter((name) => !before.has(name)).length / before.size;
    const gone = [...before].filter((name) => !now.has(name)).length / before.size;
    assert.ok(come > 0.0005 && come < 0.003, `come: ${come}`);
    assert.ok(gone > 0.0005 && gone < 0.003, `gone: ${gone}`);
  });
}

test('the truth of the second day differs by what happened on it', () => {
  const keys = (sample: SampleFiles) =>
    new Set(truthOf(sample).constats.map((one) => `${one.code} ${one.adresse ?? one.domaine}`));
  const [before, now] = [keys(day1), keys(day2)];
  const opened = [...now].filter((key) => !before.has(key));
  const closed = [...before].filter((key) => !now.has(key));
  for (const code of ['TITULAIRE_HORS_STRUCTURE', 'STRUCTURE_FERMEE', 'INACTIVE', 'QUOTA_90']) {
    assert.ok(
      opened.some((key) => key.startsWith(code)),
      code,
    );
  }
  for (const code of ['ORPHELINE_ANNUAIRE', 'NON_PUBLIEE', 'QUOTA_80']) {
    assert.ok(
      closed.some((key) => key.startsWith(code)),
      code,
    );
  }
  assert.equal(truthOf(day2).judgedAt, '2026-10-09T12:00:00.000Z');
});

test('the trailing | is an option', async () => {
  const trailing = await makeSample({ scale: 'demo', day: 1, quirks: { barreFinale: true } });
  try {
    for (const file of ['Correspondance_MSSante', 'Personne_activite', 'SavoirFaire']) {
      const lines = linesOf(trailing, file);
      assert.deepEqual(
        lines.map((line) => line.slice(0, -1)),
        linesOf(day1, file),
      );
      assert.ok(lines.every((line) => line.endsWith('|')));
    }
  } finally {
    await removeSample(trailing);
  }
});
