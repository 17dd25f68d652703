// Our server against OpenLDAP on the same tree: the same searches, thousands of them, must be answered the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeAttributes } from '../../support/ldap-answer.js';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import { connectRaw, type RawClient } from '../../support/ldap-raw-client.js';
import { slapdSkip, type Slapd } from '../../support/slapd.js';
import { findDifference, putSearch } from './compare-answers.js';
import { Draw } from './draw.js';
import type { Corpus } from './generated-filter.js';
import { describeSearch, generateSearch, type GeneratedSearch } from './generated-search.js';
import { simplerSearches } from './simpler-search.js';
import { inventedBals } from './invented-directory.js';
import { findException, knownDifferences, type KnownDifference } from './known-differences.js';
import { startSlapdLike } from './mirror-in-slapd.js';

const entryCount = 300;
/** More with LDAP_SEARCHES=…, from another seed with LDAP_SEED=…, when looking for what these do not show. */
const searchCount = Number(process.env['LDAP_SEARCHES'] ?? 3_000);
const seed = Number(process.env['LDAP_SEED'] ?? 20_261_123);
const differencesShownMax = 40;

let pair: Pair;
let corpus: Corpus;
let slapd: Slapd;
before(async () => {
  if (slapdSkip !== false) return;
  const mirror = await startMirror(inventedBals(entryCount), { isAccentInsensitive: false });
  slapd = await startSlapdLike(mirror);
  pair = { slapd: await connectRaw(slapd.port), ours: await connectRaw(mirror.port) };
  corpus = await readCorpus(pair.slapd, mirror);
});
after(() => slapdSkip === false && Promise.all([pair.slapd.drop(), pair.ours.drop()]));

for (const { reason, example, applies } of knownDifferences) {
  test(`still different: ${reason}`, { skip: slapdSkip }, async () => {
    const search = { ...everything(corpus), ...example };
    assert.ok(applies(search));
    assert.notEqual((await compare(pair, search)).difference, undefined);
  });
}

const everything = ({ baseDn }: Corpus): GeneratedSearch => ({
  base: baseDn,
  scope: 2,
  filter: { kind: 'present', attribute: 'objectClass' },
  attributes: ['mail'],
  typesOnly: false,
  sizeLimit: 0,
  sort: undefined,
  pageSize: 0,
});

test(
  `${searchCount} generated searches are answered as OpenLDAP answers them`,
  { skip: slapdSkip },
  async () => {
    const draw = new Draw(seed);
    const found = new Map<string, string>();
    const tally = { compared: 0, withEntries: 0, excepted: new Map<KnownDifference, number>() };
    for (let rank = 0; rank < searchCount; rank++) {
      const search = generateSearch(draw, corpus);
      const exception = findException(search);
      if (exception) {
        tally.excepted.set(exception, (tally.excepted.get(exception) ?? 0) + 1);
        continue;
      }
      const { difference, hits } = await compare(pair, search);
      tally.compared++;
      if (hits > 0) tally.withEntries++;
      if (difference === undefined) continue;
      const { shape, text } = await explain(pair, search, difference);
      found.set(shape, text);
      if (found.size >= differencesShownMax) break;
    }
    if (found.size > 0) keepForReaders(slapd);
    assert.ok(found.size === 0, `differences with OpenLDAP:\n${[...found.values()].join('\n\n')}`);
    assert.ok(tally.compared > searchCount * 0.8, `only ${tally.compared} were compared`);
    assert.ok(tally.withEntries > searchCount * 0.3, `only ${tally.withEntries} found anything`);
  },
);

type Pair = { readonly slapd: RawClient; readonly ours: RawClient };

async function compare(
  pair: Pair,
  search: GeneratedSearch,
): Promise<{ difference: string | undefined; hits: number }> {
  const [reference, ours] = await Promise.all([
    putSearch(pair.slapd, search),
    putSearch(pair.ours, search),
  ]);
  const isCut = reference.code === 4 || ours.code === 4;
  const whole = isCut ? await putSearch(pair.slapd, { ...search, sizeLimit: 0 }) : undefined;
  return {
    difference: findDifference(reference, ours, search, whole),
    hits: reference.entries.length,
  };
}

/** The smallest search found that still shows a difference, and the difference. */
async function explain(
  pair: Pair,
  first: GeneratedSearch,
  difference: string,
): Promise<{ shape: string; text: string }> {
  let search = first;
  let shown = difference;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const simpler of simplerSearches(search)) {
      if (findException(simpler)) continue;
      const { difference: smaller } = await compare(pair, simpler);
      if (smaller === undefined || describeSearch(simpler).length >= describeSearch(search).length)
        continue;
      [search, shown, isSmaller] = [simpler, smaller, true];
      break;
    }
  }
  const text = `${shown}\n  ${describeSearch(search)}`;
  // The same fault met with other values is shown once.
  const shape = text.replace(/"value":"[^"]*"|\d+ entries.*|of mail=.*|[a-zA-Z0-9.]+=/g, '');
  return { shape, text };
}

async function readCorpus(client: RawClient, { baseDn }: Mirror): Promise<Corpus> {
  const { entries } = await client.search({ base: baseDn });
  const values = new Map<string, Set<string>>();
  for (const entry of entries) {
    for (const attribute of decodeAttributes(entry)) {
      const known = values.get(attribute.name) ?? new Set<string>();
      for (const value of attribute.values) known.add(value.toString('utf8'));
      values.set(attribute.name, known);
    }
  }
  assert.ok(entries.length > entryCount / 2);
  return {
    baseDn,
    dns: entries.map(({ dn }) => dn),
    values: new Map([...values].map(([name, set]) => [name, [...set]])),
  };
}

function keepForReaders(slapd: Slapd): void {
  console.log(`slapd's folder, kept: ${slapd.keepLogs()}`);
}
