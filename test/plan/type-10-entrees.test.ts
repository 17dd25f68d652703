// EX_GBM_4312: whatever comes in, by whichever way, no PER or CAB without an RPPS goes into the outbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { partagerDomaines, type SourceInventaire } from '../../src/domain/source-inventaire.js';
import type { FluxContext } from '../../src/inventory/ldap/ouvrir.js';
import { importInventaire, loadLignes, type LoadOptions } from '../../src/inventory/import.js';
import { regle } from '../../src/inventory/ldap/correspondance.js';
import { ouvrirLdap } from '../../src/inventory/ldap/ouvrir.js';
import { ouvrirSql } from '../../src/inventory/sql/ouvrir.js';
import { silentProgress } from '../../src/progress.js';
import { load, type Etat } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import fc from '../support/fast-check.js';
import { inventaireFile } from '../support/inventaire-file.js';
import { sourceLdap, suffix, zimbraLdif, zimbraSchema } from '../support/inventaire-ldap.js';
import { ndjson, pushNow, startPush, type PushHold } from '../support/inventaire-push.js';
import { planifier, reglagesPlan, viderPlan } from '../support/plan.js';
import { pushClient, type PushClient } from '../support/push-client.js';
import { rapprocher } from '../support/rapprochement.js';
import { slapdSkip, startSlapd } from '../support/slapd.js';
import { makeKey } from '../support/web-server.js';
import { emptyTables } from '../support/empty-tables.js';
import { runs } from '../support/runs.js';

const rpps = '10000000018';
const titulaires = [
  ['', ''],
  ['', rpps],
  ['8', rpps],
  ['', `8${rpps}`],
  ['10', 'x@chu.mssante.fr'],
  ['', 'x@chu.mssante.fr'],
  ['10', ''],
  ['0', '759999999'],
  ['3', 'interne-12'],
  // Numbers that some reading could take for another: none is one.
  ['8', '899700000001'],
  ['10', rpps],
  ['8', 'x@chu.mssante.fr'],
  ['8', ` ${rpps} `],
  ['RPPS', rpps.replaceAll('1', '１')],
] as const;

type Ligne = {
  readonly adresse: string;
  readonly typeBal: string;
  readonly typeIdentifiantPp: string;
  readonly identifiantPp: string;
  readonly identifiantStructure: string;
  readonly etat: string;
};
const columns = [
  'adresse',
  'typeBal',
  'typeIdentifiantPp',
  'identifiantPp',
  'identifiantStructure',
  'etat',
] as const satisfies readonly (keyof Ligne)[];

/** Always there: no source is ever empty, and this BAL is to be published. */
const temoin: Ligne = {
  adresse: 'temoin@chu.mssante.fr',
  typeBal: 'PER',
  typeIdentifiantPp: '8',
  identifiantPp: rpps,
  identifiantStructure: '',
  etat: 'actif',
};

const lignes: fc.Arbitrary<readonly Ligne[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.constantFrom('PER', 'PER', 'per', 'CAB', 'ORG', 'APP'),
      fc.constantFrom(...titulaires),
      fc.constantFrom('', '', '990000010', '990000028'),
      fc.constantFrom('actif', 'actif', 'suspendu', 'ferme'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) => [
    temoin,
    ...drawn.map(([nom, typeBal, [type, id], identifiantStructure, etat], index) => ({
      adresse: `${nom}${index}@chu.mssante.fr`,
      typeBal,
      typeIdentifiantPp: type,
      identifiantPp: id,
      identifiantStructure,
      etat,
    })),
  ]);

const national: Etat = {
  bals: [],
  activites: [{ rpps, mode: 'L' }],
  finess: [],
  listeBlanche: [{ domaine: 'chu.mssante.fr' }],
  adeli: [],
};

const [plateforme] = partagerDomaines([{ nom: 'plateforme', domaines: ['chu.mssante.fr'] }]) as [
  SourceInventaire,
];
// Lines at fault are left aside: what the reading lets through is what is looked at.
const options: LoadOptions = {
  source: plateforme,
  skipInvalid: true,
  guards: { lostRatioMax: 1, rejectedRatioMax: 1 },
};
const context: FluxContext = {
  now: pushNow,
  limits: { rowsMax: 1_000, faultsKeptMax: 100 },
  signal: undefined,
};

let db: TestDatabase;
/** The opérateur's own. */
let platform: TestDatabase;
let hold: PushHold;
let client: PushClient;
before(async () => {
  [db, platform] = [await testDatabase(), await testDatabase()];
  await platform.pool.query(
    `create table boite (${columns.map((name) => `"${name}" text`).join(', ')})`,
  );
  hold = await startPush(db.pool, { garde: { suppressionsPlancher: 1_000 } });
  client = pushClient(hold.url, (await makeKey(db.pool, ['inventaire'])).headers);
});
after(async () => {
  await hold.close();
  await db.drop();
  await platform.drop();
});

type Entree = (park: readonly Ligne[]) => Promise<void>;

const parCsv: Entree = async (park) => {
  const rows = park.map((ligne) => columns.map((name) => ligne[name]).join(';'));
  const file = inventaireFile([columns.join(';'), ...rows, ''].join('\n'));
  await importInventaire(db.pool, file, options, silentProgress, pushNow);
};

const parSql: Entree = async (park) => {
  await platform.pool.query('truncate boite');
  await platform.pool.query(
    'insert into boite select * from json_populate_recordset(null::boite, $1)',
    [JSON.stringify(park)],
  );
  const sql = {
    url: platform.url,
    requete: 'select * from boite',
    totalMs: 60_000,
    requeteMaxMs: 30_000,
  };
  await loadLignes(db.pool, ouvrirSql(sql, plateforme, context), options, silentProgress, pushNow);
};

const parLdap: Entree = async (park) => {
  const entries = park.map((ligne): readonly [string, Record<string, string>] => [
    `uid=${ligne.adresse}`,
    Object.fromEntries(
      Object.entries({
        uid: ligne.adresse,
        mail: ligne.adresse,
        zimbraAccountStatus: ligne.etat,
        rpps: ligne.identifiantPp.replaceAll('１', '1'),
        finess: ligne.identifiantStructure,
        title: ligne.typeIdentifiantPp,
        employeeType: ligne.typeBal,
      }).filter(([, value]) => value.trim() !== ''),
    ),
  ]);
  const slapd = await startSlapd({ suffix, schema: zimbraSchema, ldif: zimbraLdif(entries) });
  try {
    const { connexion, correspondance } = sourceLdap(slapd.port);
    const colonnes = new Map(correspondance.colonnes)
      .set('typeBal', regle('employeeType'))
      .set('typeIdentifiantPp', regle('title'))
      .set('etat', regle('zimbraAccountStatus'));
    const ldap = { connexion, correspondance: { ...correspondance, colonnes } };
    await loadLignes(
      db.pool,
      ouvrirLdap(ldap, plateforme, context),
      options,
      silentProgress,
      pushNow,
    );
  } finally {
    await slapd.stop();
  }
};

/** A line at fault is taken out, as its platform would. */
const parPut: Entree = async (park) => {
  const rest: Ligne[] = [];
  for (const ligne of park) {
    const { status } = await client.put(ndjson(...rest, ligne));
    if (status === 200) rest.push(ligne);
    else assert.ok(status === 422 || status === 409, String(status));
  }
};

const parPatch: Entree = async (park) => {
  assert.equal((await client.put(ndjson(temoin))).status, 200);
  for (const [index, { adresse, ...ligne }] of park.entries()) {
    const horodatage = new Date(pushNow.getTime() - 60_000 + index).toISOString();
    const { status } = await client.patch([
      { evenement: 'modifiee', adresse, horodatage, lignes: [ligne] },
    ]);
    assert.ok(status === 200 || status === 422, String(status));
  }
};

/** Asked about everything before: an answer puts nothing anywhere. */
async function verifier(park: readonly Ligne[], headers: Record<string, string>): Promise<void> {
  for (const ligne of park) {
    const { adresse, typeBal, typeIdentifiantPp, identifiantPp, identifiantStructure } = ligne;
    const demande = { adresse, typeBal, typeIdentifiantPp, identifiantPp, identifiantStructure };
    const response = await fetch(`${hold.url}/api/v1/bals/verifier-creation`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ ...demande, listeRouge: false }),
    });
    if (ligne === temoin) assert.equal(response.status, 200);
    const verdict = (await response.json()) as {
      readonly autorise?: boolean;
      readonly normalise?: { readonly typeBal?: string; readonly identifiantPp?: string };
    };
    if (verdict.autorise !== true) continue;
    const lu = verdict.normalise;
    if (lu?.typeBal === 'PER') assert.match(String(lu.identifiantPp), /^\d{9,11}$/u);
  }
}

type Operation = { readonly adresse: string; readonly type: string; readonly rpps: string | null };

async function inserted(pool: Pool): Promise<Operation[]> {
  const { rows } = await pool.query<Operation>(
    `select adresse, type_bal as type, rpps from feed_operation where kind <> 'delete'`,
  );
  return rows;
}

const entrees: readonly (readonly [nom: string, entree: Entree, numRuns: number])[] = [
  ['a CSV file', parCsv, 10],
  ['a select', parSql, 10],
  ['an LDAP directory', parLdap, 3],
  ['snapshots (PUT)', parPut, 3],
  ['events (PATCH)', parPatch, 5],
];

describe('no type 10 in the outbox', () => {
  for (const [nom, entree, numRuns] of entrees) {
    const skip = entree === parLdap ? slapdSkip : false;
    test(`from ${nom}`, { skip }, async () => {
      await fc.assert(
        fc.asyncProperty(lignes, async (park) => {
          await viderPlan(db.pool);
          await emptyTables(db.pool, ['inventaire_import', 'inventaire_lot', 'bal_evenement']);
          await load(db.pool, national);
          const { headers } = await makeKey(db.pool, ['verification']);
          await verifier(park, headers);
          assert.deepEqual(await inserted(db.pool), []);
          await entree(park);
          await rapprocher(db.pool);
          await planifier(db.pool, {
            ...reglagesPlan,
            premierPlan: 'publier',
            inventaires: ['plateforme'],
          });
          const found = await inserted(db.pool);
          for (const { type, rpps: id } of found)
            if (type === 'PER' || type === 'CAB') assert.match(String(id), /^\d{11}$/u);
          // The way leads there: the BAL that may be published is.
          assert.ok(found.some(({ adresse }) => adresse === temoin.adresse));
        }),
        { numRuns: runs(numRuns) },
      );
    });
  }
});
