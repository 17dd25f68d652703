import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  correspondanceOf,
  modeles,
  modelesLdap,
  regle,
  type Correspondance,
  type FormatLdap,
} from '../../src/inventory/ldap/correspondance.js';
import { lireEntree } from '../../src/inventory/ldap/enregistrement.js';
import { convertirValeur } from '../../src/inventory/ldap/valeurs.js';

/** undefined: refused. */
const values: [format: FormatLdap, text: string, cell: string | undefined][] = [
  ['texte', ' tel quel ', ' tel quel '],
  ['octets', '1073741824', '1073741824'],
  ['booleen', 'TRUE', 'oui'],
  ['booleen', 'False', 'non'],
  ['booleen', '1', 'oui'],
  ['booleen', 'peut-être', undefined],
  ['date-generalisee', '20260601081230Z', '2026-06-01T08:12:30Z'],
  ['date-generalisee', '20260601081230.0Z', '2026-06-01T08:12:30Z'],
  ['date-generalisee', '20260601081230,123Z', '2026-06-01T08:12:30Z'],
  ['date-generalisee', '202606010812Z', '2026-06-01T08:12:00Z'],
  ['date-generalisee', '2026060108Z', '2026-06-01T08:00:00Z'],
  ['date-generalisee', '20260601081230+0200', '2026-06-01T08:12:30+02:00'],
  ['date-generalisee', '20260601081230-05', '2026-06-01T08:12:30-05:00'],
  ['date-generalisee', '20161231235960Z', '2016-12-31T23:59:59Z'],
  ['date-generalisee', '20260601081230', undefined],
  ['date-generalisee', '20260601', undefined],
  ['date-generalisee', '2026-06-01T08:12:30Z', undefined],
  ['filetime', '133616844000000000', '2024-06-01T03:00:00.000Z'],
  ['filetime', '0', ''],
  ['filetime', '9223372036854775807', ''],
  ['filetime', '-1', undefined],
  ['filetime', '99999999999999999999', undefined],
  ['filetime', 'jamais', undefined],
  ['Kio', '2097152', '2147483648'],
  ['Mio', '512', '536870912'],
  ['Gio', '2', '2147483648'],
  ['Gio', '0', '0'],
  ['Kio', '1.5', undefined],
  ['Mio', '-1', undefined],
  ['userAccountControl', '512', 'actif'],
  ['userAccountControl', '514', 'suspendu'],
  ['userAccountControl', '528', 'suspendu'],
  ['userAccountControl', '66048', 'actif'],
  ['userAccountControl', 'x', undefined],
];
for (const [format, text, expected] of values) {
  it(`${format} « ${text} » is ${expected === undefined ? 'refused' : `« ${expected} »`}`, () => {
    const cell = convertirValeur(text, format);
    assert.equal(cell.kind === 'value' ? cell.value : undefined, expected);
  });
}

function read(
  attributs: Record<string, readonly string[]>,
  correspondance: Correspondance,
): { readonly lignes: readonly Record<string, string>[]; readonly fautes: readonly string[] } {
  const entry = {
    dn: 'cn=x',
    attributs: new Map(
      Object.entries(attributs).map(([name, found]) => [name.toLowerCase(), found]),
    ),
  };
  const estSien = (domaine: string): boolean => domaine === 'chu.mssante.fr';
  const { lignes, fautes } = lireEntree(entry, correspondance, estSien);
  const columns = [...correspondance.colonnes.keys()];
  return {
    lignes: lignes.map((cells) =>
      Object.fromEntries(
        columns.flatMap((column, i) => (cells[i] === '' ? [] : [[column, cells[i] ?? '']])),
      ),
    ),
    fautes: fautes.map(({ code }) => code),
  };
}

it('Active Directory: the model, over-ruled column by column', () => {
  const correspondance = correspondanceOf(
    'active-directory',
    {
      typeBal: { constante: 'PER' },
      adresse: regle('proxyAddresses', { prefixe: 'SMTP:' }),
      description: null,
      listeRouge: regle('extensionAttribute1', { valeurs: { masqué: 'oui' }, defaut: 'non' }),
    },
    [],
  );
  const found = read(
    {
      proxyAddresses: ['smtp:autre@chu.mssante.fr', 'SMTP:A@chu.mssante.fr', 'X500:/o=x'],
      userAccountControl: ['514'],
      lastLogonTimestamp: ['133616844000000000'],
      whenCreated: ['20210315080000.0Z'],
      mDBStorageQuota: ['1024'],
      department: ['Cardio'],
      description: ['rien'],
      extensionAttribute1: ['Masqué'],
    },
    correspondance,
  );
  assert.deepEqual(found, {
    lignes: [
      {
        adresse: 'A@chu.mssante.fr',
        typeBal: 'PER',
        service: 'Cardio',
        listeRouge: 'oui',
        etat: 'suspendu',
        dateCreation: '2021-03-15T08:00:00Z',
        derniereAuthentification: '2024-06-01T03:00:00.000Z',
        quotaOctets: '1048576',
      },
    ],
    fautes: [],
  });
  assert.equal(read({}, correspondance).lignes[0]?.['listeRouge'], 'non');
});

const zimbra = correspondanceOf(
  'zimbra',
  {
    typeBal: { constante: 'PER' },
    identifiantStructure: regle('finess'),
    identifiantPp: regle('rpps'),
  },
  ['zimbraMailAlias'],
);

it('an entry makes one line for each address of ours and each structure', () => {
  const { lignes, fautes } = read(
    {
      zimbraMailDeliveryAddress: ['a@chu.mssante.fr'],
      zimbraMailAlias: ['b@chu.mssante.fr', 'A@CHU.mssante.fr', 'c@ailleurs.fr'],
      finess: ['990000010', '990000028', '990000010'],
    },
    zimbra,
  );
  assert.deepEqual(
    lignes.map(({ adresse, identifiantStructure }) => `${adresse} ${identifiantStructure}`),
    ['a', 'b'].flatMap((name) =>
      ['990000010', '990000028'].map((finess) => `${name}@chu.mssante.fr ${finess}`),
    ),
  );
  assert.deepEqual(fautes, []);
});

it('of several values, texts are joined, our address is chosen, and nothing else is guessed', () => {
  const several = read(
    {
      zimbraMailDeliveryAddress: ['z@ailleurs.fr', 'a@chu.mssante.fr'],
      description: ['deux', 'un'],
      rpps: ['10999999997', '10999999989'],
    },
    zimbra,
  );
  assert.equal(several.lignes[0]?.['adresse'], 'a@chu.mssante.fr');
  assert.equal(several.lignes[0]['description'], 'deux, un');
  assert.deepEqual(several.fautes, ['PLUSIEURS_VALEURS']);
});

it('falls back on the next attribute when the first is absent or blank', () => {
  const { lignes } = read({ zimbraMailDeliveryAddress: [' '], mail: ['m@chu.mssante.fr'] }, zimbra);
  assert.equal(lignes[0]?.['adresse'], 'm@chu.mssante.fr');
});

for (const modele of modelesLdap) {
  it(`the model ${modele} names no holder and no structure`, () => {
    const columns = Object.keys(modeles[modele].colonnes);
    assert.ok(columns.includes('adresse'));
    assert.ok(!columns.some((column) => /identifiant|typeBal/i.test(column)));
  });
}
