// Look-ups are counted, sampled when asked, bounded; signs in and copies of the directory are traced once a day.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createConsultationCounter } from '../../src/commands/consultation-counter.js';
import {
  consultationsSchema,
  type ConsultationsSettings,
} from '../../src/config/conservation-schema.js';
import type { Consultation } from '../../src/domain/consultation.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { emptyTables } from '../support/empty-tables.js';

let db: TestDatabase;
before(async () => (db = await testDatabase()));
after(() => db.drop());
beforeEach(() => emptyTables(db.pool, ['consultation_compte', 'consultation_echantillon']));

const recherche: Consultation = {
  interface: 'ldap',
  compte: 'lps',
  operation: 'search',
  resultat: '0',
  entrees: 3,
  dureeMs: 1,
  adresse: '192.0.2.5',
  demande: () => ({ noms: '(mail=?)', valeurs: '(mail=anne@chu.mssante.fr)' }),
};

async function servir(
  consultations: readonly Consultation[],
  settings: Partial<ConsultationsSettings> = {},
  open: () => Promise<TestDatabase['pool'] | undefined> = () => Promise.resolve(db.pool),
): Promise<string[]> {
  const told: string[] = [];
  const counter = createConsultationCounter({
    settings: { ...consultationsSchema.parse({}), ...settings },
    open,
    now: () => new Date('2026-11-23T23:30:00Z'),
    report: (message) => told.push(message),
  });
  for (const one of consultations) counter.consulter(one);
  await counter.close();
  return told;
}

async function lignes<T extends object>(sql: string): Promise<T[]> {
  return (await db.pool.query<T>(sql)).rows;
}

const comptes = `select jour::text, interface, compte, operation, resultat, nombre::integer, entrees::integer
  from consultation_compte order by compte, resultat`;

test('look-ups are counted by day of Paris, account and result; nothing of what was asked is kept', async () => {
  await servir([recherche, recherche, { ...recherche, compte: '', resultat: '50', entrees: 0 }]);
  await servir([recherche]);
  const jour = { jour: '2026-11-24', interface: 'ldap', operation: 'search' };
  assert.deepEqual(await lignes(comptes), [
    { ...jour, compte: '', resultat: '50', nombre: 1, entrees: 0 },
    { ...jour, compte: 'lps', resultat: '0', nombre: 3, entrees: 9 },
  ]);
  assert.deepEqual(await lignes(`select from consultation_echantillon`), []);
  await servir([recherche], { compter: false });
  assert.equal((await lignes<{ nombre: number }>(comptes))[1]?.nombre, 3);
});

test('a sample holds one in so many, the names of attributes only, within its bound', async () => {
  await servir(Array(10).fill(recherche), { echantillon: 3, echantillonParJourMax: 2 });
  const echantillon = `select demande, adresse from consultation_echantillon order by id`;
  assert.deepEqual(
    await lignes(echantillon),
    Array(2).fill({ demande: '(mail=?)', adresse: '192.0.2.5' }),
  );
  await emptyTables(db.pool, ['consultation_echantillon']);
  await servir([recherche], { echantillon: 1, valeurs: true });
  assert.deepEqual(await lignes(echantillon), [
    { demande: '(mail=anne@chu.mssante.fr)', adresse: '192.0.2.5' },
  ]);
});

test('a database that cannot be written loses counts, and says it once', async () => {
  const told = await servir([recherche], {}, () => Promise.resolve(undefined));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /non comptées : la base est en lecture seule ou absente/u);
  assert.deepEqual(
    await servir(Array(3).fill(recherche), {}, () => Promise.reject(new Error('coupée'))),
    ['Consultations servies non comptées : coupée.'],
  );
});

test('sign-ins wait for a database that cannot be written, with their time; those never written are told', async () => {
  const [{ n } = { n: 0 }] = await lignes<{ n: number }>(
    `select count(*)::integer as n from trace`,
  );
  const bind = { ...recherche, operation: 'bind', entrees: 0 };
  const told: string[] = [];
  let isDown = true;
  let maintenant = new Date('2026-11-23T08:00:00Z');
  const counter = createConsultationCounter({
    settings: consultationsSchema.parse({}),
    open: () => Promise.resolve(isDown ? undefined : db.pool),
    now: () => maintenant,
    report: (message) => told.push(message),
    flushMs: 0,
  });
  counter.consulter(bind);
  while (told.length === 0) await new Promise(setImmediate);
  isDown = false;
  maintenant = new Date('2026-11-23T08:10:00Z');
  counter.consulter(bind);
  await counter.close();
  assert.deepEqual(await lignes(`select action, at from trace order by sequence offset ${n}`), [
    { action: 'connexion', at: new Date('2026-11-23T08:00:00Z') },
  ]);
  assert.equal(told.length, 1);
  const perdues = await servir([bind], {}, () => Promise.resolve(undefined));
  assert.match(perdues[1] ?? '', /jamais écrites : 1/u);
});

test('the first sign-in and the first refusal of the day of each account leave a trace, and a copy of the directory', async () => {
  const bind = { ...recherche, operation: 'bind', entrees: 0 };
  await servir([
    ...[
      bind,
      bind,
      { ...bind, resultat: '49' },
      { ...bind, compte: '', resultat: '49' },
      { ...bind, compte: '' },
    ],
    ...Array<Consultation>(3).fill({ ...recherche, entrees: 4_000 }),
    { ...recherche, interface: 'api', entrees: 50_000 },
  ]);
  const traces = await lignes(
    `select action, issue, auteur_id as auteur, poste_adresse as adresse, reponse::text from trace order by sequence offset 1`,
  );
  const commun = { adresse: '192.0.2.5' };
  assert.deepEqual(traces, [
    {
      ...commun,
      action: 'connexion',
      issue: 'reussite',
      auteur: 'ldap:lps',
      reponse: '{"resultat":"0"}',
    },
    {
      ...commun,
      action: 'connexion.refus',
      issue: 'refus',
      auteur: 'ldap:lps',
      reponse: '{"resultat":"49"}',
    },
    {
      ...commun,
      action: 'connexion.refus',
      issue: 'refus',
      auteur: 'anonyme',
      reponse: '{"resultat":"49"}',
    },
    {
      ...commun,
      action: 'export',
      issue: 'reussite',
      auteur: 'ldap:lps',
      reponse: '{"entreesDuJour":12000}',
    },
  ]);
});
