// What runs, and the banner of every page: judged as pure facts, then as a page in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EtatNoeud } from '../../../src/domain/etat-noeud.js';
import { insertNoeud, type Noeud } from '../../../src/store/noeud.js';
import { commencerPassage, finirPassage } from '../../../src/store/passage.js';
import { juger } from '../../../src/web/console/noeuds/alertes.js';
import { ecranNoeuds } from '../../../src/web/console/noeuds/ecran.js';
import { NoeudsLus } from '../../../src/web/console/noeuds/noeuds-lus.js';
import { keepScreen, testInBrowser } from '../../support/browser.js';
import { startConsole, type ConsoleEssai } from '../../support/console.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { baseEnService } from '../../support/veille.js';

const now = new Date('2027-01-15T09:00:00Z');
const ilYA = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

const etat: EtatNoeud = {
  noeud: 'srv-1',
  depuis: ilYA(600).toISOString(),
  services: [{ nom: 'web-1', etat: 'pret', raisons: [] }],
  etapes: [
    {
      nom: 'extraction',
      prochaine: ilYA(-60).toISOString(),
      dernier: { issue: 'reussite', fin: ilYA(120).toISOString(), message: 'Fait.' },
      estEnCours: false,
    },
  ],
  base: { estJoignable: true, depuis: ilYA(600).toISOString(), lectureSeule: false },
};

function noeud(change: Partial<Noeud> = {}): Noeud {
  return {
    id: '1',
    nom: 'srv-1',
    version: '1.0.0',
    pid: 1,
    demarreLe: ilYA(600),
    vuLe: ilYA(0),
    arreteLe: undefined,
    etat,
    ...change,
  };
}

const avecEtape = (change: Partial<EtatNoeud['etapes'][number]>): Noeud =>
  noeud({ etat: { ...etat, etapes: [{ nom: 'extraction', estEnCours: false, ...change }] } });

const cas: [nom: string, noeuds: Noeud[], attendu: RegExp | undefined][] = [
  ['all is well', [noeud()], undefined],
  ['nobody ever said anything: no daemon is wanted here', [], undefined],
  [
    'the last daemon went silent',
    [noeud({ vuLe: ilYA(5) })],
    /^erreur Aucun démon ne répond depuis le .* à 09:55.*systemctl start/u,
  ],
  ['it was stopped', [noeud({ arreteLe: ilYA(5), vuLe: ilYA(5) })], /^erreur Aucun démon/u],
  [
    'one of two went silent',
    [noeud(), noeud({ nom: 'srv-2', vuLe: ilYA(5) })],
    /^attention Le nœud srv-2 ne répond plus.*les autres ont pris le relais/u,
  ],
  [
    'one of two was stopped as it should',
    [noeud(), noeud({ nom: 'srv-2', arreteLe: ilYA(5), vuLe: ilYA(5) })],
    undefined,
  ],
  [
    'a stage that did not begin',
    [avecEtape({ prochaine: ilYA(45).toISOString() })],
    /^erreur L’étape « extraction » devait passer le .* et n’a pas commencé\.$/u,
  ],
  [
    'one that is under way',
    [avecEtape({ prochaine: ilYA(45).toISOString(), estEnCours: true })],
    undefined,
  ],
  [
    'a stage that failed',
    [
      avecEtape({
        dernier: { issue: 'echec', fin: ilYA(9).toISOString(), message: 'Disque plein.' },
      }),
    ],
    /^erreur L’étape « extraction » a échoué le .* : Disque plein\.$/u,
  ],
  [
    'a guard',
    [
      avecEtape({
        dernier: { issue: 'refus', fin: ilYA(9).toISOString(), message: 'Trop de BAL en moins.' },
      }),
    ],
    /^attention L’étape « extraction » a été retenue par une garde/u,
  ],
  [
    'a service',
    [
      noeud({
        etat: { ...etat, services: [{ nom: 'ldap-1', etat: 'arrete', raisons: ['port pris'] }] },
      }),
    ],
    /^attention srv-1 : le service ldap-1 est arrêté : port pris$/u,
  ],
];

for (const [nom, noeuds, attendu] of cas) {
  test(`the banner: ${nom}`, () => {
    const dites = juger(noeuds, baseEnService, now).map(({ genre, texte }) => `${genre} ${texte}`);
    assert.equal(dites.length, attendu ? 1 : 0, dites.join('\n'));
    if (attendu) assert.match(dites[0] ?? '', attendu);
  });
}

test('the banner: the database was away, for a quarter of an hour', () => {
  const dire = (minutes: number): string =>
    juger([noeud()], { ...baseEnService, backSince: ilYA(minutes) }, now)
      .map(({ texte }) => texte)
      .join();
  assert.match(dire(14), /répond de nouveau depuis le 15 janvier 2027 à 09:46/u);
  assert.equal(dire(16), '');
});

let db: TestDatabase;
let console_: ConsoleEssai;
before(async () => {
  db = await testDatabase();
  const echec = {
    issue: 'echec',
    fin: ilYA(9).toISOString(),
    message:
      'Le disque est plein : /var/lib/annuaire-sante-sync/extractions/Extraction_Correspondance_MSSante.zip',
  } as const;
  await insertNoeud(db.pool, {
    nom: 'srv-annuaire-1.chu-exemple.local',
    version: '1.0.0',
    pid: 1,
    demarreLe: ilYA(0),
    etat: {
      ...etat,
      etapes: [...etat.etapes, { nom: 'alimentation', dernier: echec, estEnCours: false }],
    },
  });
  const run = await commencerPassage(
    db.pool,
    {
      etape: 'alimentation',
      prevuLe: ilYA(10),
      noeud: 'srv-annuaire-1',
      pid: 1,
      correlation: '6f1c1a3e-7f0b-4f0e-9d57-0d1a7c6b2f10',
      tentativesMax: 3,
    },
    ilYA(10),
  );
  assert.ok(run);
  await finirPassage(
    db.pool,
    run,
    { issue: 'echec', code: 'DISQUE_PLEIN', message: echec.message, exitCode: 1 },
    ilYA(9),
  );
  const noeuds = new NoeudsLus({ db: db.pool, now: () => now });
  console_ = await startConsole(
    db.pool,
    [ecranNoeuds({ db: db.pool, now: () => now, noeuds })],
    () => now,
    noeuds,
  );
});
after(async () => {
  await console_.stop();
  await db.drop();
});

for (const format of ['telephone', 'bureau'] as const) {
  testInBrowser(`« Ce qui tourne » (${format})`, { format }, async ({ page, context }) => {
    const { cookies } = await console_.connecter();
    await context.addCookies(
      [...cookies].map(([name, value]) => ({ name, value, url: console_.url })),
    );
    await page.goto(`${console_.url}/console/noeuds`);
    await keepScreen(page, `noeuds ${format}`);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Ce qui tourne');
    const bandeau = page.getByRole('status', { name: 'État des nœuds' });
    assert.match((await bandeau.textContent()) ?? '', /« alimentation » a échoué/u);
    assert.match((await page.textContent('main')) ?? '', /srv-annuaire-1\.chu-exemple\.local/u);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.ok(Number(overflow) <= 0, 'nothing overflows');
  });
}
