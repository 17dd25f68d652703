// What address books are shown of a BAL, whatever the national file said of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BalPubliee } from '../../../src/domain/bal-publiee.js';
import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import { compileEntryOfBal } from '../../../src/ldap/directory/entry-of-bal.js';
import { defaultLayout, listRequired, type Layout } from '../../../src/ldap/directory/layout.js';
import { prepareValue } from '../../../src/ldap/schema/prepare.js';
import { balOf, jeanne, vide, type Colonnes } from './bal.js';

function show(bal: BalPubliee, layout: Layout = defaultLayout): Record<string, readonly string[]> {
  const { schema } = createDirectory(layout);
  const entry = compileEntryOfBal(layout, schema)(bal);
  if (!entry) return {};
  const shown = schema.attributes.flatMap(({ name }, index) => {
    const values = entry.values[index] ?? [];
    return values.length > 0 ? [[name, values] as const] : [];
  });
  return { dn: [entry.dn], ...Object.fromEntries(shown) };
}

test('a person is shown under both orders of his name, with all that is known of him', () => {
  assert.deepEqual(show(balOf('Jeanne.Exemple@chu-exemple.mssante.fr', jeanne)), {
    dn: ['mail=Jeanne.Exemple@chu-exemple.mssante.fr,ou=bal,o=mssante,c=fr'],
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'boiteLettreMss'],
    mail: ['Jeanne.Exemple@chu-exemple.mssante.fr'],
    cn: ['Jeanne EXEMPLE', 'EXEMPLE Jeanne'],
    sn: ['EXEMPLE'],
    givenName: ['Jeanne'],
    displayName: ['Jeanne EXEMPLE'],
    title: ['Médecin'],
    description: ['Cardiologie et maladies vasculaires'],
    o: ['CENTRE HOSPITALIER EXEMPLE', 'HOPITAL NORD'],
    ou: ['Cardiologie'],
    street: ["12 BIS Rue DE L'EXEMPLE"],
    postalCode: ['75014'],
    l: ['PARIS'],
    st: ['Paris'],
    postalAddress: ["HOPITAL NORD$BATIMENT B$12 BIS Rue DE L'EXEMPLE$75014 PARIS CEDEX 14"],
    typeBal: ['PER'],
    rpps: ['10000000001'],
    idNatPs: ['810000000001'],
    finess: ['750000001'],
    idNatStruct: ['1750000001'],
    codeProfession: ['10'],
    codeSavoirFaire: ['SM04'],
    dematerialisation: ['O'],
    structuralObjectClass: ['inetOrgPerson'],
    modifyTimestamp: ['20261009041300Z'],
  });
});

test('several attachments make several values, each once whatever its case', () => {
  const autre = {
    ...jeanne,
    structureId: '332345678900011',
    raisonSociale: 'Centre  hospitalier exemple',
    enseigneCommerciale: '',
    serviceRattachement: 'Urgences',
  };
  const shown = show(balOf('a@chu-exemple.mssante.fr', jeanne, autre));
  assert.deepEqual(shown['o'], ['CENTRE HOSPITALIER EXEMPLE', 'HOPITAL NORD']);
  assert.deepEqual(shown['ou'], ['Cardiologie', 'Urgences']);
  assert.deepEqual(shown['idNatStruct'], ['1750000001', '332345678900011']);
  assert.deepEqual(shown['siret'], ['32345678900011']);
  assert.deepEqual(shown['finess'], ['750000001']);
  assert.deepEqual(shown['cn'], ['Jeanne EXEMPLE', 'EXEMPLE Jeanne']);
  assert.deepEqual(shown['mail'], ['a@chu-exemple.mssante.fr']);
});

test('displayName has one value, even where two are known', () => {
  const shown = show(balOf('a@x.fr', jeanne, { ...jeanne, nomExercice: 'AUTRE' }));
  assert.deepEqual(shown['displayName'], ['Jeanne EXEMPLE']);
  assert.equal(shown['cn']?.length, 4);
});

const names: [what: string, ligne: Partial<Colonnes>, cn: readonly string[]][] = [
  [
    'a service of a structure',
    { serviceRattachement: 'Cardiologie', raisonSociale: 'CHU' },
    ['Cardiologie - CHU', 'CHU - Cardiologie'],
  ],
  [
    'by its enseigne rather than its raison sociale',
    { serviceRattachement: 'SSR', raisonSociale: 'SAS X', enseigneCommerciale: 'Clinique' },
    ['SSR - Clinique', 'Clinique - SSR'],
  ],
  [
    'whose service says the structure already',
    { serviceRattachement: 'Accueil CHU Nord', raisonSociale: 'CHU Nord' },
    ['Accueil CHU Nord'],
  ],
  ['a service alone', { serviceRattachement: 'Cardiologie' }, ['Cardiologie']],
  ['a structure alone', { raisonSociale: 'CHU' }, ['CHU']],
  ['nothing at all', {}, ['accueil']],
  [
    'nothing that can be shown',
    { raisonSociale: '\u200b\ufffd', serviceRattachement: ' ' },
    ['accueil'],
  ],
];
for (const [what, ligne, cn] of names) {
  test(`a BAL of an organisation has a name: ${what}`, () => {
    const shown = show(balOf('accueil@chu-exemple.mssante.fr', { typeBal: 'ORG', ...ligne }));
    assert.deepEqual(shown['cn'], cn);
    assert.deepEqual(shown['objectClass'], ['top', 'organizationalRole', 'boiteLettreMss']);
  });
}

test('a person without a name is shown by his address', () => {
  const shown = show(
    balOf('j.exemple@x.fr', { typeBal: 'PER', serviceRattachement: 'Cardiologie' }),
  );
  assert.deepEqual(
    [shown['cn'], shown['sn'], shown['displayName']],
    [['j.exemple'], ['j.exemple'], undefined],
  );
});

test('a person with half a name is shown by that half', () => {
  assert.deepEqual(show(balOf('a@x.fr', { nomExercice: 'EXEMPLE' }))['cn'], ['EXEMPLE']);
  const shown = show(balOf('a@x.fr', { prenomExercice: 'Jeanne' }));
  assert.deepEqual([shown['cn'], shown['sn']], [['Jeanne'], ['a']]);
});

test('a type that is not one is taken for what its columns look like', () => {
  const classOf = (ligne: Partial<Colonnes>): string | undefined =>
    show(balOf('a@x.fr', ligne))['structuralObjectClass']?.[0];
  assert.equal(classOf({ typeBal: 'XXX', nomExercice: 'EXEMPLE' }), 'inetOrgPerson');
  assert.equal(classOf({ typeBal: '' }), 'organizationalRole');
  assert.equal(classOf({ typeBal: 'CAB', nomExercice: 'EXEMPLE' }), 'inetOrgPerson');
  assert.equal(classOf({ typeBal: 'APP' }), 'organizationalRole');
});

test('identities that are not what they say are not shown as such', () => {
  const shown = show(
    balOf('a@x.fr', { typeIdentifiantPp: '8', identifiantPp: '12', structureId: '1x' }),
  );
  assert.deepEqual([shown['rpps'], shown['finess']], [undefined, undefined]);
  const type10 = show(
    balOf('a@x.fr', {
      typeIdentifiantPp: '10',
      identifiantPp: 'a@x.fr',
      identificationNationalePp: 'a@x.fr',
    }),
  );
  assert.deepEqual([type10['rpps'], type10['idNatPs']], [undefined, undefined]);
  const adeli = show(balOf('a@x.fr', { typeIdentifiantPp: '0', identifiantPp: '2A9300001' }));
  assert.deepEqual([adeli['adeli'], adeli['idNatPs']], [['2A9300001'], ['02A9300001']]);
});

test('the lines of a postal address keep what separates them', () => {
  const shown = show(
    balOf('a@x.fr', {
      libelleVoie: 'A\\B $ C',
      ligneAcheminement: 'B-1000 BRUXELLES',
      pays: 'Belgique',
    }),
  );
  assert.deepEqual(shown['postalAddress'], ['A\\5CB \\24 C$B-1000 BRUXELLES$Belgique']);
  assert.deepEqual(shown['l'], ['BRUXELLES']);
});

test('a hostile value is cleaned, or left out', () => {
  const shown = show(
    balOf('a@x.fr', {
      nomExercice: '\u202e EX\u0000EM\nPLE  ',
      prenomExercice: 'Jeanne\ufffd',
      libelleProfession: '\u200b',
      dematerialisation: 'Ô',
      codeProfession: '10\n',
    }),
  );
  assert.deepEqual(shown['sn'], ['EX EM PLE']);
  assert.deepEqual(shown['givenName'], ['Jeanne']);
  assert.deepEqual([shown['title'], shown['dematerialisation']], [undefined, undefined]);
  assert.deepEqual(shown['codeProfession'], ['10']);
});

const refused = ['é@x.fr', 'a b@x.fr', '@x.fr', 'a@', 'a', 'a@b@c', `${'a'.repeat(129)}@x.fr`, ''];
for (const adresse of refused) {
  test(`no entry for the address ${JSON.stringify(adresse.slice(0, 20))}`, () => {
    assert.deepEqual(show(balOf(adresse, jeanne)), {});
  });
}

test('special characters of an address are escaped in its DN', () => {
  assert.equal(
    show(balOf('#a+b,c"d@x.fr', jeanne))['dn']?.[0],
    'mail=\\#a\\+b\\,c\\"d@x.fr,ou=bal,o=mssante,c=fr',
  );
});

test('settings choose the RDN, the classes and the fields', () => {
  const layout: Layout = {
    ...defaultLayout,
    baseDn: 'o=annuaire',
    rdn: 'uid',
    classes: { ...defaultLayout.classes, PER: ['inetOrgPerson'] },
    attributs: {
      uid: ['adresse'],
      MAIL: ['adresse'],
      surname: ['nomExercice'],
      cn: ['nomInverse'],
      typeBal: ['typeBal'],
    },
  };
  assert.deepEqual(show(balOf('a@x.fr', jeanne), layout), {
    dn: ['uid=a@x.fr,o=annuaire'],
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
    uid: ['a@x.fr'],
    mail: ['a@x.fr'],
    sn: ['EXEMPLE'],
    cn: ['EXEMPLE Jeanne'],
    structuralObjectClass: ['inetOrgPerson'],
    modifyTimestamp: ['20261009041300Z'],
  });
});

test('whatever the file says, an entry is one that its schema accepts', () => {
  const { schema } = createDirectory(defaultLayout);
  const entryOf = compileEntryOfBal(defaultLayout, schema);
  const text = fc.oneof(
    fc.constantFrom('', 'EXEMPLE', 'é', ' ', '\u0301', '\ue000', '$', '\\', '\ud800'),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ maxLength: 6 }),
  );
  const columns = Object.keys(vide).filter((column) => column !== 'adressePubliee');
  const ligne = fc.record(Object.fromEntries(columns.map((column) => [column, text])));
  fc.assert(
    fc.property(fc.array(ligne, { minLength: 1, maxLength: 3 }), (lignes) => {
      const entry = entryOf(balOf('a@x.fr', ...lignes));
      assert.ok(entry);
      const isPerson = entry.values[schema.objectClassIndex]?.includes('person') ?? false;
      for (const name of listRequired(defaultLayout.classes[isPerson ? 'PER' : 'ORG'])) {
        const index = schema.attributes.findIndex((attribute) => attribute.name === name);
        assert.notEqual(entry.values[index]?.length ?? 0, 0, name);
      }
      entry.values.forEach((values, index) => {
        const equality = schema.attributes[index]?.equality;
        if (!equality) return;
        const prepared = values.map((value) => prepareValue(equality, value));
        assert.ok(
          !prepared.includes(undefined),
          `${schema.attributes[index]?.name ?? ''}: ${JSON.stringify(values)}`,
        );
        assert.equal(new Set(prepared).size, values.length);
      });
    }),
  );
});
