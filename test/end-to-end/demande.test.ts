// A demande as it is lived: a browser that signs in at the simulated Pro Santé Connect, the form in the real web server, the
// commands of the administrator, a push to the simulator, and the extraction that no longer holds the BAL.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';
import { parse, stringify } from 'yaml';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { pscPerson } from '../../src/simulator/identity/person.js';
import { testInBrowser } from '../support/browser.js';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { courriels, etapes } from '../support/demande.js';
import { tempFolder } from '../support/extraction-files.js';
import {
  clientId,
  clientSecret,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
} from '../support/identity-provider.js';
import { inspectPage } from '../support/page-checks.js';

const folder = join(tempFolder(), 'pays');
const config = join(folder, 'demande.yaml');
const children: ChildProcess[] = [];
/** Known before the server listens, for Pro Santé Connect compares it: an address of this machine that no other test uses. */
const site = `http://127.${10 + ((process.pid >> 16) % 200)}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}:8600`;
let db: TestDatabase;
let provider: FaultyIdentityProvider | undefined;

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
  await provider?.close();
  await db.drop();
});

function configure(feedUrl: string): void {
  const sample = readFileSync(join(folder, 'annuaire-sync.yaml'), 'utf8').replace(
    'http://127.0.0.1:8482',
    feedUrl,
  );
  const { hostname, port } = new URL(site);
  const psc = provider && {
    decouverte: provider.discovery,
    emetteur: provider.issuer,
    clientId,
    secret: clientSecret,
  };
  const rest = {
    database: { url: db.url },
    web: { adresse: hostname, port: Number(port), urlPublique: site },
    ...(psc && { professionnels: { psc } }),
  };
  writeFileSync(config, stringify({ ...(parse(sample) as object), ...rest }));
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

testInBrowser(
  'from the sign-in to « confirmée », through a push and the next extraction',
  {
    format: 'telephone',
    // Its port is known once the BAL is chosen whose holder signs in there.
    fautesAttendues: [/^demande à une autre origine : http:\/\/127\.0\.0\.1:\d+\/auth\/realms\//u],
  },
  async ({ page, t }) => {
    run('extract');
    run('inventory', 'import');
    run('reconcile');
    const { adresse, rpps } = await choisir();
    const qui = { idNatPs: `8${rpps}`, prenom: 'Anne', nom: 'EXEMPLE' };
    provider = await startTestIdentityProvider({
      redirectUris: [`${site}/demande/retour`],
      postLogoutRedirectUris: [`${site}/demande/deconnecte`],
      persons: [pscPerson(qui)],
    });
    configure('http://127.0.0.1:9');
    await start('web');

    await page.goto(`${site}/demande`);
    await page.getByRole('link', { name: 'Se connecter' }).click();
    await page.getByRole('link', { name: /Pro Santé Connect/u }).click();
    await page.getByRole('button', { name: /Anne EXEMPLE/u }).click();
    await page.waitForURL(`${site}/demande/bals`);
    await page.getByRole('link', { name: `Demander la suppression de ${adresse}` }).click();
    await page.getByLabel('J’ai une autre boîte').check();
    await page.getByLabel('Votre commentaire').fill('J’en ai une autre.');
    await page.getByLabel('Votre adresse de courriel').fill('anne@exemple.fr');
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByRole('button', { name: 'Confirmer' }).click();
    await page.waitForURL(`${site}/demande/suivi/1`);

    t.diagnostic('the administrator decides');
    assert.match(
      run('demandes', 'list'),
      new RegExp(`1 +${adresse.replaceAll('.', '\\.')} +reçue`, 'u'),
    );
    assert.match(run('status', '--detail'), /✓ demandes des professionnels : 1 à traiter/u);
    assert.match(
      run('demandes', 'show', '1'),
      /raison : J’ai une autre boîte[^]*commentaire : J’en ai une autre\./u,
    );
    assert.match(run('demandes', 'accept', '1'), /supprimez-la de votre plateforme/u);
    const again = runCommand(config, ['demandes', 'accept', '1']);
    assert.equal(again.status, 3);
    assert.match(again.stderr, /est acceptée : elle ne peut pas devenir/u);
    await transmettre(adresse);
    assert.match(run('demandes', 'list'), /transmise à l’Annuaire/u);
    await page.reload();
    await page.getByText('L’Annuaire Santé a accepté la suppression').waitFor();

    t.diagnostic('the next extraction');
    const published = join(folder, 'parutions');
    run('simulate', 'publish', '--out', published, '--sans-attendre');
    run('extract', 'bals', '--from', join(published, readdirSync(published)[0] ?? ''));
    await page.reload();
    await page.getByText('C’est fait : l’adresse n’est plus dans l’Annuaire Santé').waitFor();
    assert.deepEqual(await inspectPage(page), { mineures: [], bonnesPratiques: [] });
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

    t.diagnostic('he leaves; the link of the mail still shows it');
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('heading', { name: 'Se déconnecter du fournisseur simulé' }).waitFor();
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.waitForURL(`${site}/demande/deconnecte`);
    const { rows } = await db.pool.query<{ lien: string }>(
      `select donnees ->> 'lienSuivi' as lien from avis where gabarit = 'demande-confirmee'`,
    );
    await page.goto(rows[0]?.lien ?? '');
    await page.getByText('C’est fait').waitFor();

    t.diagnostic('the inventory still has it: said, and not published again');
    run('reconcile');
    assert.match(run('plan', 'show'), /Suppression décidée, mais BAL encore active/u);
    assert.match(
      run('status', '--detail'),
      /1 BAL dont la suppression est acceptée est encore dans/u,
    );
    run('demandes', 'lift', '1', '--motif', 'elle revient en janvier');
    assert.match(run('--json', 'demandes', 'show', '1'), /"etape":"levee"/u);
  },
);

async function transmettre(adresse: string): Promise<void> {
  run('plan', 'show');
  const { rows } = await db.pool.query<{ id: string }>(
    `select id from feed_operation where motif = 'DEMANDE_PS' and adresse = $1::text`,
    [adresse],
  );
  assert.ok(rows.length > 0);
  const ids = rows.map(({ id }) => id);
  run('plan', 'approve', '--operation', ...ids, '--override', 'essai');
  const listening = await start('simulate', 'feed', '--port', '0', '--appels-par-seconde', '0');
  const { url } = JSON.parse(listening) as { url: string };
  configure(url.replace(/\/$/u, ''));
  run('push');
}
