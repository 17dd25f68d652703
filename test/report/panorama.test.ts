import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { writePanorama, type PanoramaOptions } from '../../src/report/panorama.js';
import { load } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { adresse, domaines, jour1, jour2 } from '../support/pays-mesure.js';
import { maintenant, rapprocher } from '../support/rapprochement.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  await load(db.pool, jour1);
  await load(db.pool, jour2);
  // Day 3: g is closed, h is open again, the service of a changes; z is published no more.
  await load(db.pool, {
    inventaire: (jour2.inventaire ?? []).map((ligne) => {
      if (ligne.adresse === adresse('g')) return { ...ligne, etat: 'ferme' as const };
      if (ligne.adresse === adresse('h')) return { ...ligne, etat: 'actif' as const };
      return ligne.adresse === adresse('a') ? { ...ligne, service: 'Bloc' } : ligne;
    }),
    bals: (jour2.bals ?? [])
      .filter((ligne) => ligne.adresse !== adresse('z'))
      .map((ligne) => (ligne.adresse === adresse('a') ? { ...ligne, service: 'Bloc' } : ligne)),
  });
  await rapprocher(db.pool, { domaines }, { now: maintenant });
});
after(() => db.drop());

const report = async (changes: Partial<PanoramaOptions> = {}): Promise<string> => {
  let text = '';
  const options: PanoramaOptions = {
    format: 'csv',
    operateur: 'GIP Exemple',
    domaines: domaines.map(({ nom }) => nom),
    offres: [],
    domaine: undefined,
    periode: { depuis: new Date(0), jusqua: new Date('2100-01-01') },
    width: 140,
    now: maintenant,
    ...changes,
  };
  await writePanorama(db.pool, options, (chunk) => {
    text += chunk;
    return Promise.resolve();
  });
  return text;
};

const csv = async (changes: Partial<PanoramaOptions> = {}): Promise<string[]> => {
  const rows = parse(await report(changes), { bom: true, delimiter: ';', fromLine: 2 });
  return rows.map((row) => row.join(' '));
};

test('the panorama counts both sides, and what came and went after the first load', async () => {
  // hébergées publiables publiées liste rouge, créées supprimées, apparues disparues
  assert.deepEqual(await csv(), [
    'GIP Exemple chu.mssante.fr APP 1 0 0 0 0 0 0 0',
    'GIP Exemple chu.mssante.fr ORG 1 1 1 0 0 1 1 0',
    'GIP Exemple chu.mssante.fr PER 5 3 3 2 1 1 0 1',
  ]);
});

test('a period without a load has no movement', async () => {
  const periode = { depuis: new Date(0), jusqua: new Date(1) };
  assert.deepEqual(await csv({ periode, domaine: 'chu.mssante.fr' }), [
    'GIP Exemple chu.mssante.fr APP 1 0 0 0 0 0 0 0',
    'GIP Exemple chu.mssante.fr ORG 1 1 1 0 0 0 0 0',
    'GIP Exemple chu.mssante.fr PER 5 3 3 2 0 0 0 0',
  ]);
  assert.deepEqual(await csv({ domaine: 'vide.mssante.fr' }), []);
});

test('offers add up, on a terminal and in JSON', async () => {
  const offres = [{ nom: '=Cliniques', domaines: ['chu.mssante.fr'] }];
  assert.match((await csv({ offres }))[0] ?? '', /^'=Cliniques chu/u);
  const document = JSON.parse(await report({ offres, format: 'json' })) as {
    total: Record<string, number>;
    offres: { offre: string; total: Record<string, number>; lignes: unknown[] }[];
  };
  assert.equal(document.offres[0]?.offre, '=Cliniques');
  assert.equal(document.offres[0].lignes.length, 3);
  assert.deepEqual(document.total, document.offres[0].total);
  assert.equal(document.total['inventaire'], 7);
  const table = await report({ offres, format: 'table' });
  assert.match(table, /=Cliniques +7 +4 +4 +2 +1 +2 +1 +1\n/u);
  assert.match(table, /Total +7 +4 +4 +2 +1 +2 +1 +1\n/u);
});
