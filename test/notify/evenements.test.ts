// Each event is published where it happens, once, with what docs/avis.md says.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { annoncerRetards } from '../../src/commands/annoncer-retards.js';
import type { InventaireStatus } from '../../src/commands/inventaire-status.js';
import type { Pool } from '../../src/db/pool.js';
import { createOutbox, poolDatabase } from '../../src/feed/push/outbox.js';
import { importInventaire } from '../../src/inventory/import.js';
import { inventaireTemplate } from '../../src/inventory/template.js';
import { silentProgress } from '../../src/progress.js';
import { testDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { maintenant, plusTard } from '../support/avis.js';
import { planifier, reglagesPlan, socle, suivre } from '../support/plan.js';

async function base(t: TestContext): Promise<Pool> {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  return pool;
}

type Publie = { readonly type: string; readonly donnees: Readonly<Record<string, unknown>> };

async function publies(pool: Pool): Promise<Publie[]> {
  const { rows } = await pool.query<Publie>('select type, donnees from evenement order by id');
  return rows;
}

test('a refused channel is announced once, until it works again or is refused otherwise', async (t) => {
  const pool = await base(t);
  const outbox = createOutbox(poolDatabase(pool), () => Promise.resolve());
  await outbox.stop(maintenant, 'ACCES_REFUSE', 'clé refusée');
  await outbox.stop(plusTard(10), 'ACCES_REFUSE', 'clé refusée');
  assert.deepEqual(await publies(pool), [
    { type: 'canal.arrete', donnees: { code: 'ACCES_REFUSE', message: 'clé refusée' } },
  ]);
  await outbox.stop(plusTard(20), 'REDIRECTION', 'déplacée');
  await outbox.reopen();
  await outbox.stop(plusTard(30), 'REDIRECTION', 'déplacée');
  assert.equal((await publies(pool)).length, 3);
});

test('a late source is announced once for each version in service', async (t) => {
  const pool = await base(t);
  const { rows } = await pool.query<{ id: number }>(
    `insert into source_load (source, version, origin, size_bytes, layout, line_count, rejected_count, duplicate_count,
       added_count, gone_count, is_full, warnings)
     values ('bals', 'v1', 'x', 1, 'x', 1, 0, 0, 1, 0, true, '{}') returning id`,
  );
  const id = rows[0]?.id ?? 0;
  const load = { id, loadedAt: maintenant } as never;
  const late = { kind: 'en-retard', ageHours: 50.4, cause: 'rien de plus récent' } as const;
  const one = {
    source: 'bals',
    label: 'BAL',
    isEnabled: true,
    load,
    lastRun: {} as never,
  } as const;
  const fresh = { ...one, source: 'finess', freshness: { kind: 'a-jour' } } as const;
  const off = { ...one, source: 'identites', isEnabled: false, freshness: late } as const;
  const status = [{ ...one, freshness: late } as const, fresh, off];
  const inventaire = { sources: [] };
  await annoncerRetards(pool, { sources: status, inventaire }, plusTard(1));
  await annoncerRetards(pool, { sources: status, inventaire }, plusTard(2));
  assert.deepEqual(await publies(pool), [
    {
      type: 'source.en-retard',
      donnees: {
        source: 'bals',
        libelle: 'BAL',
        enServiceDepuis: maintenant.toISOString(),
        ageHeures: 50,
        cause: 'rien de plus récent',
      },
    },
  ]);
});

test('a late source of the inventory is announced once for each lateness', async (t) => {
  const pool = await base(t);
  const un = {
    nom: 'zimbra',
    type: 'http',
    balCount: 3,
    load: { id: 7, loadedAt: maintenant } as never,
    lastFailure: undefined,
  } as const;
  const vu = (contact: Date) => ({ ...un, lastRun: { lastContactAt: contact } as never });
  const late = { kind: 'en-retard', ageHours: 60.2, cause: 'lancez extract' } as const;
  const annoncer = (...sources: readonly InventaireStatus[]) =>
    annoncerRetards(pool, { sources: [], inventaire: { sources } }, plusTard(1));
  await annoncer({ ...vu(maintenant), freshness: { kind: 'a-jour' } });
  // Never tried, or no longer in the settings: nobody is waited for.
  await annoncer({ ...un, lastRun: undefined, freshness: late });
  await annoncer({ ...vu(maintenant), type: undefined, freshness: late });
  assert.deepEqual(await publies(pool), []);
  await annoncer({ ...vu(maintenant), freshness: late });
  await annoncer({ ...vu(maintenant), freshness: late });
  assert.deepEqual(await publies(pool), [
    {
      type: 'source.en-retard',
      donnees: {
        source: 'inventaire',
        nom: 'zimbra',
        libelle: 'Inventaire « zimbra »',
        enServiceDepuis: maintenant.toISOString(),
        ageHeures: 60,
        cause: 'aucun import réussi depuis',
      },
    },
  ]);
  // The same content came again meanwhile, which is no new load.
  await annoncer({ ...vu(plusTard(5)), freshness: late, lastFailure: 'refusé' });
  assert.equal((await publies(pool)).length, 2);
});

test('a refused inventory is announced, and a type 10 that the previous one did not have', async (t) => {
  const pool = await base(t);
  const file = join(tempFolder(), 'inventaire.csv');
  const options = { guards: { lostRatioMax: 1 } };
  const importer = (text: string) => {
    writeFileSync(file, text);
    return importInventaire(pool, file, options, silentProgress, maintenant);
  };
  await importer(inventaireTemplate());
  assert.deepEqual(await publies(pool), []);
  const lines = inventaireTemplate().trimEnd().split('\n');
  const [header = ''] = lines;
  const separator = header.includes(';') ? ';' : ',';
  const columns = header
    .replace(/^\uFEFF/u, '')
    .trim()
    .split(separator);
  const values: Readonly<Record<string, string>> = {
    adresse: 'nouvelle@chu-exemple.mssante.fr',
    typeBal: 'PER',
  };
  const added = columns.map((column) => values[column] ?? '').join(separator);
  await importer(`${lines.join('\n')}\n${added}\n`);
  const [type10] = await publies(pool);
  assert.equal(type10?.type, 'type10.detecte');
  assert.deepEqual(
    [type10.donnees['nombre'], type10.donnees['adresses']],
    [1, ['nouvelle@chu-exemple.mssante.fr']],
  );
  await assert.rejects(importer(`${header}\n`));
  const refused = (await publies(pool)).at(-1);
  assert.equal(refused?.type, 'inventaire.refuse');
  assert.equal(typeof refused.donnees['code'], 'string');
});

test('a reconciliation and the plan that waits are announced, each once; so is a plan that a guard blocks', async (t) => {
  const pool = await base(t);
  const inventaire = [
    { adresse: 'nouvelle@chu.mssante.fr', type: 'PER', rpps: '10000000018' },
  ] as const;
  const etat = { ...socle, inventaire: [...inventaire] };
  const { plan } = await suivre(pool, etat);
  await planifier(pool);
  const [reconciliation, announced, ...more] = await publies(pool);
  assert.equal(reconciliation?.type, 'rapprochement.termine');
  assert.equal(typeof reconciliation.donnees['constatsOuverts'], 'number');
  assert.deepEqual([announced?.type, announced?.donnees['plan']], ['plan.en-attente', plan.id]);
  assert.equal(announced?.donnees['aDecider'], announced?.donnees['ajouts']);
  assert.deepEqual(more, []);
  const blocked = await planifier(pool, {
    gardes: { ...reglagesPlan.gardes, inventaireMin: 1_000 },
  });
  const last = (await publies(pool)).at(-1);
  assert.deepEqual([last?.type, last?.donnees['plan']], ['plan.bloque', blocked.plan.id]);
  assert.match(
    JSON.stringify(last?.donnees['gardes']),
    /"garde":"inventaire-minimum","limite":1000/u,
  );
});
