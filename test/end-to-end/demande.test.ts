// A demande as it is lived: the form in the real web server, the commands of the administrator, a push to the simulator, and
// the extraction that no longer holds the BAL. Every part is a process of its own.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { donneesDe } from '../../src/web/demande/demande.js';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { courriels, etapes } from '../support/demande.js';
import { tempFolder } from '../support/extraction-files.js';
import { Navigateur, ouvrirSession } from '../support/navigateur.js';

const folder = join(tempFolder(), 'pays');
const config = join(folder, 'demande.yaml');
const children: ChildProcess[] = [];
let db: TestDatabase;

before(async () => {
  db = await testDatabase();
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await generateSample(
    { outDir: folder, scale: 'demo', day: 1, date: yesterday },
    silentProgress,
    new AbortController().signal,
  );
  configure('http://127.0.0.1:9');
});
after(async () => {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }
  await db.drop();
});

function configure(url: string): void {
  const sample = readFileSync(join(folder, 'annuaire-sync.yaml'), 'utf8');
  const text = sample.replace('http://127.0.0.1:8482', url);
  const web = `{ port: 0, urlPublique: 'http://127.0.0.1:1/prefixe' }`;
  writeFileSync(config, `${text}database: { url: '${db.url}' }\nweb: ${web}\n`);
}

function run(...words: readonly string[]): string {
  const { status, stdout, stderr } = runCommand(config, words);
  assert.equal(status, 0, `${words.join(' ')} : ${stderr}${stdout}`);
  return stdout;
}

/** The line by which it says that it listens. */
async function start(...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [mainProgram, '-c', config, '--json', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"ecoute"')) return line;
  }
  throw new Error(`${words.join(' ')} does not listen`);
}

type Choisie = { readonly adresse: string; readonly rpps: string };

/** A PER of ours that is published, of one holder, with no operation of its own. */
async function choisir(): Promise<Choisie> {
  const { rows } = await db.pool.query<Choisie>(
    `select o.adresse, min(o.identifiant_pp) as rpps from bal_operateur o
     join bal_annuaire a on a.adresse = o.adresse and a.gone_load_id is null
     where o.gone_load_id is null and o.etat = 'actif' and not o.liste_rouge
       and not exists (select from constat c where c.adresse = o.adresse and c.closed_run_id is null)
     group by o.adresse
     having bool_and(o.type_bal = 'PER' and a.type_bal = 'PER' and o.type_identifiant_pp = '8'
       and a.identifiant_pp = o.identifiant_pp) and count(distinct o.identifiant_pp) = 1
     order by o.adresse limit 1`,
  );
  const [choisie] = rows;
  assert.ok(choisie, 'the sample has no such BAL');
  return choisie;
}

test('from the form to « confirmée », through a push and the next extraction', async () => {
  run('extract');
  run('inventory', 'import');
  run('reconcile');
  const { adresse, rpps } = await choisir();

  const { message } = JSON.parse(await start('web')) as { message: string };
  const navigateur = new Navigateur(/http:\S+/u.exec(message)?.[0] ?? '');
  await ouvrirSession(db.pool, navigateur, {
    espace: 'demande',
    titulaire: `8${rpps}`,
    donnees: donneesDe({ idNatPs: `8${rpps}`, rpps, nom: 'EXEMPLE Anne', moyen: 'psc' }),
    now: new Date(),
  });
  const fiche = `/demande/bals/${encodeURIComponent(adresse)}`;
  const posted = await navigateur.poster(fiche, fiche, {
    etape: 'confirmer',
    motif: 'doublon',
    commentaire: 'J’en ai une autre.',
    contact: 'anne@exemple.fr',
  });
  assert.equal(posted.vers, '/prefixe/demande/suivi/1', posted.texte);

  assert.match(
    run('demandes', 'list'),
    new RegExp(`1 +${adresse.replaceAll('.', '\\.')} +reçue`, 'u'),
  );
  assert.match(run('status'), /✓ demandes des professionnels : 1 à traiter/u);
  assert.match(
    run('demandes', 'show', '1'),
    /raison : J’ai une autre boîte[^]*commentaire : J’en ai une autre\./u,
  );
  assert.match(run('demandes', 'accept', '1'), /supprimez-la de votre plateforme/u);
  const again = runCommand(config, ['demandes', 'accept', '1']);
  assert.equal(again.status, 3);
  assert.match(again.stderr, /est acceptée : elle ne peut pas devenir/u);

  run('plan', 'show');
  const operations = await db.pool.query<{ id: string }>(
    `select id from feed_operation where motif = 'DEMANDE_PS' and adresse = $1::text`,
    [adresse],
  );
  assert.ok(operations.rows.length > 0);
  const ids = operations.rows.map(({ id }) => id);
  run('plan', 'approve', '--operation', ...ids, '--override', 'essai');

  const { url } = JSON.parse(
    await start('simulate', 'feed', '--port', '0', '--appels-par-seconde', '0'),
  ) as {
    url: string;
  };
  configure(url.replace(/\/$/u, ''));
  run('push');
  assert.match(run('demandes', 'list'), /transmise à l’Annuaire/u);
  const published = join(folder, 'parutions');
  run('simulate', 'publish', '--out', published, '--sans-attendre');
  run('extract', 'bals', '--from', join(published, readdirSync(published)[0] ?? ''));
  assert.deepEqual(
    (await etapes(db.pool)).map((etape) => etape.split(' ')[0]),
    ['recue', 'en-examen', 'acceptee', 'transmise', 'confirmee'],
  );
  assert.deepEqual(await courriels(db.pool), [
    'demande-recue anne@exemple.fr',
    `demande-recue ${adresse}`,
    'demande-acceptee anne@exemple.fr',
    'demande-transmise anne@exemple.fr',
    'demande-confirmee anne@exemple.fr',
  ]);

  // The inventory still has it: said, and not published again.
  run('reconcile');
  assert.match(run('plan', 'show'), /Suppression décidée, mais BAL encore active/u);
  assert.match(
    run('status'),
    /1 BAL dont la suppression est acceptée est encore dans l’inventaire/u,
  );
  const { rows } = await db.pool.query<{ lien: string }>(
    `select donnees ->> 'lienSuivi' as lien from avis where gabarit = 'demande-confirmee'`,
  );
  const lien = new URL(rows[0]?.lien ?? '');
  assert.match(lien.pathname, /^\/prefixe\/demande\/lien\//u);
  const suivi = await new Navigateur(/http:\S+/u.exec(message)?.[0] ?? '').get(
    lien.pathname.replace('/prefixe', ''),
  );
  assert.match(suivi.texte, /C’est fait : l’adresse n’est plus dans l’Annuaire Santé/u);
  run('demandes', 'lift', '1', '--motif', 'elle revient en janvier');
  assert.match(run('--json', 'demandes', 'show', '1'), /"etape":"levee"/u);
});
