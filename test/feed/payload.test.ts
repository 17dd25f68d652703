// How an operation is written in each dialect; what the published examples do not show.
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { FeedOperation } from '../../src/domain/feed-operation.js';
import type { CarrierType } from '../../src/feed/carrier.js';
import { type DialectVariants, resolveDialect } from '../../src/feed/dialect.js';
import { conditionalTarget } from '../../src/feed/patch-target.js';
import { buildParameters } from '../../src/feed/payload.js';
import {
  adressePer,
  balCab,
  balOrg,
  balPer,
  deletionOf,
  professionnel,
  situation,
  structure,
  structureRang,
  structureSiret,
} from '../support/feed.js';

type Part = Readonly<Record<string, unknown>> & { readonly name: string };

/** Of each operation: kind, path after the address, value. */
function written(
  operations: readonly FeedOperation[],
  variants: DialectVariants = {},
  type: CarrierType = 'Practitioner',
): unknown[][] {
  const dialect = resolveDialect('draft-2026-06', variants);
  return buildParameters(operations, type, dialect).parameter.map(({ part }) =>
    (part as unknown as readonly Part[]).map((one) => Object.values(one)[1]),
  );
}

const mailbox = `Practitioner.telecom.where(value = '${adressePer}')`;
const metadata =
  ".extension('https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata')";

describe('a replace', () => {
  const one = { kind: 'replace', bal: balPer(), champs: ['listeRouge'] } as const;

  it('writes the whole ContactPoint by default: an attribute may be absent', () => {
    const [[kind, path, value] = []] = written([one]);
    assert.deepEqual([kind, path], ['replace', mailbox]);
    assert.equal((value as { value: string }).value, adressePer);
  });

  it('writes one attribute alone when told to', () => {
    assert.deepEqual(written([one], { remplacement: 'attribut' }), [
      ['replace', `${mailbox}${metadata}.extension('listeRouge').value`, false],
    ]);
    assert.deepEqual(written([{ ...one, champs: ['rang'] }], { remplacement: 'attribut' }), [
      ['replace', `${mailbox}.rank`, 1],
    ]);
  });

  const whole: [name: string, operation: FeedOperation][] = [
    ['several attributes', { ...one, champs: ['listeRouge', 'rang'] }],
    ['none in particular', { ...one, champs: [] }],
    ['a rank that goes', { ...one, bal: balPer({ rang: undefined }), champs: ['rang'] }],
    ['a text that goes', { kind: 'replace', bal: balCab(), champs: ['description'] }],
    [
      'an empty text',
      { kind: 'replace', bal: balCab({ description: ' ' }), champs: ['description'] },
    ],
    ['what this type has not', { ...one, champs: ['service'] }],
    ['the type', { ...one, champs: ['typeBal'] }],
  ];
  for (const [name, operation] of whole) {
    it(`of ${name} writes the whole ContactPoint, even so`, () => {
      const made = written([operation], { remplacement: 'attribut' });
      assert.equal(made.length, 1);
      assert.deepEqual(made[0]?.slice(0, 2), ['replace', mailbox]);
    });
  }

  it('of the type, where the ANS refuses it, deletes and inserts, in this order, in one request', () => {
    const typed = { kind: 'replace', bal: balCab(), champs: ['typeBal', 'rang'] } as const;
    for (const remplacement of ['entier', 'attribut'] as const) {
      const made = written([typed], { typeModifiable: false, remplacement });
      const [, [kind, path, index, value] = []] = made;
      assert.deepEqual(made[0], ['delete', mailbox]);
      assert.deepEqual([kind, path, index], ['insert', 'Practitioner.telecom', 0]);
      assert.equal((value as { value: string }).value, adressePer);
    }
  });
});

test('a deletion then an insertion of one carrier keep their order', () => {
  const made = written([
    deletionOf(professionnel, adressePer, 'PER'),
    { kind: 'insert', bal: balCab() },
  ]);
  assert.deepEqual(
    made.map(([kind]) => kind),
    ['delete', 'insert'],
  );
});

describe('a ContactPoint', () => {
  const extensionsOf = (operation: FeedOperation, variants: DialectVariants): unknown => {
    const [[, , , value] = []] = written([operation], variants);
    return (value as { extension: unknown }).extension;
  };
  const metadataUrl =
    'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';

  it('has the type as each of the three texts codes it', () => {
    const insert = { kind: 'insert', bal: balPer() } as const;
    const of = (typeBal: 'R257' | 'R256' | 'valueCode') =>
      (extensionsOf(insert, { typeBal }) as { extension: unknown[] }[])[0]?.extension[0];
    assert.deepEqual(of('R257'), {
      url: 'type',
      valueCodeableConcept: {
        coding: [
          {
            system: 'https://mos.esante.gouv.fr/NOS/TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL',
            code: 'PER',
          },
        ],
      },
    });
    assert.deepEqual(of('valueCode'), { url: 'type', valueCode: 'PER' });
    assert.match(JSON.stringify(of('R256')), /TRE-R256-TypeMessagerie","code":"PER"/);
  });

  it('says MSSANTE first in the profile', () => {
    const extensions = extensionsOf({ kind: 'insert', bal: balPer() }, { emailType: true });
    assert.deepEqual((extensions as unknown[])[0], {
      url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type',
      valueCoding: {
        system:
          'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie',
        code: 'MSSANTE',
      },
    });
    assert.equal((extensions as unknown[]).length, 2);
  });

  it('of a CAB has its responsable only where the dialect gives it one, and never a service', () => {
    const bal = { ...balCab({ description: 'd', responsable: 'r' }), service: 's' };
    const names = (responsableCab: boolean) => {
      const [only] = extensionsOf({ kind: 'insert', bal }, { responsableCab }) as {
        url: string;
        extension: { url: string }[];
      }[];
      assert.equal(only?.url, metadataUrl);
      return only.extension.map(({ url }) => url);
    };
    assert.deepEqual(names(true), ['type', 'listeRouge', 'description', 'responsible']);
    assert.deepEqual(names(false), ['type', 'listeRouge', 'description']);
  });

  it('of a PER has neither description, nor service, nor responsable, whatever is in the row', () => {
    const bal = { ...balPer(), description: 'd', service: 's', responsable: 'r' };
    const text = JSON.stringify(extensionsOf({ kind: 'insert', bal }, {}));
    assert.ok(!/description|service|responsible/.test(text));
  });

  it('has no empty text, which FHIR forbids', () => {
    const bal = balOrg({ description: '', service: ' ', responsable: undefined });
    const text = JSON.stringify(extensionsOf({ kind: 'insert', bal }, {}));
    assert.ok(!/description|service|responsible|phone|digitization/.test(text));
  });
});

describe('the address of a conditional PATCH', () => {
  const targets: [
    name: string,
    porteur: Parameters<typeof conditionalTarget>[0],
    variants: DialectVariants,
    expected: string | undefined,
  ][] = [
    [
      'a professional',
      professionnel,
      {},
      'Practitioner?identifier=https://rpps.esante.gouv.fr|10003461033',
    ],
    [
      'a professional by IdNatPS',
      professionnel,
      { cleProfessionnel: 'idNatPs' },
      'Practitioner?identifier=urn:oid:1.2.250.1.71.4.2.1|810003461033',
    ],
    ['a FINESS', structure, {}, 'Organization?identifier=http://finess.sante.gouv.fr|540002698'],
    [
      'a FINESS in another system',
      structure,
      { systemeFiness: 'https://finess.esante.gouv.fr' },
      'Organization?identifier=https://finess.esante.gouv.fr|540002698',
    ],
    ['a SIRET', structureSiret, {}, 'Organization?identifier=http://sirene.fr|12345678900012'],
    [
      'a RPPS-rang, which has no system in the draft',
      structureRang,
      {},
      'Organization?identifier=urn:oid:1.2.250.1.71.4.2.2|4F75456786011',
    ],
    [
      'a structure by IdNat_Struct',
      structure,
      { cleStructure: 'idNatStruct' },
      'Organization?identifier=urn:oid:1.2.250.1.71.4.2.2|1540002698',
    ],
    [
      'a situation by its two ends',
      situation,
      {},
      'PractitionerRole?practitioner.identifier=https://rpps.esante.gouv.fr|10003461033' +
        '&organization.identifier=http://finess.sante.gouv.fr|540002698',
    ],
    [
      'a situation by itself, to be read first',
      situation,
      { cleSituation: 'identifier' },
      undefined,
    ],
    ['nobody known', { kind: 'a-rechercher', adresse: adressePer }, {}, undefined],
  ];
  for (const [name, porteur, variants, expected] of targets) {
    it(`of ${name}`, () => {
      const dialecte = resolveDialect('draft-2026-06', variants);
      const target = conditionalTarget(porteur, { url: new URL('https://a.example/b/'), dialecte });
      const found = target && decodeURIComponent(target.url.href);
      assert.equal(found, expected && `https://a.example/b/${expected}`);
      assert.ok(!/[|+ ]/.test(target?.url.search ?? ''));
    });
  }
});
