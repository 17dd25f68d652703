// « comptes » as it is run: piped, and on a terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { findCompte } from '../../src/store/compte.js';
import { hashCodeActivation } from '../../src/web/compte/code.js';
import { findActivation } from '../../src/store/compte-connexion.js';
import { MotsDePasse } from '../../src/web/compte/mot-de-passe.js';
import {
  mainProgram,
  runHere,
  writeCommandSettings,
  type CommandResult,
} from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let config = '';
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  config = writeCommandSettings(tempFolder(), database.url);
  appendFileSync(config, 'web: { urlPublique: "https://annuaire.exemple.fr/sante/" }\n');
});
after(() => database.drop());

function run(...args: string[]): Promise<CommandResult> {
  return runHere(config, ['comptes', ...args]);
}

/** On a pseudo-terminal: each answer is typed once its question is there. */
async function runOnTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<{ readonly status: number; readonly seen: string }> {
  const command = [process.execPath, mainProgram, '-c', config, 'comptes', ...args];
  const child = spawn('script', [
    '-qec',
    command.map((word) => `'${word}'`).join(' '),
    '/dev/null',
  ]);
  const waiting = [...answers];
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    const [next] = waiting;
    if (next && seen.includes(next[0])) {
      waiting.shift();
      child.stdin.write(`${next[1]}\r`);
    }
  });
  const [status] = (await once(child, 'close')) as [number];
  assert.deepEqual(waiting, [], seen);
  return { status, seen };
}

function typed(first: string, second = first): [string, string][] {
  return [
    ['Mot de passe : ', first],
    ['Encore une fois : ', second],
  ];
}

test('without a terminal, an account comes with a link that is shown once', async () => {
  const { status, stdout, stderr } = await run('create', 'M.Durand', '--role', 'gestionnaire');
  assert.equal(status, 0, stderr);
  const code = /^https:\/\/annuaire\.exemple\.fr\/sante\/console\/activation\/(\S{43})$/mu.exec(
    stdout,
  )?.[1];
  assert.match(stdout, /compte « m\.durand » \(gestionnaire\), à usage unique, valable jusqu’au/u);
  const compte = await findCompte(database.pool, 'm.durand');
  const empreinte = hashCodeActivation(code ?? '');
  assert.ok(empreinte && compte);
  assert.equal(compte.motDePasse, undefined);
  assert.equal(await findActivation(database.pool, empreinte, new Date()), compte.id);
  const { rows } = await database.pool.query(`select * from compte`);
  assert.ok(!JSON.stringify(rows).includes(code ?? ''));
});

test('on a terminal, the password is typed twice and the secret is shown', async () => {
  const { status, seen } = await runOnTerminal(
    ['create', 'a.martin', '--role', 'approbateur'],
    typed('quatre mots sans rapport'),
  );
  assert.equal(status, 0, seen);
  assert.match(seen, /sans appareil photo, tapez : ([A-Z2-7]{4} ){7}[A-Z2-7]{4}/u);
  assert.match(seen, /[▀▄█]/u);
  assert.ok(!seen.includes('quatre mots'), seen);
  const compte = await findCompte(database.pool, 'a.martin');
  assert.equal(
    await new MotsDePasse().verify(compte?.motDePasse, 'quatre mots sans rapport'),
    true,
  );
  assert.match(compte?.motDePasse ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/u);
});

test('a password refused or typed otherwise the second time makes no account', async () => {
  const cases: readonly (readonly [readonly [string, string][], RegExp])[] = [
    [typed('trop court'), /Au moins 12 caractères/u],
    [typed('r.petit mon compte'), /contient le nom du compte/u],
    [typed('quatre mots sans rapport', 'quatre mots sans raport'), /Les deux saisies diffèrent/u],
  ];
  for (const [answers, message] of cases) {
    const { status, seen } = await runOnTerminal(
      ['create', 'r.petit', '--role', 'lecteur'],
      answers,
    );
    assert.equal(status, 2, seen);
    assert.match(seen, message);
  }
  assert.equal(await findCompte(database.pool, 'r.petit'), undefined);
});

test('a name is taken once, and an unknown one is told', async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['create', 'm.durand', '--role', 'lecteur'], 1, /s’appelle déjà « m\.durand »/u],
    [['create', 'Marie Durand', '--role', 'lecteur'], 2, /De 2 à 64 lettres/u],
    [['create', 'l.roy'], 2, /Option obligatoire absente : --role/u],
    [['create', 'l.roy', '--role', 'administrateur'], 2, /lecteur, gestionnaire, approbateur/u],
    [['disable', 'personne'], 1, /Aucun compte ne s’appelle « personne »/u],
    [['enable', 'personne'], 1, /Aucun compte/u],
    [['reset', 'personne'], 1, /Aucun compte/u],
    [['role', 'personne', 'lecteur'], 1, /Aucun compte/u],
  ];
  for (const [args, status, message] of cases) {
    const result = await run(...args);
    assert.equal(result.status, status, args.join(' '));
    assert.match(result.stderr, message);
  }
});

test('an account is listed, changed, disabled, and begins anew', async () => {
  const versionOf = async (): Promise<number> =>
    (await findCompte(database.pool, 'a.martin'))?.version ?? 0;
  const first = await versionOf();
  assert.match(
    (await run('role', 'a.martin', 'lecteur')).stdout,
    /Compte « a\.martin » : lecteur\./u,
  );
  assert.match(
    (await run('disable', 'a.martin')).stdout,
    /désactivé ; ses sessions sont terminées/u,
  );
  assert.match((await run('list')).stdout, /a\.martin +lecteur +désactivé le .* +jamais connecté/u);
  assert.match((await run('enable', 'a.martin')).stdout, /actif/u);
  assert.match(
    (await run('list')).stdout,
    /a\.martin +lecteur +actif, second facteur à confirmer/u,
  );
  assert.match((await run('reset', 'a.martin')).stdout, /\/console\/activation\//u);
  assert.match((await run('list')).stdout, /a\.martin +lecteur +à activer avant le/u);
  assert.equal(await versionOf(), first + 4);
});

test('in JSON, nothing but the activation is secret', async () => {
  const { stdout } = await runHere(config, [
    '--json',
    'comptes',
    'create',
    'j.son',
    '--role',
    'lecteur',
  ]);
  const made = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(made['lien']), /^https:.*\/console\/activation\//u);
  const list = (await runHere(config, ['--json', 'comptes', 'list'])).stdout;
  assert.doesNotMatch(list, /argon2|totp|empreinte/iu);
  assert.equal((JSON.parse(list) as unknown[]).length, 3);
});
