// Each command by which a person decides leaves one trace, with its author, its object and what came of it, refusals included
// (EX_GDT_5040): on a real database, from the command line. A command that is neither here nor known to decide nothing fails.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { runCli } from '../../src/cli.js';
import { loadFamilies } from '../../src/commands/families.js';
import { actionsTracees, type ActionTracee } from '../../src/domain/trace.js';
import { enqueueAvis } from '../../src/store/avis.js';
import { nouvelAvis } from '../support/avis.js';
import { writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { charger, deposee } from '../support/demande.js';
import { tempFolder } from '../support/extraction-files.js';
import { enfiler } from '../support/feed-queue.js';

let db: TestDatabase;
let config = '';
const secrets: string[] = [];

before(async () => {
  db = await testDatabase();
  config = writeCommandSettings(tempFolder(), db.url);
  await charger(db.pool);
  await deposee(db.pool);
  await enqueueAvis(db.pool, [nouvelAvis('un')], new Date());
  await enfiler(db.pool, [
    { kind: 'delete', adresse: 'a@chu.mssante.fr', state: 'dead' },
    { kind: 'delete', adresse: 'b@chu.mssante.fr', state: 'planned' },
    { kind: 'delete', adresse: 'c@chu.mssante.fr', state: 'planned' },
  ]);
});
after(() => db.drop());

/** In this process: so many commands in their own would take minutes. */
async function run(args: readonly string[]): Promise<{ status: number; out: string }> {
  const out = new PassThrough();
  const err = new PassThrough();
  err.resume();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    out,
    err,
    env: { ...process.env, SSH_CONNECTION: '192.0.2.9 4022 192.0.2.1 22' },
    signal: new AbortController().signal,
    now: () => new Date(),
  });
  return { status, out: Buffer.concat(chunks).toString('utf8') };
}

type Ligne = {
  readonly action: string;
  readonly issue: string;
  readonly auteur: string;
  readonly objets: string[];
  readonly adresse: string;
  readonly correlation: string | null;
  readonly contenu: string;
};

async function tracesAfter(sequence: number): Promise<Ligne[]> {
  const { rows } = await db.pool.query<Ligne>(
    `select action, issue, auteur_genre as auteur, objets, poste_adresse as adresse, correlation,
       concat(requete, reponse) as contenu from trace where sequence > $1::bigint order by sequence`,
    [sequence],
  );
  return rows;
}

async function lastSequence(): Promise<number> {
  const { rows } = await db.pool.query<{ last: number }>(
    `select coalesce(max(sequence), 0)::float8 as last from trace`,
  );
  return rows[0]?.last ?? 0;
}

type Cas = [commande: string, action: ActionTracee, issue: string, objet: string | undefined];

// In order: one prepares the next.
const cas: Cas[] = [
  ['comptes create m.durand --role lecteur', 'compte.creation', 'reussite', 'compte:m.durand'],
  ['comptes create m.durand --role lecteur', 'compte.creation', 'echec', 'compte:m.durand'],
  ['comptes role m.durand approbateur', 'compte.role', 'reussite', 'compte:m.durand'],
  ['comptes role personne lecteur', 'compte.role', 'echec', 'compte:personne'],
  ['comptes disable m.durand', 'compte.desactivation', 'reussite', 'compte:m.durand'],
  ['comptes disable personne', 'compte.desactivation', 'echec', 'compte:personne'],
  ['comptes enable m.durand', 'compte.reactivation', 'reussite', 'compte:m.durand'],
  ['comptes enable personne', 'compte.reactivation', 'echec', 'compte:personne'],
  ['comptes reset m.durand', 'compte.reinitialisation', 'reussite', 'compte:m.durand'],
  ['comptes reset personne', 'compte.reinitialisation', 'echec', 'compte:personne'],
  ['api-key create plateforme', 'cle-api.creation', 'reussite', 'cle-api:1'],
  ['api-key create plateforme', 'cle-api.creation', 'echec', undefined],
  ['api-key revoke plateforme', 'cle-api.revocation', 'reussite', 'cle-api:1'],
  ['api-key revoke absente', 'cle-api.revocation', 'echec', undefined],
  ['demandes list --max 1000', 'consultation', 'reussite', undefined],
  ['hygiene list --domaine chu.mssante.fr', 'consultation', 'reussite', undefined],
  ['notices list', 'consultation', 'reussite', undefined],
  ['plan show --detail', 'consultation', 'reussite', undefined],
  ['audit list --max 1', 'consultation', 'reussite', undefined],
  ['demandes examine 1', 'demande.examen', 'reussite', 'demande:1'],
  ['demandes examine 1', 'demande.examen', 'refus', 'demande:1'],
  ['demandes lift 1 --motif recréée', 'demande.levee', 'refus', 'demande:1'],
  ['demandes refuse 1 --motif encore-là', 'demande.refus', 'reussite', 'demande:1'],
  ['demandes refuse 1 --motif encore-là', 'demande.refus', 'refus', 'demande:1'],
  ['demandes accept 1', 'demande.acceptation', 'refus', 'demande:1'],
  ['demandes accept 999', 'demande.acceptation', 'refus', 'demande:999'],
  ['notices retry 1', 'avis.rejeu', 'reussite', 'avis:1'],
  ['notices retry 99 w7', 'avis.rejeu', 'refus', undefined],
  ['notices cancel 1', 'avis.annulation', 'reussite', 'avis:1'],
  ['notices cancel 1', 'avis.annulation', 'refus', undefined],
  ['push replay 1', 'envoi.rejeu', 'reussite', 'operation:1'],
  ['push replay 99', 'envoi.rejeu', 'refus', undefined],
  ['push cancel 1', 'envoi.annulation', 'reussite', 'operation:1'],
  ['push cancel 99', 'envoi.annulation', 'refus', undefined],
  ['plan approve --operation 2', 'plan.approbation', 'refus', 'operation:2'],
  ['plan approve --override essai-du-soir', 'plan.levee', 'refus', undefined],
  ['plan reject --operation 3 --motif-du-refus pas-encore', 'plan.rejet', 'refus', 'operation:3'],
  ['plan reject --operation 99 --motif-du-refus pas-encore', 'plan.rejet', 'refus', 'operation:99'],
  [
    'hygiene keep a@chu.mssante.fr --motif utile',
    'hygiene.conservation',
    'echec',
    'bal:a@chu.mssante.fr',
  ],
  ['domains lookalike known chu-exempIe.fr', 'domaine.connu', 'echec', 'domaine:chu-exempie.fr'],
  [
    'domains lookalike unknown chu-exempIe.fr',
    'domaine.inconnu',
    'echec',
    'domaine:chu-exempie.fr',
  ],
  ['inventory accept 999', 'inventaire.acceptation', 'echec', undefined],
  ['inventory drop ancienne --accept', 'inventaire.retrait', 'echec', 'source:ancienne'],
  ['inventory transfer a b', 'inventaire.transfert', 'echec', undefined],
  ['restore --declarer 2026-01-01', 'restauration', 'reussite', undefined],
  ['restore --lever essai-du-soir', 'restauration.levee', 'reussite', undefined],
  ['restore --lever essai-du-soir', 'restauration.levee', 'echec', undefined],
];

for (const [commande, action, issue, objet] of cas) {
  test(`« ${commande} »: ${action}, ${issue}`, async () => {
    const from = await lastSequence();
    const { out } = await run(commande.split(' '));
    for (const [secret] of out.matchAll(/[\w-]{43}|ass_\S+/gu)) secrets.push(secret);
    const [found, ...others] = (await tracesAfter(from)).filter(
      ({ auteur }) => auteur === 'personne',
    );
    assert.ok(found, 'it left no trace');
    assert.deepEqual(others, []);
    assert.deepEqual([found.action, found.issue], [action, issue], found.contenu);
    assert.ok(objet === undefined || found.objets.includes(objet), found.objets.join());
    assert.equal(found.adresse, '192.0.2.9', 'of the person, not of the machine');
    assert.ok(found.correlation !== null);
    assert.ok(issue === 'reussite' || found.contenu.length > 2, 'a refusal says why');
  });
}

test('no secret that a command showed is in the journal', async () => {
  assert.ok(secrets.length >= 2, 'a key and a code of activation were shown');
  const { rows } = await db.pool.query<{ journal: string }>(
    `select string_agg(concat(requete, reponse, objets::text), ' ') as journal from trace`,
  );
  for (const secret of secrets) assert.ok(!rows[0]?.journal.includes(secret), secret);
});

test('an address to download from is traced without what signs it', async () => {
  const from = await lastSequence();
  const signee =
    'http://localhost:1/ps.zip?X-Amz-Date=2026&X-Amz-Signature=4f5e6d7c&cle;sig=8b9c#jeton-nu';
  // One address for all sources is refused: nothing is asked of it.
  assert.equal((await run(['extract', '--from', signee])).status, 2);
  const [trace] = await tracesAfter(from);
  const masquee = 'http://localhost:1/ps.zip?X-Amz-Date=***&X-Amz-Signature=***&***;sig=***#***';
  const contenu = trace?.contenu ?? '';
  assert.ok(contenu.includes(masquee), contenu);
  assert.doesNotMatch(contenu, /4f5e6d7c|8b9c|jeton-nu/u);
});

/** They read of one person, or of no professional, prepare a file, serve, or run by themselves: a run is traced as the program's, by its own tests. */
const sansDecision =
  /^(?:backup|daemon.*|extract|reconcile|report|status|export .*|ldap.*|simulate.*|verify .*|web|config .*|sample|demo|audit (?:verify|checkpoint|key|export)|migrate|doctor|push|plan|inventory (?:template|import|sync)|hygiene run|notices send|push status|(?:audit|demandes|hygiene|notices|purge|push) show|(?:domains lookalike|api-key|comptes|purge) list)$/u;

test('every command of the program is in the table, or decides nothing', async () => {
  const program = new Command('annuaire-sync');
  const surroundings = { out: process.stdout, err: process.stderr, env: {} };
  const context = {
    surroundings: { ...surroundings, signal: new AbortController().signal, now: () => new Date() },
    setExitCode: () => undefined,
  };
  for (const register of await loadFamilies(['node', 'annuaire-sync'])) register(program, context);
  const all = program.commands.flatMap((command) => leaves(command, ''));
  assert.ok(all.length > 40, all.join());
  const missing = all.filter(
    (name) =>
      !sansDecision.test(name) &&
      !cas.some(([commande]) => commande.startsWith(`${name} `) || commande === name),
  );
  assert.deepEqual(missing, []);
});

function leaves(command: Command, before: string): string[] {
  const name = `${before}${command.name()}`;
  return command.commands.length === 0
    ? [name]
    : command.commands.flatMap((one) => leaves(one, `${name} `));
}

test('every action that the journal knows is written by some part of the program', () => {
  const source = readAll('src');
  const unused = actionsTracees.filter((action) => !source.includes(`'${action}'`));
  assert.deepEqual(unused, []);
});

function readAll(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(
      (path) => !path.endsWith('trace.ts') || path.includes('audit') || path.includes('commands'),
    )
    .map((path) => (statSync(path).isDirectory() ? readAll(path) : readFileSync(path, 'utf8')))
    .join('\n');
}
