// The same questions through the real tables: what a check reads is what is in service, and how it is read.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DemandeCreation } from '../../src/verification/demande.js';
import { verifyCreation, verifyTransfert } from '../../src/verification/verify.js';
import { load } from '../support/annuaire.js';
import { demandeCreation, etatCreation, reglagesCreation } from '../support/creation.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

// The loads of a test bear the real time: nothing is late.
const now = new Date();

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  await load(db.pool, etatCreation);
});
after(() => db.drop());

async function codesOf(
  demande: Partial<DemandeCreation>,
): Promise<readonly [readonly string[], readonly string[]]> {
  const { motifs, avertissements } = await verifyCreation(
    db.pool,
    { ...demandeCreation, ...demande },
    reglagesCreation,
    now,
  );
  return [motifs.map(({ code }) => code), avertissements.map(({ code }) => code)];
}

const cas: readonly (readonly [
  nom: string,
  demande: Partial<DemandeCreation>,
  motifs?: readonly string[],
  avertissements?: readonly string[],
])[] = [
  ['a right request', {}],
  [
    'an address taken in the inventory, in other letters',
    { adresse: 'PRISE@chu.mssante.fr' },
    ['ADRESSE_PRISE'],
  ],
  ['an address published by anybody', { adresse: 'publiee@CHU.mssante.fr' }, ['ADRESSE_PRISE']],
  [
    'an address that was closed',
    { adresse: 'fermee@chu.mssante.fr' },
    [],
    ['ADRESSE_DEJA_UTILISEE'],
  ],
  ['a domain that is not ours', { adresse: 'a@autre.mssante.fr' }, ['DOMAINE_ETRANGER']],
  [
    'a domain that left the white list',
    { adresse: 'a@retire.mssante.fr' },
    ['DOMAINE_HORS_LISTE_BLANCHE'],
  ],
  [
    'an address that the pattern refuses',
    { adresse: 'a@chu.example.com' },
    ['ADRESSE_INVALIDE', 'DOMAINE_ETRANGER'],
  ],
  ['an RPPS unknown everywhere', { identifiantPp: '10000000041' }, ['TITULAIRE_INCONNU']],
  [
    'an RPPS known without any activity',
    { identifiantPp: '10000000025' },
    [],
    ['TITULAIRE_SANS_ACTIVITE'],
  ],
  [
    'an RPPS known by a savoir-faire',
    { identifiantPp: '10000000033' },
    [],
    ['TITULAIRE_SANS_ACTIVITE'],
  ],
  [
    'an ADELI, judged by the RPPS that replaced it',
    { typeIdentifiantPp: '0', identifiantPp: '759000001', identifiantStructure: '750000051' },
    [],
    ['TITULAIRE_ADELI', 'TITULAIRE_HORS_STRUCTURE', 'DOUBLON_TITULAIRE'],
  ],
  [
    'another PER of ours there, in liste rouge',
    { identifiantStructure: '750000051' },
    [],
    ['TITULAIRE_HORS_STRUCTURE', 'DOUBLON_TITULAIRE'],
  ],
  [
    'another PER published there',
    { identifiantStructure: '750000044' },
    [],
    ['TITULAIRE_HORS_STRUCTURE', 'DOUBLON_TITULAIRE'],
  ],
  ['the EJ of his only EG', { identifiantStructure: '750000010' }, [], ['RATTACHEMENT_EJ_EG']],
  ['a closed EG of his EJ', { identifiantStructure: '750000036' }, ['STRUCTURE_FERMEE']],
  [
    'a structure found nowhere',
    { identifiantStructure: '990000019' },
    ['STRUCTURE_INCONNUE'],
    ['CLE_DE_CONTROLE'],
  ],
  [
    'a domain declared for an EG, and its EJ',
    { adresse: 'o@eg.mssante.fr', typeBal: 'ORG', identifiantStructure: '750000010' },
    [],
    ['RATTACHEMENT_EJ_EG'],
  ],
  [
    'a domain declared for an EJ, and an EG of another',
    { adresse: 'o@ej.mssante.fr', typeBal: 'ORG', identifiantStructure: '750000051' },
    [],
    ['RATTACHEMENT_EJ_EG'],
  ],
  [
    'a cabinet known by its technical identifier',
    {
      identifiantPp: '10000000058',
      typeIdentifiantStructure: '4',
      identifiantStructure: '1000000005800',
    },
  ],
  [
    'a cabinet known by its former identifier',
    {
      identifiantPp: '10000000066',
      typeIdentifiantStructure: '0',
      identifiantStructure: '75123456700',
    },
  ],
  [
    'a cabinet where another practises',
    { typeIdentifiantStructure: '4', identifiantStructure: '1000000005800' },
    [],
    ['TITULAIRE_HORS_STRUCTURE'],
  ],
  [
    'a holder whose only other PER is closed',
    { identifiantPp: '10000000025', identifiantStructure: undefined },
    [],
    ['TITULAIRE_SANS_ACTIVITE'],
  ],
  [
    'hostile texts',
    {
      adresse: `'; drop table bal_operateur; --@chu.mssante.fr`,
      identifiantStructure: "1' or '1'='1",
    },
    ['ADRESSE_INVALIDE', 'STRUCTURE_MAL_FORMEE'],
  ],
];

describe('a creation asked of the tables', () => {
  for (const [nom, demande, motifs = [], avertissements = []] of cas) {
    test(nom, async () => {
      assert.deepEqual(await codesOf(demande), [motifs, avertissements]);
    });
  }

  test('sees at once what a load changes', async () => {
    const demande = { adresse: 'nouvelle@chu.mssante.fr' };
    assert.deepEqual(await codesOf(demande), [[], []]);
    const nouvelle = { ...demande, type: 'APP' };
    await load(db.pool, { inventaire: [...(etatCreation.inventaire ?? []), nouvelle] });
    assert.deepEqual(await codesOf(demande), [['ADRESSE_PRISE'], []]);
    await load(db.pool, { inventaire: etatCreation.inventaire ?? [] });
    assert.deepEqual(await codesOf(demande), [[], []]);
  });

  test('on an empty database refuses nothing that it cannot judge, and says so', async () => {
    const empty = await testDatabase();
    const { motifs, avertissements } = await verifyCreation(
      empty.pool,
      demandeCreation,
      reglagesCreation,
      now,
    );
    await empty.drop();
    assert.deepEqual(motifs, []);
    assert.equal(avertissements.filter(({ code }) => code === 'SOURCE_ABSENTE').length, 5);
  });

  test('tells a failed attempt and a late source', async () => {
    const { rows } = await db.pool.query<{ id: number }>(
      `insert into source_run (source, outcome, message) values ('bals', 'failed', E'Réseau coupé\nsuite')
       returning id`,
    );
    const later = new Date(now.getTime() + 72 * 3_600_000);
    const { avertissements } = await verifyCreation(
      db.pool,
      demandeCreation,
      reglagesCreation,
      later,
    );
    await db.pool.query('delete from source_run where id = $1::integer', [rows[0]?.id]);
    const bals = avertissements.find(({ message }) => message.includes('source bals'));
    assert.equal(bals?.code, 'SOURCE_EN_RETARD');
    assert.match(bals.message, /72 h.*Réseau coupé\)\.$/u);
  });

  test('the inventory is as late as the oldest of its sources, a dropped one left out', async () => {
    const { rows } = await db.pool.query<{ id: number }>(
      `insert into source_load (source, inventaire_source, version, loaded_at, origin, size_bytes, line_count,
         added_count, gone_count, is_full)
       values ('inventaire', 'vieille', 'v', $1::timestamptz - interval '90 hours', 'o', 0, 5, 0, 0, false)
       returning id`,
      [now],
    );
    const late = async (): Promise<string | undefined> => {
      const verdict = await verifyCreation(db.pool, demandeCreation, reglagesCreation, now);
      return verdict.avertissements.find(({ message }) => message.includes('source inventaire'))
        ?.message;
    };
    assert.match((await late()) ?? '', /date de 90 h/u);
    await db.pool.query('update source_load set line_count = 0 where id = $1::integer', [
      rows[0]?.id,
    ]);
    assert.equal(await late(), undefined);
    await db.pool.query('delete from source_load where id = $1::integer', [rows[0]?.id]);
  });
});

describe('a forwarding', () => {
  const rpps = '10000000017';
  before(() =>
    load(db.pool, {
      inventaire: [
        { adresse: 'a@chu.mssante.fr', rpps },
        { adresse: 'b@chu.mssante.fr', rpps },
        { adresse: 'adeli@chu.mssante.fr', typePp: '0', pp: '759000001' },
        { adresse: 'adeli2@chu.mssante.fr', typePp: '0', pp: '759000001' },
        { adresse: 'autre@chu.mssante.fr', rpps: '10000000025' },
        { adresse: 'org@chu.mssante.fr', type: 'ORG' },
        { adresse: 'ferme@chu.mssante.fr', rpps, etat: 'ferme' },
        { adresse: 'dix@chu.mssante.fr', typePp: '10', pp: 'dix@chu.mssante.fr' },
        { adresse: 'dix2@chu.mssante.fr', typePp: '10', pp: 'dix@chu.mssante.fr' },
        { adresse: 'deux@chu.mssante.fr', rpps, structure: '1750000028' },
        { adresse: 'deux@chu.mssante.fr', rpps, structure: '1750000051' },
      ],
      bals: [
        { adresse: 'publiee@autre.mssante.fr', rpps },
        { adresse: 'cab@autre.mssante.fr', type: 'CAB', rpps },
        { adresse: 'ferme@chu.mssante.fr', rpps: '10000000025' },
      ],
    }),
  );
  const transferts: readonly (readonly [string, string, (string | undefined)?, string?])[] = [
    ['A@chu.mssante.fr', ' b@CHU.mssante.fr'],
    ['a@chu.mssante.fr', 'publiee@autre.mssante.fr'],
    ['a@chu.mssante.fr', 'deux@chu.mssante.fr'],
    ['publiee@autre.mssante.fr', 'a@chu.mssante.fr'],
    ['a@chu.mssante.fr', 'autre@chu.mssante.fr', 'TRANSFERT_AUTRE_TITULAIRE'],
    ['a@chu.mssante.fr', 'org@chu.mssante.fr', 'TRANSFERT_CIBLE_NON_PER'],
    ['a@chu.mssante.fr', 'cab@autre.mssante.fr', 'TRANSFERT_CIBLE_NON_PER'],
    ['a@chu.mssante.fr', 'personne@gmail.com', 'TRANSFERT_CIBLE_INCONNUE'],
    ['a@chu.mssante.fr', 'a@CHU.mssante.fr', 'TRANSFERT_VERS_SOI'],
    ['a@chu.mssante.fr', 'ferme@chu.mssante.fr', 'TRANSFERT_AUTRE_TITULAIRE'],
    ['personne@chu.mssante.fr', 'a@chu.mssante.fr', 'TRANSFERT_SOURCE_INCONNUE'],
    ['dix@chu.mssante.fr', 'dix2@chu.mssante.fr', 'TRANSFERT_TITULAIRE_NON_IDENTIFIE'],
    ['a@chu.mssante.fr', 'adeli@chu.mssante.fr', 'TRANSFERT_AUTRE_TITULAIRE'],
    ['org@chu.mssante.fr', 'personne@gmail.com', undefined, 'TRANSFERT_NON_CONCERNE'],
    ['adeli@chu.mssante.fr', 'adeli2@chu.mssante.fr', undefined, 'TITULAIRE_ADELI'],
  ];
  for (const [source, cible, motif, avertissement] of transferts) {
    test(`${source} to ${cible}: ${motif ?? avertissement ?? 'allowed'}`, async () => {
      const verdict = await verifyTransfert(db.pool, { source, cible }, reglagesCreation, now);
      assert.deepEqual(
        [
          verdict.autorise,
          verdict.motifs.map(({ code }) => code),
          verdict.avertissements.map(({ code }) => code),
        ],
        [motif === undefined, motif ? [motif] : [], avertissement ? [avertissement] : []],
      );
    });
  }

  test('to the same professional under his old number tells the number to write', async () => {
    const { motifs } = await verifyTransfert(
      db.pool,
      { source: 'adeli@chu.mssante.fr', cible: 'a@chu.mssante.fr' },
      reglagesCreation,
      now,
    );
    assert.match(motifs[0]?.message ?? '', /remplacez-le par le RPPS 10000000017/u);
  });
});
