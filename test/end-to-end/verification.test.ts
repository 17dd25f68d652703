// What a check warns of before a BAL exists is what the reconciliation finds once it does: every PER and CAB of the
// invented country is asked again as a creation, and its warnings held against its constats.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { extractSources } from '../../src/commands/extract.js';
import { importInventory } from '../../src/commands/inventory.js';
import type { OpenProgram, Surroundings } from '../../src/commands/program.js';
import { reconcileSettings, reglagesVerification } from '../../src/commands/source-settings.js';
import { loadSettings } from '../../src/config/load-settings.js';
import type { Settings } from '../../src/config/settings.js';
import { silentProgress } from '../../src/progress.js';
import { reconcile } from '../../src/reconcile/reconcile.js';
import { generateSample } from '../../src/sample/generate.js';
import type { CodeMotif } from '../../src/verification/verdict.js';
import { verifyCreation } from '../../src/verification/verify.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const folder = join(tempFolder(), 'pays');
const signal = new AbortController().signal;
let db: TestDatabase;
let settings: Settings;
let now: Date;

before(async () => {
  db = await testDatabase();
  await generateSample({ outDir: folder, scale: 'demo', day: 1 }, silentProgress, signal);
  settings = { ...loadSettings(join(folder, 'annuaire-sync.yaml'), {}), dataDir: folder };
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
    judgedAt: string;
  };
  now = new Date(truth.judgedAt);
  const surroundings: Surroundings = {
    out: process.stdout,
    err: process.stderr,
    env: {},
    signal,
    now: () => now,
  };
  const open: OpenProgram = {
    settings,
    pool: db.pool,
    progress: silentProgress,
    engineDescription: '',
    isJson: true,
  };
  await extractSources(open, surroundings, { sources: [], from: undefined, isAccepted: false });
  const context = { surroundings, setExitCode: () => undefined };
  await importInventory(context, open, undefined, { accept: false, skipInvalid: false });
  await reconcile(db.pool, reconcileSettings(settings), { now }, silentProgress);
});
after(() => db.drop());

// Said of the holder and the structure, hence the same before and after.
const communs: readonly CodeMotif[] = [
  'PER_TYPE_10',
  'TITULAIRE_INCONNU',
  'TITULAIRE_SANS_ACTIVITE',
  'TITULAIRE_HORS_STRUCTURE',
  'TITULAIRE_ADELI',
  'STRUCTURE_INCONNUE',
  'STRUCTURE_FERMEE',
  'RATTACHEMENT_EJ_EG',
];

type Ligne = {
  readonly adresse: string;
  readonly typeBal: string;
  readonly typePp: string | null;
  readonly pp: string | null;
  readonly typeStructure: string | null;
  readonly structure: string | null;
  readonly structureId: string | null;
};

test('the checks agree with the constats on every BAL of the inventory', async () => {
  const { rows: bals } = await db.pool.query<Ligne>(
    `select adresse, type_bal as "typeBal", type_identifiant_pp as "typePp", identifiant_pp as pp,
       type_identifiant_structure as "typeStructure", identification_structure as structure,
       structure_id as "structureId"
     from bal_operateur where gone_load_id is null and etat <> 'ferme' order by adresse`,
  );
  const { rows: constats } = await db.pool.query<{ cle: string; code: string }>(
    `select adresse || ' ' || precision as cle, code from constat
     where closed_run_id is null and code = any($1::text[])
       and adresse in (select adresse from bal_operateur where gone_load_id is null)
       -- published as type 10, though the inventory knows better: no matter of creation
       and (code <> 'PER_TYPE_10' or valeurs -> 'sansIdentifiant' = 'true'
         or valeurs -> 'operateur' ->> 'typeIdentifiantPp' = '10')`,
    [communs],
  );
  const reglages = reglagesVerification(settings);
  let agreed = 0;
  const differing: string[] = [];
  for (const bal of bals) {
    const { motifs, avertissements } = await verifyCreation(
      db.pool,
      {
        adresse: `nouvelle-${bal.adresse}`,
        typeBal: bal.typeBal,
        typeIdentifiantPp: bal.typePp ?? undefined,
        identifiantPp: bal.pp ?? undefined,
        typeIdentifiantStructure: bal.typeStructure ?? undefined,
        identifiantStructure: bal.structure ?? undefined,
      },
      reglages,
      now,
    );
    const told = [...motifs, ...avertissements]
      .map(({ code }) =>
        code === 'TITULAIRE_ABSENT' && bal.typeBal === 'PER' ? 'PER_TYPE_10' : code,
      )
      .filter((code) => communs.some((commun) => commun === code));
    const found = constats
      .filter(
        ({ cle }) => cle === `${bal.adresse} ` || cle === `${bal.adresse} ${bal.structureId ?? ''}`,
      )
      .map(({ code }) => code);
    const [before, after] = [[...new Set(told)].sort().join(), [...new Set(found)].sort().join()];
    if (before === after) agreed += 1;
    else
      differing.push(
        `${bal.adresse} ${bal.structureId ?? ''}: check [${before}], constats [${after}]`,
      );
  }
  assert.deepEqual(differing, []);
  assert.ok(agreed > 200 && constats.length > 30, `${agreed} BAL, ${constats.length} constats`);
});
