// ldapjs 3.0.7, no longer kept but everywhere: prints what it was answered, as JSON.
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import ldapjs from 'ldapjs';

const ask = JSON.parse(process.argv[2]);
const ca = readFileSync(ask.caFile, 'utf8');
const plain = `ldap://localhost:${ask.port}`;

function connect(url = plain, tlsOptions = undefined) {
  return ldapjs.createClient({ url, timeout: 10_000, connectTimeout: 10_000, tlsOptions });
}

/** Entries, the pages they came in, and the result code. */
function search(client, base, options, controls = []) {
  return new Promise((resolve, reject) => {
    client.search(base, options, controls, (error, answer) => {
      if (error) return reject(error);
      const found = { entries: [], pages: 0, code: 0 };
      answer.on('searchEntry', (entry) => found.entries.push(entry.pojo));
      answer.on('page', () => found.pages++);
      answer.on('error', ({ code }) => resolve({ ...found, code }));
      answer.on('end', () => resolve(found));
    });
  });
}

const valuesOf = ({ attributes }, name) =>
  attributes.find(({ type }) => type.toLowerCase() === name.toLowerCase())?.values ?? [];

const mails = ({ entries }) => entries.map((entry) => valuesOf(entry, 'mail')[0]);

const byAccent = async (client) => {
  const found = await search(client, ask.base, {
    scope: 'sub',
    filter: ask.accentFilter,
    attributes: ['mail'],
  });
  client.unbind();
  return mails(found).sort();
};

const codeOf = (work) => new Promise((resolve) => work((error) => resolve(error?.code ?? 0)));

const client = connect();
const everything = { scope: 'sub', filter: '(objectClass=*)', attributes: ['1.1'] };
const root = (await search(client, '', { scope: 'base', attributes: ['*', '+'] })).entries[0];
const subschema = await search(client, valuesOf(root, 'subschemaSubentry')[0], {
  scope: 'base',
  filter: '(objectClass=subschema)',
  attributes: ['objectClasses'],
});
const paged = await search(client, ask.base, {
  ...everything,
  paged: { pageSize: ask.pageSize, pagePause: false },
});
const cut = await search(client, ask.base, { ...everything, sizeLimit: 5 });
const sort = new ldapjs.ServerSideSortingRequestControl({ value: { attributeType: ask.sortKey } });
const sorted = await search(
  client,
  ask.base,
  { scope: 'sub', filter: ask.sortFilter, attributes: ['mail'] },
  [sort],
);
const secured = connect();
await promisify(secured.starttls.bind(secured))({ ca }, []);
const other = connect();
const report = {
  namingContexts: valuesOf(root, 'namingContexts'),
  hasInetOrgPerson: valuesOf(subschema.entries[0], 'objectClasses').some((definition) =>
    definition.includes(`NAME 'inetOrgPerson'`),
  ),
  accents: await byAccent(connect()),
  paged: [paged.entries.length, paged.pages],
  sorted: mails(sorted),
  startTls: await byAccent(secured),
  ldaps: await byAccent(connect(`ldaps://localhost:${ask.tlsPort}`, { ca })),
  badPassword: await codeOf((done) => other.bind(ask.account, 'faux', done)),
  unknownBase: (await search(client, 'ou=absent,c=fr', everything)).code,
  sizeLimit: [cut.code, cut.entries.length],
  whoAmI: await promisify(client.exop.bind(client))('1.3.6.1.4.1.4203.1.11.3').then(
    (value) => value ?? '',
  ),
  compare: [
    await promisify(client.compare.bind(client))(ask.entry, 'mail', ask.mail.toUpperCase()),
    await promisify(client.compare.bind(client))(ask.entry, 'mail', 'autre@hopital.mssante.fr'),
  ],
};
client.unbind();
other.unbind();
process.stdout.write(JSON.stringify(report));
