// The life of a demande, on the real database: each step, who may make it, what it leaves behind.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { avancerDemandes } from '../../src/demande/avancer.js';
import {
  accepterDemande,
  leverDecision,
  prendreEnExamen,
  refuserDemande,
  retirerDemande,
} from '../../src/demande/decider.js';
import { countDemandes, findDemande } from '../../src/store/demande.js';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  a,
  admin,
  autreRpps,
  charger,
  courriels,
  demandeur,
  deposee,
  deposer,
  etapes,
  now,
  reglagesDemandes as reglages,
  rpps,
  traces,
  viderDemandes,
} from '../support/demande.js';
import { jours } from '../support/hygiene.js';
import { accepter, operations, planifier, retenues, suivre } from '../support/plan.js';
import { rapprocher } from '../support/rapprochement.js';

let db: TestDatabase;

before(async () => {
  db = await testDatabase();
});
beforeEach(() => viderDemandes(db.pool));

const etatDe = async (id = 1): Promise<string | undefined> =>
  (await findDemande(db.pool, id))?.etat;
const par = { auteur: { genre: 'personne' as const, id: demandeur.idNatPs, nom: demandeur.nom } };

test('from the request to the extraction that holds the BAL no more', async () => {
  await charger(db.pool);
  const { id } = await deposee(db.pool, { commentaire: 'parti en mai' });
  assert.equal((await accepterDemande(db.pool, reglages, id, admin, now)).kind, 'faite');
  assert.equal(await etatDe(), 'acceptee');
  await suivre(db.pool, {});
  assert.deepEqual(await operations(db.pool), [
    `delete ${a} situation:${rpps}:1750000001 DEMANDE_PS`,
  ]);
  await avancerDemandes(db.pool, reglages, now);
  assert.equal(await etatDe(), 'acceptee', 'nothing was sent');
  const sent = jours(now, 1);
  await accepter(db.pool, sent);
  assert.deepEqual(await avancerDemandes(db.pool, reglages, jours(now, 2)), {
    transmises: 1,
    confirmees: 0,
    sansObjet: 0,
    levees: 0,
  });
  assert.deepEqual((await findDemande(db.pool, id))?.transmiseLe, sent);
  // An extraction that still shows the BAL proves nothing, nor one made before the ANS accepted.
  await db.pool.query('update source_load set genere_le = $1::timestamptz', [jours(now, 2)]);
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  assert.equal(await etatDe(), 'transmise');
  await load(db.pool, { bals: [] });
  await db.pool.query('update source_load set genere_le = $1::timestamptz', [jours(now, 0.5)]);
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  assert.equal(await etatDe(), 'transmise');
  await load(db.pool, { bals: [] });
  await db.pool.query(
    `update source_load set genere_le = $1::timestamptz, version = 'suivante' where id = (select max(id) from source_load)`,
    [jours(now, 3)],
  );
  const bilan = await avancerDemandes(db.pool, reglages, jours(now, 3));
  assert.equal(bilan.confirmees, 1);
  const fin = await findDemande(db.pool, id);
  assert.deepEqual(
    [fin?.etat, fin?.confirmeePar, fin?.closeLe],
    ['confirmee', 'suivante', jours(now, 3)],
  );
  assert.deepEqual(await etapes(db.pool), [
    'recue EXEMPLE Anne',
    'en-examen Dupont',
    'acceptee Dupont',
    'transmise le programme',
    'confirmee le programme',
  ]);
  assert.deepEqual(await courriels(db.pool), [
    'demande-recue anne@exemple.fr',
    `demande-recue ${a}`,
    'demande-acceptee anne@exemple.fr',
    'demande-transmise anne@exemple.fr',
    'demande-confirmee anne@exemple.fr',
  ]);
  assert.deepEqual(await traces(db.pool).then((all) => all.slice(-4)), [
    `demande.depot reussite 8${rpps}`,
    'demande.acceptation reussite dupont',
    'demande.transmission reussite annuaire-sync',
    'demande.confirmation reussite annuaire-sync',
  ]);
  assert.deepEqual(await avancerDemandes(db.pool, reglages, jours(now, 4)), {
    transmises: 0,
    confirmees: 0,
    sansObjet: 0,
    levees: 0,
  });
});

test('a BAL that is still on the platform is not published again, and the administrator is told to delete it', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await accepterDemande(db.pool, reglages, 1, admin, now);
  await suivre(db.pool, {});
  await accepter(db.pool, jours(now, 1));
  await suivre(db.pool, { bals: [] });
  assert.deepEqual(await operations(db.pool), []);
  assert.deepEqual(await retenues(db.pool), [`SUPPRESSION_DECIDEE insert ${a}`]);
  assert.equal((await countDemandes(db.pool, now)).aSupprimer, 1);
});

const pasSiennes: [name: string, etat: Parameters<typeof charger>[1], raison: string][] = [
  [
    'a BAL of somebody else',
    { bals: [], inventaire: [{ adresse: a, rpps: autreRpps }] },
    'introuvable',
  ],
  ['a BAL that does not exist', { bals: [], inventaire: [] }, 'introuvable'],
  [
    'an ORG',
    { bals: [{ adresse: a, type: 'ORG', structure: '1750000001' }], inventaire: [] },
    'introuvable',
  ],
  [
    'a PER of type 10',
    { bals: [], inventaire: [{ adresse: a, typePp: '10', pp: a }] },
    'introuvable',
  ],
  [
    'a closed BAL that nobody publishes',
    { bals: [], inventaire: [{ adresse: a, rpps, etat: 'ferme' }] },
    'introuvable',
  ],
  [
    'a BAL that both share',
    {
      bals: [
        { adresse: a, rpps },
        { adresse: a, rpps: autreRpps },
      ],
    },
    'partagee',
  ],
  [
    'a BAL that the inventory gives to somebody else',
    { bals: [{ adresse: a, rpps }], inventaire: [{ adresse: a, rpps: autreRpps }] },
    'partagee',
  ],
];
for (const [name, etat, raison] of pasSiennes) {
  test(`refused, and traced: ${name}`, async () => {
    await charger(db.pool, etat);
    assert.deepEqual(await deposer(db.pool), { kind: 'refusee', raison });
    assert.deepEqual((await traces(db.pool)).slice(-1), [`demande.depot refus 8${rpps}`]);
    assert.deepEqual(await courriels(db.pool), []);
  });
}

test('a BAL hosted elsewhere is refused; one that is only in the inventory, or only published, is not', async () => {
  const [b, c] = ['b@chu.mssante.fr', 'c@chu.mssante.fr'];
  await charger(db.pool, {
    bals: [
      { adresse: 'x@ailleurs.mssante.fr', rpps },
      { adresse: b, rpps },
    ],
    inventaire: [{ adresse: c, rpps }],
  });
  assert.deepEqual(await deposer(db.pool, { adresse: 'x@ailleurs.mssante.fr' }), {
    kind: 'refusee',
    raison: 'ailleurs',
  });
  await deposee(db.pool, { adresse: b });
  await deposee(db.pool, { adresse: c });
});

test('a second one shows the first, even when both come at once', async () => {
  await charger(db.pool);
  const [one, two] = await Promise.all([deposer(db.pool), deposer(db.pool)]);
  assert.deepEqual([one.kind, two.kind].sort(), ['deposee', 'existante']);
  assert.equal((await courriels(db.pool)).length, 2);
  await retirerDemande(db.pool, reglages, 1, { ...par, rpps }, now);
  assert.equal((await deposer(db.pool)).kind, 'deposee');
});

test('limits of one professional: open at once, and in a day', async () => {
  const adresses = Array.from({ length: 6 }, (_, i) => `p${i}@chu.mssante.fr`);
  const lignes = adresses.map((adresse) => ({ adresse, rpps }));
  await charger(db.pool, { bals: lignes, inventaire: lignes });
  for (const adresse of adresses.slice(0, 3)) await deposee(db.pool, { adresse });
  assert.deepEqual(await deposer(db.pool, { adresse: adresses[3] ?? '' }), {
    kind: 'refusee',
    raison: 'limite-ouvertes',
  });
  for (const id of [1, 2, 3]) await retirerDemande(db.pool, reglages, id, { ...par, rpps }, now);
  await deposee(db.pool, { adresse: adresses[3] ?? '' });
  await deposee(db.pool, { adresse: adresses[4] ?? '' });
  assert.deepEqual(await deposer(db.pool, { adresse: adresses[5] ?? '' }), {
    kind: 'refusee',
    raison: 'limite-jour',
  });
  assert.equal(
    (await deposer(db.pool, { adresse: adresses[5] ?? '' }, {}, jours(now, 1.1))).kind,
    'deposee',
  );
});

test('taken back until it leaves; what was proposed is dropped, and another’s is unknown', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await accepterDemande(db.pool, reglages, 1, admin, now);
  await suivre(db.pool, {});
  assert.equal((await operations(db.pool)).length, 1);
  assert.deepEqual(await retirerDemande(db.pool, reglages, 1, { ...par, rpps: autreRpps }, now), {
    kind: 'inconnue',
  });
  assert.equal((await traces(db.pool)).at(-1), `demande.retrait refus ${demandeur.idNatPs}`);
  assert.equal((await retirerDemande(db.pool, reglages, 1, { ...par, rpps }, now)).kind, 'faite');
  assert.deepEqual(await operations(db.pool), []);
  await planifier(db.pool);
  assert.deepEqual(await operations(db.pool), []);
  assert.deepEqual((await courriels(db.pool)).slice(-2), [
    'demande-retiree anne@exemple.fr',
    `demande-retiree ${a}`,
  ]);
  // Twice is once.
  assert.equal((await retirerDemande(db.pool, reglages, 1, { ...par, rpps }, now)).kind, 'faite');
  assert.equal((await courriels(db.pool)).length, 5);
});

for (const state of ['sending', 'accepted'] as const) {
  test(`too late to take it back: the deletion is ${state}, and nothing is changed`, async () => {
    await charger(db.pool);
    await deposee(db.pool);
    await accepterDemande(db.pool, reglages, 1, admin, now);
    await suivre(db.pool, {});
    if (state === 'accepted') await accepter(db.pool, jours(now, 1));
    else {
      await db.pool.query(`update feed_operation set state = 'approved'`);
      await db.pool.query(`update feed_operation set state = 'sending'`);
    }
    const issue = await retirerDemande(db.pool, reglages, 1, { ...par, rpps }, now);
    assert.match(issue.kind === 'impossible' ? issue.message : '', /ne peut plus être retirée/u);
    const { rows } = await db.pool.query(
      `select from suppression_decidee where withdrawn_at is null`,
    );
    assert.equal(rows.length, 1);
    assert.equal(await etatDe(), 'acceptee');
  });
}

test('refused with its reason, which the mail carries; then nothing moves it', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await prendreEnExamen(db.pool, reglages, 1, admin, now);
  await refuserDemande(db.pool, reglages, 1, { ...admin, motif: 'Vous y exercez encore.' }, now);
  const { rows } = await db.pool.query<{ motif: string }>(
    `select donnees ->> 'motifRefus' as motif from avis where gabarit = 'demande-refusee'`,
  );
  assert.deepEqual(rows, [{ motif: 'Vous y exercez encore.' }]);
  for (const again of [
    await prendreEnExamen(db.pool, reglages, 1, admin, now),
    await accepterDemande(db.pool, reglages, 1, admin, now),
    await retirerDemande(db.pool, reglages, 1, { ...par, rpps }, now),
    await leverDecision(db.pool, reglages, 1, { ...admin, motif: 'essai' }, now),
  ]) {
    assert.equal(again.kind, 'impossible');
  }
  assert.deepEqual(await etapes(db.pool), [
    'recue EXEMPLE Anne',
    'en-examen Dupont',
    'refusee Dupont Vous y exercez encore.',
  ]);
  assert.equal((await accepterDemande(db.pool, reglages, 99, admin, now)).kind, 'inconnue');
});

test('the address was given to somebody else meanwhile: nothing is accepted, and the demande has no object', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await load(db.pool, { inventaire: [{ adresse: a, rpps: autreRpps }] });
  const issue = await accepterDemande(db.pool, reglages, 1, admin, now);
  assert.match(issue.kind === 'impossible' ? issue.message : '', /aussi à un autre titulaire/u);
  assert.equal(await etatDe(), 'recue', 'the examination is rolled back with it');
  assert.equal((await avancerDemandes(db.pool, reglages, now)).sansObjet, 1);
  assert.deepEqual(await etapes(db.pool), [
    'recue EXEMPLE Anne',
    'sans-objet le programme La BAL a changé de titulaire dans l’inventaire ou dans l’Annuaire.',
  ]);
});

test('given to somebody else after it was accepted: his BAL is not deleted in the place of the other', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await accepterDemande(db.pool, reglages, 1, admin, now);
  await load(db.pool, { inventaire: [{ adresse: a, rpps: autreRpps, structure: '1750000001' }] });
  await avancerDemandes(db.pool, reglages, now);
  await rapprocher(db.pool);
  await planifier(db.pool);
  assert.deepEqual((await operations(db.pool)).sort(), [
    `delete ${a} situation:${rpps}:1750000001 ATTRIBUTS_DIVERGENTS`,
    `insert ${a} situation:${autreRpps}:1750000001 ATTRIBUTS_DIVERGENTS`,
  ]);
});

test('gone by itself: without object, but not from sources that were never loaded', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await load(db.pool, { bals: [] });
  await avancerDemandes(db.pool, reglages, now);
  assert.equal(await etatDe(), 'recue', 'the inventory still has it');
  await load(db.pool, { inventaire: [{ adresse: a, rpps, etat: 'ferme' }] });
  await db.pool.query(`delete from source_load where source = 'bals'`);
  await avancerDemandes(db.pool, reglages, now);
  assert.equal(await etatDe(), 'recue', 'no extraction says anything');
  await load(db.pool, { bals: [] });
  assert.equal((await avancerDemandes(db.pool, reglages, now)).sansObjet, 1);
  assert.deepEqual((await courriels(db.pool)).slice(-1), ['demande-sans-objet anne@exemple.fr']);
});

test('a confirmed decision is lifted by a person, or by the address passing to somebody else', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await accepterDemande(db.pool, reglages, 1, admin, now);
  await suivre(db.pool, {});
  await accepter(db.pool, jours(now, 1));
  await load(db.pool, { bals: [] });
  await db.pool.query(`update source_load set genere_le = $1::timestamptz`, [jours(now, 2)]);
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  assert.equal(await etatDe(), 'confirmee');
  const lifted = await leverDecision(
    db.pool,
    reglages,
    1,
    { ...admin, motif: 'revenue en CDI' },
    now,
  );
  assert.equal(lifted.kind, 'faite');
  assert.equal(
    (await leverDecision(db.pool, reglages, 1, { ...admin, motif: 'encore' }, now)).kind,
    'impossible',
  );
  assert.deepEqual((await etapes(db.pool)).slice(-1), ['levee Dupont revenue en CDI']);
  const { rows } = await db.pool.query(
    `select from suppression_decidee where withdrawn_at is null`,
  );
  assert.equal(rows.length, 0);
});

test('a confirmed decision does not hold back the BAL of the next holder of the address', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await accepterDemande(db.pool, reglages, 1, admin, now);
  await suivre(db.pool, {});
  await accepter(db.pool, jours(now, 1));
  await load(db.pool, { bals: [], inventaire: [] });
  await db.pool.query(`update source_load set genere_le = $1::timestamptz`, [jours(now, 2)]);
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  await avancerDemandes(db.pool, reglages, jours(now, 2));
  assert.equal(await etatDe(), 'confirmee');
  await load(db.pool, { inventaire: [{ adresse: a, rpps: autreRpps }] });
  assert.equal((await avancerDemandes(db.pool, reglages, jours(now, 400))).levees, 1);
  assert.equal((await avancerDemandes(db.pool, reglages, jours(now, 400))).levees, 0);
  assert.deepEqual(
    (await courriels(db.pool)).filter((one) => one.includes('levee')),
    [],
  );
});

test('late ones are told once each', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  const types = async (): Promise<string[]> => {
    const { rows } = await db.pool.query<{ type: string }>(
      `select type from evenement where type like 'demande.%' order by id`,
    );
    return rows.map(({ type }) => type);
  };
  await avancerDemandes(db.pool, reglages, jours(now, 30));
  assert.deepEqual(await types(), ['demande.recue']);
  await avancerDemandes(db.pool, reglages, jours(now, 31));
  await avancerDemandes(db.pool, reglages, jours(now, 32));
  assert.deepEqual(await types(), ['demande.recue', 'demande.en-retard']);
  assert.equal((await countDemandes(db.pool, jours(now, 1))).enRetard, 1);
});

const interdits: [name: string, sql: string, constraint: RegExp][] = [
  [
    'an illegal step',
    `update demande set etat = 'transmise', transmise_le = now()`,
    /demande_transition|demande_decidee/u,
  ],
  ['another BAL', `update demande set adresse = 'b@chu.mssante.fr'`, /demande_identite/u],
  ['another professional', `update demande set rpps = '${autreRpps}'`, /demande_identite/u],
  ['a step rewritten', `update demande_etape set auteur_id = 'x'`, /demande_etape_figee/u],
  [
    'a header in the contact',
    `update demande set contact = E'a@b.fr\\nBcc: c@d.fr'`,
    /demande_contact_check/u,
  ],
  [
    'a long comment',
    `update demande set commentaire = repeat('x', 501)`,
    /demande_commentaire_check/u,
  ],
  [
    'one that begins accepted',
    `insert into demande (rpps, id_nat_ps, moyen, adresse, domaine, etait_publiee, motif, contact,
      etat, deposee_le, change_le, decidee_le, decidee_par)
    values ('${rpps}', '8', 'psc', 'z@z.fr', 'z.fr', true, 'autre', 'a@b.fr', 'acceptee', now(), now(), now(), 'x')`,
    /demande_transition/u,
  ],
];
for (const [name, sql, constraint] of interdits) {
  test(`the database refuses ${name}`, async () => {
    await charger(db.pool);
    await deposee(db.pool);
    await assert.rejects(db.pool.query(sql), (error: { constraint?: string }) => {
      assert.match(error.constraint ?? '', constraint);
      return true;
    });
  });
}
