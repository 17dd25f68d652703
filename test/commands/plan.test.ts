// « plan » as it is run: what it answers, in French, in CSV and in JSON, and its exit codes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { runHere, type CommandResult } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { socle } from '../support/plan.js';

const config = join(tempFolder(), 'annuaire-sync.yaml');
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  writeFileSync(
    config,
    `database: { url: '${database.url}' }
operateur: { nom: Exemple, domaines: [chu.mssante.fr, autre.mssante.fr] }
plan: { quatreYeux: true, gardes: { domaineSuppressionsMax: 2 } }
`,
  );
});

after(() => database.drop());

type Result = CommandResult;

function run(...args: string[]): Promise<Result> {
  return runHere(config, args, { SUDO_USER: 'dupont' });
}

type PlanJson = {
  version: number;
  plan: { numero: number; etat: string; gardes: { garde: string }[] };
  operations: { numero: string; kind: string; adresse: string; porteur: { rpps: string } }[];
  retenues: { code: string }[];
  avertissements: string[];
};

const planOf = ({ stdout }: Result): PlanJson => JSON.parse(stdout) as PlanJson;
const faultOf = ({ stdout }: Result): { code: string; message: string } =>
  (JSON.parse(stdout) as { erreur: { code: string; message: string } }).erreur;
const rpps = '10000000018';
const autre = '10000000026';

// One life of a plan, in order: each step starts from the one before.
test('a plan from nothing to its decisions', async (t) => {
  await t.test('without sources there is none, and the answer says what to do', async () => {
    const { status, stderr } = await run('plan');
    assert.equal(status, 3);
    assert.match(stderr, /^L’inventaire n’a jamais été importé : lancez/u);
    assert.equal(faultOf(await run('--json', 'plan', 'show')).code, 'PLAN_SANS_SOURCE');
  });

  await t.test('is computed and told after a reconciliation', async () => {
    await load(database.pool, {
      ...socle,
      listeBlanche: [{ domaine: 'chu.mssante.fr' }, { domaine: 'autre.mssante.fr' }],
      inventaire: [
        { adresse: 'a@chu.mssante.fr', rpps, service: 'Urgences' },
        { adresse: 'b@autre.mssante.fr', rpps },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: '1750000011', service: '=cmd()' },
        { adresse: 't@chu.mssante.fr' },
      ],
      bals: [
        { adresse: 'x@chu.mssante.fr', rpps: autre },
        { adresse: 'y@autre.mssante.fr', rpps: autre },
        { adresse: 'o@chu.mssante.fr', type: 'ORG', structure: '1750000011', service: 'Accueil' },
      ],
    });
    assert.equal((await run('reconcile')).status, 0);
    const { status, stdout } = await run('plan');
    assert.equal(status, 0);
    assert.match(stdout, /^Plan n° 1 du .* : ouvert$/mu);
    assert.match(stdout, /^À décider : 2 créations, 1 modification, 2 suppressions\.$/mu);
    assert.match(stdout, /service « Accueil » → service « =cmd\(\) »/u);
    assert.match(stdout, /PER_TYPE_10 : 1\. .*\n.*Que faire : Indiquez le RPPS/u);
    assert.match(stdout, /plan approve --plan 1 --tout/u);
  });

  await t.test('is the same in JSON, in CSV and in full', async () => {
    const plan = planOf(await run('--json', 'plan', 'show'));
    assert.deepEqual([plan.version, plan.plan.numero, plan.plan.etat], [1, 1, 'ouvert']);
    assert.deepEqual(
      plan.operations.map(({ kind, adresse }) => `${kind} ${adresse}`),
      [
        'insert b@autre.mssante.fr',
        'delete y@autre.mssante.fr',
        'insert a@chu.mssante.fr',
        'replace o@chu.mssante.fr',
        'delete x@chu.mssante.fr',
      ],
    );
    assert.deepEqual(
      plan.retenues.map(({ code }) => code),
      ['PER_TYPE_10'],
    );
    const csv = (await run('plan', 'show', '--format', 'csv')).stdout;
    assert.match(csv, /^\ufeffetat;operation;/u);
    assert.equal(csv.trim().split('\r\n').length, 7);
    assert.doesNotMatch(csv, /;=cmd/u, 'no cell is a formula');
    const detail = (await run('plan', 'show', '--detail', '--domaine', 'AUTRE.mssante.fr')).stdout;
    assert.match(detail, /b@autre/u);
    assert.doesNotMatch(detail, /@chu/u);
  });

  await t.test('a decision says what it decides on, or is refused with 2', async () => {
    for (const args of [
      ['approve'],
      ['reject', '--tout'],
      ['approve', '--tout', '--kind', 'insert'],
      ['approve', '--kind', 'detruire'],
      ['approve', '--operation', 'un'],
      ['approve', '--operation', '1', '999'],
      ['approve', '--tout', '--auteur', ''],
      ['approve', '--tout', '--auteur', ' '],
      ['approve', '--tout', '--auteur', '\u200b'],
      ['approve', '--tout', '--auteur', '\u001b[2Jdupont'],
      ['approve', '--tout', '--auteur', 'Réglage plan.approbation (aucune personne)'],
      ['approve', '--operation', Array.from({ length: 10_001 }, (_, i) => i).join(',')],
      ['approve', '--tout', '--override', 'x'.repeat(100_000)],
      ['approve', '--tout', '--override', ''],
    ]) {
      assert.equal((await run('plan', ...args)).status, 2, args.join(' '));
    }
    assert.equal((await run('plan', 'approve', '--plan', '9', '--tout')).status, 3);
  });

  await t.test('creations go with one word, a deletion with two people', async () => {
    const created = await run('plan', 'approve', '--plan', '1', '--kind', 'insert');
    assert.match(created.stdout, /choisies : 2 créations\.\n✓ 2 approuvées/u);
    assert.match(
      (await run('plan', 'approve', '--kind', 'delete')).stdout,
      /2 suppressions approuvées une première fois/u,
    );
    assert.match(
      (await run('plan', 'approve', '--kind', 'delete')).stdout,
      /2 que vous aviez déjà approuvées/u,
    );
    assert.match((await run('plan')).stdout, /En attente d’une seconde personne : 2 suppressions/u);
    const second = await run(
      '--json',
      'plan',
      'approve',
      '--adresse',
      'x@chu.mssante.fr',
      '--auteur',
      'martin',
    );
    assert.match(second.stdout, /"approuvees":1,/u);
  });

  await t.test(
    'what is rejected is told with who and when, and comes back by its number',
    async () => {
      const rejected = await run(
        'plan',
        'reject',
        '--kind',
        'replace',
        '--motif-du-refus',
        'service faux',
      );
      assert.match(rejected.stdout, /écartées : 1 modification/u);
      assert.equal((await run('reconcile')).status, 0);
      const { stdout } = await run('plan');
      const [, numero = ''] =
        /L’opération n° (\d+) a été écartée le .* par dupont/u.exec(stdout) ?? [];
      assert.match(
        (await run('plan', 'approve', '--operation', numero)).stdout,
        /1 écartée auparavant, reprise/u,
      );
      const { rows } = await database.pool.query<{ n: number }>(
        `select count(*)::integer as n from plan_decision where author = 'dupont'`,
      );
      assert.equal(rows[0]?.n, 4);
    },
  );

  await t.test('a plan that cannot be computed again is shown as it was, and says so', async () => {
    await load(database.pool, {
      inventaire: [{ adresse: 'a@chu.mssante.fr', rpps }],
      bals: ['w', 'x', 'y', 'z'].map((nom) => ({ adresse: `${nom}@chu.mssante.fr`, rpps: autre })),
    });
    const { status, stdout } = await run('plan');
    assert.equal(status, 0);
    assert.match(stdout, /^! Ce plan n’a pas pu être recalculé/u);
    assert.equal(planOf(await run('--json', 'plan')).avertissements.length, 1);
    assert.equal((await run('plan', 'approve', '--tout')).status, 3);
  });

  await t.test('a guard stops it with 3, and an override goes on, traced', async () => {
    assert.equal((await run('reconcile')).status, 0);
    const { stdout } = await run('plan');
    assert.match(stdout, /BLOQUÉ par une garde\n/u);
    assert.match(stdout, /Approuvées auparavant, qui ne partiront pas : \d+\./u);
    assert.match(
      stdout,
      /Un seul domaine: annuaire-sync plan approve --plan \d+ --domaine D --override/u,
    );
    const refused = await run('--json', 'plan', 'approve', '--tout');
    assert.equal(refused.status, 3);
    const erreur = faultOf(refused);
    assert.equal(erreur.code, 'PLAN_BLOQUE');
    assert.match(
      erreur.message,
      /3 suppressions dans le domaine chu\.mssante\.fr, et 1 déjà approuvée .* : 4 en tout ; la limite est de 2/u,
    );
    const forced = await run(
      'plan',
      'approve',
      '--domaine',
      'chu.mssante.fr',
      '--override',
      'fermeture du service',
    );
    assert.equal(forced.status, 0, forced.stderr);
    assert.match(forced.stdout, /✓ Garde levée : /u);
    const { rows } = await database.pool.query(
      `select author, reason from plan_decision where action = 'override'`,
    );
    assert.deepEqual(rows, [{ author: 'dupont', reason: 'fermeture du service' }]);
  });
});
