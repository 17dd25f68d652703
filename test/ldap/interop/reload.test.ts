// The nightly reload, fifty times while people search: each answer is of one state of the directory, whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAttributes, valuesOf, type AnsweredEntry } from '../../support/ldap-answer.js';
import { startMirror, type BalRow, type Mirror } from '../../support/ldap-mirror.js';
import { connectRaw } from '../../support/ldap-raw-client.js';
import { cookieOf, pagedControl } from './compare-answers.js';
import { inventedBals } from './invented-directory.js';

const swapCount = 50;
const searcherCount = 3;
const unchangedCount = 300;
const movingCount = 12;

test(`${swapCount} reloads under load: no search fails, none sees two states`, async () => {
  const mirror = await startMirror(rowsOf(0));
  const controller = new AbortController();
  const searchers = Array.from({ length: searcherCount }, () =>
    searchUntil(mirror, controller.signal),
  );
  // A searcher that failed is told at the end, not in the middle of a reload.
  for (const searcher of searchers) searcher.catch(() => undefined);
  for (let version = 1; version <= swapCount; version++) {
    await mirror.publish(rowsOf(version));
    await mirror.reload();
  }
  controller.abort();
  const seen = await Promise.all(searchers);
  const versions = new Set(seen.flatMap((one) => [...one.versions]));
  assert.ok(versions.size > swapCount / 2, `only ${versions.size} states were seen`);
  assert.ok(seen.every(({ searches }) => searches > swapCount));
  const last = await connectRaw(mirror.port);
  const { entries } = await last.search(movingSearch(mirror));
  assert.equal(versionOf(entries), swapCount);
  await last.drop();
  assert.deepEqual(mirror.lines, []);
});

test('a paged search goes on across a reload on what it began with, or ends with a clean refusal', async () => {
  const mirror = await startMirror(rowsOf(0));
  const client = await connectRaw(mirror.port);
  const search = movingSearch(mirror);
  const first = await client.search(search, [pagedControl(5, Buffer.alloc(0))]);
  assert.equal(first.entries.length, 5);
  await mirror.publish(rowsOf(1));
  await mirror.reload();
  const cookie = cookieOf(first.result);
  assert.ok(cookie && cookie.length > 0);
  const second = await client.search(search, [pagedControl(1_000, cookie)]);
  if (second.result.code === 0) {
    assert.equal(versionOf([...first.entries, ...second.entries]), 0);
  } else {
    assert.equal(second.entries.length, 0);
  }
  const again = await client.search(search, [pagedControl(1_000, Buffer.alloc(0))]);
  assert.equal(versionOf(again.entries), 1);
  await client.drop();
});

/**
 * People who never change; some whose name and profession carry the version, in the same row; and one who is in this
 * version only.
 */
function rowsOf(version: number): BalRow[] {
  const moving = Array.from({ length: movingCount }, (_, rank) =>
    movingRow(`mobile${rank}`, version),
  );
  return [...inventedBals(unchangedCount), ...moving, movingRow(`passage${version}`, version)];
}

function movingRow(name: string, version: number): BalRow {
  return {
    adresse_publiee: `${name}@hopital.mssante.fr`,
    type_bal: 'PER',
    type_identifiant_pp: '8',
    identifiant_pp: '10888888888',
    nom_exercice: `MOBILE ${version}`,
    prenom_exercice: 'Camille',
    libelle_profession: `Version ${version}`,
  };
}

const movingSearch = ({ baseDn }: Mirror) =>
  ({
    base: baseDn,
    attributes: ['mail', 'sn', 'title'],
    filter: {
      kind: 'substrings',
      attribute: 'sn',
      initial: Buffer.from('mobile'),
      any: [],
      final: undefined,
    },
  }) as const;

async function searchUntil(
  mirror: Mirror,
  signal: AbortSignal,
): Promise<{ searches: number; versions: Set<number> }> {
  const client = await connectRaw(mirror.port);
  const versions = new Set<number>();
  let searches = 0;
  let newest = 0;
  while (!signal.aborted) {
    const { entries, result } = await client.search(movingSearch(mirror));
    assert.equal(result.code, 0);
    const version = versionOf(entries);
    assert.ok(version >= newest, `version ${version} after ${newest}`);
    newest = version;
    versions.add(version);
    searches++;
  }
  await client.drop();
  return { searches, versions };
}

/** The one version that all entries of an answer are of. */
function versionOf(entries: readonly AnsweredEntry[]): number {
  const [first] = entries;
  const version = Number(/\d+/.exec(first ? (valuesOf(first, 'sn')[0] ?? '') : '')?.[0]);
  const names = Array.from({ length: movingCount }, (_, rank) => `mobile${rank}`);
  const wanted = [...names, `passage${version}`].map((name) =>
    JSON.stringify({
      mail: [`${name}@hopital.mssante.fr`],
      sn: [`MOBILE ${version}`],
      title: [`Version ${version}`],
    }),
  );
  assert.equal(entries.map(textOf).sort().join('\n'), wanted.sort().join('\n'));
  return version;
}

const textOf = (entry: AnsweredEntry): string =>
  JSON.stringify(
    Object.fromEntries(
      decodeAttributes(entry).map(({ name, values }) => [name, values.map(String)]),
    ),
  );
