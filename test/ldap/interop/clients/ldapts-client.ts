// ldapts, the maintained client of Node programs: prints what it was answered, as JSON.
import { readFileSync } from 'node:fs';
import {
  Client,
  InvalidCredentialsError,
  NoSuchObjectError,
  ServerSideSortingRequestControl,
  type Entry,
  type ResultCodeError,
} from 'ldapts';
import { readAsk } from './ask.js';

const ask = readAsk();
const tls = { ca: readFileSync(ask.caFile, 'utf8') };

const connect = (url: string): Client =>
  new Client({ url, timeout: 10_000, connectTimeout: 10_000 });

const mails = (entries: readonly Entry[]): string[] => entries.map(({ mail }) => String(mail));

async function search(client: Client): Promise<string[]> {
  const { searchEntries } = await client.search(ask.base, {
    filter: ask.accentFilter,
    attributes: ['mail'],
  });
  await client.unbind();
  return mails(searchEntries).sort();
}

async function walk(client: Client): Promise<[number, number]> {
  const pages = client.searchPaginated(ask.base, {
    filter: '(objectClass=*)',
    attributes: ['1.1'],
    paged: { pageSize: ask.pageSize },
  });
  const counts: number[] = [];
  for await (const { searchEntries } of pages) counts.push(searchEntries.length);
  return [counts.reduce((sum, count) => sum + count, 0), counts.length];
}

async function codeOf(work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (isResultCodeError(error)) return error.code;
    throw error;
  }
}

const isResultCodeError = (error: unknown): error is ResultCodeError =>
  error instanceof InvalidCredentialsError || error instanceof NoSuchObjectError;

const client = connect(`ldap://localhost:${ask.port}`);
const root = await client.search('', { scope: 'base', attributes: ['*', '+'] });
const subschema = await client.search(String(root.searchEntries[0]?.['subschemaSubentry']), {
  scope: 'base',
  filter: '(objectClass=subschema)',
  attributes: ['objectClasses'],
});
const sorted = await client.search(
  ask.base,
  { filter: ask.sortFilter, attributes: ['mail'] },
  new ServerSideSortingRequestControl({ value: { attributeType: ask.sortKey } }),
);
const secured = connect(`ldap://localhost:${ask.port}`);
// The library keeps the socket of a StartTLS in the options that it was given: each use has its own.
await secured.startTLS({ ...tls });
const ldaps = new Client({ url: `ldaps://localhost:${ask.tlsPort}`, tlsOptions: { ...tls } });
const other = connect(`ldap://localhost:${ask.port}`);
const report = {
  namingContexts: [root.searchEntries[0]?.['namingContexts']].flat(),
  hasInetOrgPerson: [subschema.searchEntries[0]?.['objectClasses']]
    .flat()
    .some((definition) => String(definition).includes(`NAME 'inetOrgPerson'`)),
  accents: await search(connect(`ldap://localhost:${ask.port}`)),
  paged: await walk(client),
  sorted: mails(sorted.searchEntries),
  startTls: await search(secured),
  ldaps: await search(ldaps),
  badPassword: await codeOf(() => other.bind(ask.account, 'faux')),
  unknownBase: await codeOf(() => client.search('ou=absent,c=fr')),
  // The library takes the code 4 for a success, and does not tell it.
  sizeLimit: [null, (await client.search(ask.base, { sizeLimit: 5 })).searchEntries.length],
  whoAmI: (await client.exop('1.3.6.1.4.1.4203.1.11.3')).value ?? '',
  compare: [
    await client.compare(ask.entry, 'mail', ask.mail.toUpperCase()),
    await client.compare(ask.entry, 'mail', 'autre@hopital.mssante.fr'),
  ],
};
await Promise.all([client.unbind(), other.unbind()]);
process.stdout.write(JSON.stringify(report));
