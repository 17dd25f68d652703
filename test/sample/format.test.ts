// The sample against the published formats: headers, cells, encodings, packaging, identifiers.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { parse as parseYaml } from 'yaml';
import {
  fileOf,
  linesOf,
  makeSample,
  removeSample,
  rowsOf,
  truthOf,
  type SampleFiles,
} from './read-sample.js';

let sample: SampleFiles;
before(async () => {
  sample = await makeSample({ scale: 'demo', day: 1 });
});
after(() => removeSample(sample));

const pscHeader =
  'test/fixtures/extraction-pro-sante-connect/Extraction_Pro_sante_connect_202403221829.txt';

const nationalTexts: [file: string, header: string, cells: number][] = [
  [
    'Extraction_Correspondance_MSSante_',
    'test/fixtures/headers/Extraction_Correspondance_MSSante.header.txt',
    31,
  ],
  [
    'PS_LibreAcces_Personne_activite_',
    'test/fixtures/headers/PS_LibreAcces_Personne_activite.header.txt',
    56,
  ],
  ['PS_LibreAcces_SavoirFaire_', 'test/fixtures/headers/PS_LibreAcces_SavoirFaire.header.txt', 13],
  [
    'PS_LibreAcces_Dipl_AutExerc_',
    'test/fixtures/headers/PS_LibreAcces_Dipl_AutExerc.header.txt',
    13,
  ],
  ['Extraction_Pro_sante_connect_', pscHeader, 52],
];

for (const [file, fixture, cells] of nationalTexts) {
  test(`${file}* has the true header and ${cells} cells on every line`, () => {
    const [header = '', ...lines] = linesOf(sample, file);
    assert.equal(header, readFileSync(fixture, 'utf8').split('\n')[0]?.trimEnd());
    assert.ok(lines.length > 1_000, `only ${lines.length} lines`);
    for (const line of [header, ...lines]) assert.equal(line.split('|').length, cells, line);
  });
}

test('the truth file counts the lines that are there', () => {
  const { sources } = truthOf(sample);
  const count = (file: string) => linesOf(sample, file).length - 1;
  assert.equal(sources['bals']?.['lignes'], count('Extraction_Correspondance_MSSante_'));
  assert.equal(sources['professionnels']?.['lignes'], count('Personne_activite'));
  assert.equal(sources['professionnels']['lignesSavoirFaire'], count('SavoirFaire'));
  assert.equal(sources['professionnels']['lignesDiplAutExerc'], count('Dipl_AutExerc'));
  assert.equal(sources['identites']?.['lignes'], count('Extraction_Pro_sante_connect_'));
  assert.equal(sources['inventaire']?.['lignes'], count('inventaire.csv'));
  const adresses = rowsOf(sample, 'Correspondance_MSSante', '|').map((row) =>
    (row['Adresse BAL'] ?? '').toLowerCase(),
  );
  assert.equal(sources['bals']['adressesDistinctes'], new Set(adresses).size);
});

test('RPPS, FINESS, SIRET and SIREN pass Luhn and are in ranges given to nobody', () => {
  const rows = rowsOf(sample, 'Personne_activite', '|');
  for (const row of rows) {
    const pp = row['Identifiant PP'] ?? '';
    if (row["Type d'identifiant PP"] === '8') assert.match(pp, /^90\d{9}$/);
    if (pp.length === 11) assert.ok(hasLuhn(pp), pp);
    for (const column of ['Numéro FINESS site', 'Numéro FINESS établissement juridique']) {
      const finess = row[column] ?? '';
      if (finess !== '') assert.match(finess, /^\d[0-9AB]9\d{6}$/);
      if (finess !== '') assert.ok(hasLuhn(finess), finess);
    }
    const siret = row['Numéro SIRET site'] ?? '';
    if (siret === '') continue;
    assert.match(siret, /^2[89]\d{12}$/);
    assert.ok(hasLuhn(siret), siret);
    assert.ok(hasLuhn(siret.slice(0, 9)), siret);
    assert.equal(row['Numéro SIREN site'], siret.slice(0, 9));
  }
});

test('Luhn refuses a changed digit', () => {
  assert.ok(hasLuhn('90271828189'));
  assert.ok(!hasLuhn('90271828188'));
  assert.ok(!hasLuhn('90271828289'));
});

test('every domain is visibly invented', () => {
  for (const row of rowsOf(sample, 'Correspondance_MSSante', '|')) {
    assert.match((row['Adresse BAL'] ?? '').toLowerCase(), /-exemple\.(mssante\.fr|org|fr)$/);
  }
});

test('the members of PS_LibreAcces carry other times than their archive', () => {
  const archive = truthOf(sample).fichiers.find((name) => name.startsWith('PS_LibreAcces_'));
  const time = archive?.match(/\d{12}/)?.[0];
  assert.ok(time);
  assert.ok(![...sample.texts.keys()].some((name) => name.includes(time)));
});

test('the ADELI file is ISO-8859-1 with CRLF and an empty line at the end', () => {
  const bytes = fileOf(sample, 'Correspondance_ADELI_RPPS.csv');
  const text = bytes.toString('latin1');
  assert.ok(text.startsWith('N° ADELI;N° RPPS\r\n'));
  assert.equal(bytes[1], 0xb0);
  assert.ok(text.endsWith('\r\n\r\n'));
  const pairs = text.slice(0, -4).split('\r\n').slice(1);
  assert.ok(pairs.length > 10);
  for (const pair of pairs) assert.match(pair, /^\d{9};\d{11}$/);
});

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly const?: string;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
};

/** Faults of `value` by the parts of JSON Schema that the published one uses. */
function schemaFaults(value: unknown, schema: Schema, root: Schema, path: string): string[] {
  if (schema.$ref) {
    // The published schema refers to definitions that it does not hold.
    const target = root.definitions?.[schema.$ref.split('/').at(-1) ?? ''];
    return target ? schemaFaults(value, target, root, path) : [];
  }
  if (schema.type === 'string') {
    if (typeof value !== 'string') return [`${path}: not a string`];
    if (schema.const !== undefined && value !== schema.const)
      return [`${path}: not ${schema.const}`];
    return schema.pattern && !new RegExp(schema.pattern).test(value) ? [`${path}: ${value}`] : [];
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${path}: not an array`];
    if (value.length < (schema.minItems ?? 0)) return [`${path}: too short`];
    const { items } = schema;
    return items ? value.flatMap((one, i) => schemaFaults(one, items, root, `${path}[${i}]`)) : [];
  }
  if (typeof value !== 'object' || value === null) return [`${path}: not an object`];
  const object = value as Readonly<Record<string, unknown>>;
  const missing = (schema.required ?? []).filter((name) => !(name in object));
  return [
    ...missing.map((name) => `${path}: no ${name}`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      name in object ? schemaFaults(object[name], property, root, `${path}.${name}`) : [],
    ),
  ];
}

test('the FINESS file has what its published schema requires, with closed structures dated', () => {
  const schema = JSON.parse(
    readFileSync('test/fixtures/finess/schema-structures-v1.json', 'utf8'),
  ) as Schema;
  const text = fileOf(sample, 'finess-structures').toString('utf8');
  const finess = JSON.parse(text) as {
    pmej: { informationsGeneralesPmej: { dateFermeture: string }; ege: unknown[] }[];
  };
  assert.deepEqual(schemaFaults(finess, schema, schema, '$').slice(0, 5), []);
  assert.ok(schemaFaults({ pmej: [{ ege: [] }] }, schema, schema, '$').length > 3);
  assert.ok(finess.pmej.some((one) => one.ege.length > 2));
  assert.ok(finess.pmej.some((one) => one.informationsGeneralesPmej.dateFermeture !== ''));
  assert.match(text, /"dateFermeture":"2023-06-30"\},"etatObjet":\{"code":"FERME"/);
});

/** Verified by xml-crypto, which had no part in signing. */
function isSignedBy(xml: string, pem: string): boolean {
  const signature = new DOMParser()
    .parseFromString(xml, 'text/xml')
    .getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0];
  assert.ok(signature);
  const verifier = new SignedXml({ publicCert: pem, getCertFromKeyInfo: () => null });
  verifier.loadSignature(signature);
  return verifier.checkSignature(xml);
}

test('the white list is signed by the signer of its own file, and a changed one is not', () => {
  const xml = fileOf(sample, 'listeblanchemssante.xml').toString('utf8');
  const pem = fileOf(sample, 'listeblanche-signataire.pem').toString('utf8');
  assert.ok(isSignedBy(xml, pem));
  assert.ok(!isSignedBy(xml.replace('mssante.fr</Nom>', 'mssante.fr.fr</Nom>'), pem));

  const certificate = new X509Certificate(pem);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.ca, false);
  assert.equal(certificate.issuer, certificate.subject);
  assert.match(certificate.subject, /CN=alb\.mssante-exemple\.fr/);
  assert.ok(xml.includes(certificate.raw.toString('base64')));
});

test('some domains of the white list have several certificates', () => {
  const xml = fileOf(sample, 'listeblanchemssante.xml').toString('utf8');
  const names = [...xml.matchAll(/<Nom>([^<]+)<\/Nom>/g)].map((match) => match[1]);
  assert.ok(names.length > new Set(names).size);
  const dns = [...xml.matchAll(/<DNCertificatOperateur>([^<]+)</g)].map((match) => match[1] ?? '');
  assert.equal(dns.length, names.length);
  for (const dn of dns) {
    assert.match(dn, /^CN=[^,]+,OU=(3\d{14}|1[0-9AB]{9}),O=[^,]+,ST=[^,]+ \(..\),C=FR$/);
  }
});

test('the inventory has the documented columns and the same cells on every line', () => {
  const [header = '', ...lines] = linesOf(sample, 'inventaire.csv');
  assert.equal(
    header,
    'adresse;typeBal;typeIdentifiantPp;identifiantPp;typeIdentifiantStructure;identifiantStructure;' +
      'service;responsable;description;listeRouge;preferee;etat;dateCreation;' +
      'derniereAuthentification;tailleOctets;quotaOctets;transfertVers',
  );
  assert.ok(lines.length > 1_000);
  for (const line of lines) assert.equal(line.split(';').length, 17, line);
});

test('the settings name files that are there', () => {
  const settings = parseYaml(fileOf(sample, 'annuaire-sync.yaml').toString('utf8')) as {
    operateur: { domaines: unknown[] };
    sources: Record<string, { from: string; signataires?: string[] }>;
    inventaire: { fichier: string };
  };
  const { fichiers } = truthOf(sample);
  const named = Object.values(settings.sources).flatMap((source) => [
    source.from,
    ...(source.signataires ?? []),
  ]);
  assert.equal(named.length, 7);
  for (const path of [...named, settings.inventaire.fichier]) {
    assert.ok(fichiers.includes(path.replace('./', '')), path);
  }
  assert.ok(settings.operateur.domaines.length >= 8);
});

/** Each second digit from the right counts twice; a letter (Corsica) counts for nothing. */
function hasLuhn(text: string): boolean {
  const digits = Array.from(text.replace(/[AB]/g, '0'), Number).reverse();
  const sum = digits.reduce((total, digit, rank) => {
    const value = digit * (rank % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
