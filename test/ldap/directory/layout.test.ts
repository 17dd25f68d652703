// Settings of the tree: each fault is told in French, with its path.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import {
  defaultLayout,
  findLayoutFaults,
  type Layout,
} from '../../../src/ldap/directory/layout.js';

test('the default layout has no fault', () =>
  assert.deepEqual(findLayoutFaults(defaultLayout), []));

const attributs = defaultLayout.attributs;
const classes = defaultLayout.classes;
const many = Object.fromEntries(
  'initials,street,c,co,uid,roomNumber,carLicense,info,employeeType,departmentNumber,userClass,host,drink,pager,mobile'
    .split(',')
    .map((name) => [name, ['typeBal']]),
);

const cases: [what: string, layout: Partial<Layout>, fault: RegExp][] = [
  ['no DN', { baseDn: 'bal' }, /^baseDn : « bal » n'est pas un DN/],
  ['an empty DN', { baseDn: '' }, /^baseDn : /],
  ['an unknown type in the DN', { baseDn: 'ou=bal,x=y' }, /^baseDn : /],
  ['a base of a type that has no class', { baseDn: 'mail=a@x.fr' }, /^baseDn : doit commencer/],
  [
    'an unknown attribute',
    { attributs: { ...attributs, chaussures: ['typeBal'] } },
    /^attributs\.chaussures : attribut inconnu/,
  ],
  [
    'an operational attribute',
    { attributs: { ...attributs, entryDN: ['typeBal'] } },
    /^attributs\.entryDN : .* rempli par le serveur/,
  ],
  [
    'objectClass',
    { attributs: { ...attributs, objectclass: ['typeBal'] } },
    /^attributs\.objectclass : /,
  ],
  [
    'a picture',
    { attributs: { ...attributs, jpegPhoto: ['typeBal'] } },
    /^attributs\.jpegPhoto : la syntaxe/,
  ],
  ['no field', { attributs: { ...attributs, cn: [] } }, /^attributs\.cn : de 1 à 8 champs/],
  [
    'an unknown field',
    { attributs: { ...attributs, cn: ['nomComplet|pointure'] } },
    /^attributs\.cn : champ inconnu « pointure »/,
  ],
  [
    'an attribute twice',
    { attributs: { ...attributs, surname: ['nomExercice'] } },
    /^attributs\.surname : .*déjà donné/,
  ],
  [
    'an attribute of no class',
    { attributs: { ...attributs, member: ['typeBal'] } },
    /^attributs\.member : aucune des classes/,
  ],
  [
    'too many attributes',
    { attributs: { ...attributs, ...many } },
    /^attributs : 38 attributs, 28 au plus/,
  ],
  [
    'an unknown class',
    { classes: { ...classes, ORG: ['service'] } },
    /^classes\.ORG : classe inconnue « service »/,
  ],
  [
    'no structural class',
    { classes: { ...classes, ORG: ['boiteLettreMss'] } },
    /^classes\.ORG : il faut une classe structurelle/,
  ],
  [
    'two structural classes',
    { classes: { ...classes, ORG: ['inetOrgPerson', 'organization'] } },
    /^classes\.ORG : il faut une classe/,
  ],
  [
    'a required attribute that nothing fills',
    { attributs: { mail: ['adresse'], cn: ['nomComplet'] } },
    /^classes\.PER : la classe exige « sn »/,
  ],
  [
    'a required attribute that could be empty',
    {
      classes: { ...classes, ORG: ['country', 'boiteLettreMss'] },
      attributs: { ...attributs, c: ['pays'] },
    },
    /^classes\.ORG : la classe exige « c », qui ne pourrait/,
  ],
  [
    'an RDN that is not the address',
    { rdn: 'cn' },
    /^rdn : « cn » doit être un attribut rempli par le seul champ adresse/,
  ],
  ['an RDN that is not filled', { rdn: 'uid' }, /^rdn : « uid »/],
  [
    'an RDN that a class refuses',
    { classes: { ...classes, ORG: ['organizationalRole'] } },
    /^rdn : « mail » n'est pas permis par les classes de ORG/,
  ],
];
for (const [what, layout, fault] of cases) {
  test(`refused: ${what}`, () => {
    const faults = findLayoutFaults({ ...defaultLayout, ...layout });
    assert.ok(
      faults.some((text) => fault.test(text)),
      faults.join('\n'),
    );
  });
}

const bases: [baseDn: string, attributes: Record<string, readonly string[]>][] = [
  ['ou=bal,o=mssante,c=fr', { objectClass: ['top', 'organizationalUnit'], ou: ['bal'] }],
  ['O=MSSanté', { objectClass: ['top', 'organization'], o: ['MSSanté'] }],
  [
    'dc=exemple,dc=fr',
    { objectClass: ['top', 'organization', 'dcObject'], dc: ['exemple'], o: ['exemple'] },
  ],
  ['c=fr', { objectClass: ['top', 'country'], c: ['fr'] }],
  ['cn=a\\,b', { objectClass: ['top', 'organizationalRole'], cn: ['a,b'] }],
];
for (const [baseDn, attributes] of bases) {
  test(`the base ${baseDn} is an entry of its own`, () => {
    const layout = { ...defaultLayout, baseDn };
    assert.deepEqual(findLayoutFaults(layout), []);
    const { baseEntry } = createDirectory(layout);
    assert.equal(baseEntry.dn, baseDn);
    const user = baseEntry.attributes.filter(({ isOperational }) => !isOperational);
    assert.deepEqual(
      Object.fromEntries(user.map(({ name, values }) => [name, values])),
      attributes,
    );
  });
}
