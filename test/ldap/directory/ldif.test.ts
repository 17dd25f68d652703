// LDIF as RFC 2849 has it; slapadd is the judge.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import { compileEntryOfBal } from '../../../src/ldap/directory/entry-of-bal.js';
import { defaultLayout } from '../../../src/ldap/directory/layout.js';
import { writeLdifEntry, writeLdifStatic } from '../../../src/ldap/directory/ldif.js';
import { prepareValue } from '../../../src/ldap/schema/prepare.js';
import {
  writeOpenLdapConfig,
  writeOpenLdapSchema,
} from '../../../src/ldap/schema/openldap-schema.js';
import { tempFolder } from '../../support/extraction-files.js';
import { slapdSkip } from '../../support/slapd.js';
import { balOf, jeanne } from './bal.js';

const directory = createDirectory(defaultLayout);
const { schema } = directory;

function ldifOf(name: string, value: string): string {
  const values = schema.attributes.map((attribute) => (attribute.name === name ? [value] : []));
  return writeLdifEntry(schema, { dn: 'mail=a', values });
}

const lines: [what: string, value: string, text: string][] = [
  ['plain text', 'Jeanne', 'cn: Jeanne'],
  ['an accent', 'é', 'cn:: w6k='],
  ['a space first', ' a', 'cn:: IGE='],
  ['a space last', 'a ', 'cn:: YSA='],
  ['a colon first', ':a', 'cn:: OmE='],
  ['a less-than first', '<a', 'cn:: PGE='],
  ['a colon and a less-than inside', 'a:<b', 'cn: a:<b'],
  ['a line feed', 'a\nb', 'cn:: YQpi'],
  ['a control character', 'a\u0001', 'cn:: YQE='],
  ['76 columns', 'x'.repeat(72), `cn: ${'x'.repeat(72)}`],
  ['77 columns', 'x'.repeat(73), `cn: ${'x'.repeat(72)}\n x`],
  ['three lines', 'x'.repeat(148), `cn: ${'x'.repeat(72)}\n ${'x'.repeat(75)}\n x`],
];
for (const [what, value, text] of lines) {
  test(`a line of LDIF holds ${what}`, () => {
    assert.equal(ldifOf('cn', value), `dn: mail=a\n${text}\n\n`);
  });
}

test('operational attributes are not written', () => {
  assert.equal(ldifOf('modifyTimestamp', '20261009041300Z'), 'dn: mail=a\n\n');
  assert.equal(
    writeLdifStatic(directory.baseEntry),
    'dn: ou=bal,o=mssante,c=fr\nobjectClass: top\nobjectClass: organizationalUnit\nou: bal\n\n',
  );
});

const bals = [
  balOf('Jeanne.Exemple@chu-exemple.mssante.fr', jeanne, {
    ...jeanne,
    structureId: '332345678900011',
    raisonSociale: 'É'.repeat(60),
  }),
  balOf('accueil+urgences,nuit@chu-exemple.mssante.fr', { typeBal: 'ORG' }),
  balOf('#<service>;"x"@chu-exemple.mssante.fr', {
    typeBal: 'APP',
    serviceRattachement: ': é <',
    raisonSociale: ' $ \\ ',
  }),
  balOf('2a@chu-exemple.mssante.fr', {
    typeIdentifiantPp: '0',
    identifiantPp: '2A9300001',
    ligneAcheminement: '20000 AJACCIO',
    pays: 'France',
  }),
];

/** Blocks of unfolded, sorted lines by DN, without what the server added. */
function parseLdif(text: string): Map<string, string[]> {
  const blocks = text
    .replace(/\n /g, '')
    .split('\n\n')
    .filter((block) => block.trim() !== '');
  const added =
    /^(?:structuralObjectClass|entryUUID|creatorsName|createTimestamp|entryCSN|modifiersName|modifyTimestamp):/;
  return new Map(
    blocks.map((block) => {
      const [dn = '', ...rest] = block
        .trim()
        .split('\n')
        .filter((line) => !added.test(line))
        .map(decode);
      // slapd spells the escapes of a DN its own way.
      return [prepareValue('distinguishedName', dn.slice('dn: '.length)) ?? dn, rest.sort()];
    }),
  );
}

function decode(line: string): string {
  const [, name, value] = /^([^:]+):: (.*)$/.exec(line) ?? [];
  return name === undefined ? line : `${name}: ${Buffer.from(value ?? '', 'base64').toString()}`;
}

const forms: [name: string, write: (folder: string) => readonly string[]][] = [
  [
    'slapd.conf',
    (folder) => {
      writeFileSync(join(folder, 'mss.schema'), writeOpenLdapSchema());
      writeFileSync(join(folder, 'slapd.conf'), slapdConf(folder));
      return ['-f', join(folder, 'slapd.conf')];
    },
  ],
  [
    'cn=config',
    (folder) => {
      const configFolder = join(folder, 'slapd.d');
      mkdirSync(configFolder);
      writeFileSync(join(folder, 'config.ldif'), slapdConfig(folder));
      execFileSync(
        '/usr/sbin/slapadd',
        ['-n', '0', '-F', configFolder, '-l', join(folder, 'config.ldif')],
        { stdio: 'pipe' },
      );
      return ['-F', configFolder];
    },
  ],
];
for (const [name, configure] of forms) {
  test(
    `slapadd takes the schema (${name}) and the entries, and slapcat gives them back`,
    { skip: slapdSkip },
    () => {
      const folder = tempFolder();
      mkdirSync(join(folder, 'data'));
      const entryOf = compileEntryOfBal(defaultLayout, schema);
      const entries = bals.map(entryOf).filter((entry) => entry !== undefined);
      assert.equal(entries.length, bals.length);
      const ldif = [
        writeLdifStatic(directory.baseEntry),
        ...entries.map((entry) => writeLdifEntry(schema, entry)),
      ].join('');
      writeFileSync(join(folder, 'bal.ldif'), ldif);
      const options = configure(folder);
      const added = spawnSync(
        '/usr/sbin/slapadd',
        [...options, '-b', directory.baseDn, '-l', join(folder, 'bal.ldif')],
        { encoding: 'utf8' },
      );
      assert.equal(added.status, 0, added.stderr);
      const out = execFileSync(
        '/usr/sbin/slapcat',
        [...options, '-b', directory.baseDn, '-o', 'ldif-wrap=no'],
        { encoding: 'utf8' },
      );
      const kept = parseLdif(out);
      assert.equal(kept.size, bals.length + 1);
      assert.deepEqual(kept, parseLdif(ldif));
    },
  );
}

function slapdConf(folder: string): string {
  return [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    `include ${folder}/mss.schema`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    'database mdb',
    `suffix "${directory.baseDn}"`,
    `directory ${folder}/data`,
    '',
  ].join('\n');
}

function slapdConfig(folder: string): string {
  return [
    'dn: cn=config\nobjectClass: olcGlobal\ncn: config\n',
    'dn: cn=module,cn=config\nobjectClass: olcModuleList\ncn: module\nolcModulePath: /usr/lib/ldap\nolcModuleLoad: back_mdb\n',
    'dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n',
    ...['core', 'cosine', 'inetorgperson'].map(
      (name) => `include: file:///etc/ldap/schema/${name}.ldif\n`,
    ),
    writeOpenLdapConfig(),
    `dn: olcDatabase=mdb,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olcMdbConfig\nolcDatabase: mdb\nolcSuffix: ${directory.baseDn}\nolcDbDirectory: ${folder}/data\n`,
  ].join('\n');
}
