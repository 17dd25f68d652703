// The sheets, the search box and the journal of the console, over the real server and the real database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listTraces } from '../../src/store/journal-lecture.js';
import { recordTrace } from '../../src/store/journal.js';
import { ecranFiches } from '../../src/web/console/fiches/ecran.js';
import { ecranJournal } from '../../src/web/console/journal/ecran.js';
import { ecranRecherche } from '../../src/web/console/recherche/ecran.js';
import { load } from '../support/annuaire.js';
import { startConsole, type ConsoleEssai } from '../support/console.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { enfiler } from '../support/feed-queue.js';
import { rapprocher } from '../support/rapprochement.js';
import type { Navigateur } from '../support/navigateur.js';

const now = new Date('2026-11-23T09:00:00Z');
const hostile = `<script>alert(1)</script>"'&`;
const echappe = '&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;';
const rpps = '10003456780';
const adresse = 'jean.dupont@chu-exemple.mssante.fr';

let db: TestDatabase;
let site: ConsoleEssai;
let lecteur: Navigateur;

before(async () => {
  db = await testDatabase();
  const socle = {
    finess: [
      { finess: '750000001', nature: 'EJ', raisonSociale: `CHU ${hostile}` },
      { finess: '750000019', nature: 'EG', ej: '750000001', raisonSociale: 'Site Nord' },
    ],
    activites: [
      {
        rpps,
        nom: `DUPONT ${hostile}`,
        prenom: 'Jean',
        site: '750000019',
        raisonSociale: `Site ${hostile}`,
      },
      {
        rpps: '10003456798',
        nom: 'DUPOND',
        prenom: 'Marie',
        site: '750000019',
        raisonSociale: 'Site Nord',
      },
      {
        rpps: '10003456806',
        nom: 'DUPOND',
        prenom: 'Luc',
        site: '750000019',
        raisonSociale: 'Site Nord',
      },
    ],
    listeBlanche: [{ domaine: 'chu-exemple.mssante.fr' }],
  } as const;
  const hebergee = { adresse, type: 'PER', rpps, structure: '1750000019', service: hostile };
  const publiee = {
    ...hebergee,
    nom: hostile,
    prenom: 'Jean',
    service: 'Autre',
    colonnes: { raison_sociale: hostile },
  };
  const autre = {
    adresse: 'jean.autre@chu-exemple.mssante.fr',
    type: 'ORG',
    structure: '1750000001',
  };
  await load(db.pool, { ...socle, bals: [], inventaire: [autre] });
  await load(db.pool, {
    bals: [publiee],
    inventaire: [autre, { ...hebergee, responsable: hostile, description: hostile }],
  });
  await rapprocher(db.pool);
  await enfiler(db.pool, [{ adresse, rpps, structure: '1750000019' }]);
  site = await startConsole(
    db.pool,
    [
      ecranFiches({ pool: db.pool, now: () => now }),
      ecranJournal({ pool: db.pool, now: () => now }),
      ecranRecherche({ pool: db.pool, now: () => now }),
    ],
    () => now,
  );
  lecteur = await site.connecter('lecteur');
});
after(async () => {
  await site.stop();
  await db.drop();
});

const fiches = [
  `/console/bals/${encodeURIComponent(adresse)}`,
  `/console/professionnels/${rpps}`,
  '/console/structures/1750000019',
  '/console/structures/750000001',
];

for (const chemin of fiches) {
  test(`${chemin} shows what is known, as text, and is traced`, async () => {
    const { status, texte } = await lecteur.get(chemin);
    assert.equal(status, 200, texte);
    assert.ok(texte.includes(echappe), texte);
    assert.ok(!texte.includes('<script'), 'hostile text stands as it is');
    assert.match(texte, /\/console\/bals\/jean|<h1>jean/u);
    const [trace] = await listTraces(
      db.pool,
      { action: 'consultation' },
      { ordre: 'recentes', max: 1 },
    );
    assert.match(trace?.contenu?.auteur.id ?? '', /^compte:/u);
    assert.equal(trace?.contenu?.objets.length, 1);
  });
}

test('the sheet of a BAL tells both sides, what differs, what was found, and its history in order', async () => {
  const { texte } = await lecteur.get(fiches[0] ?? '');
  assert.match(texte, /publiée dans l’Annuaire/u);
  assert.match(texte, /hébergée ici/u);
  assert.match(texte, /Service <span class="etiquette attention">diffère/u);
  assert.match(texte, /Publiée dans l’Annuaire/u);
  assert.match(texte, /Entrée dans l’inventaire/u);
  assert.match(texte, /href="\/console\/constats\/\d+"/u);
  assert.match(texte, /href="\/console\/professionnels\/10003456780"/u);
  assert.match(texte, /href="\/console\/structures\/1750000019"/u);
  assert.match(texte, /href="\/console\/envois\/\d+"/u);
});

test('what nobody knows is a page that says what to do, and leaves no trace', async () => {
  const before = await listTraces(db.pool, {}, { ordre: 'recentes', max: 1 });
  for (const chemin of [
    '/console/bals/personne@nulle-part.fr',
    '/console/bals/%00',
    `/console/bals/${'a'.repeat(700)}`,
    '/console/professionnels/10009999999',
    '/console/professionnels/abc',
    '/console/structures/999999999',
    `/console/structures/${encodeURIComponent("1' or true --")}`,
    '/console/journal/99999',
    '/console/journal/x',
  ]) {
    const { status, texte } = await lecteur.get(chemin);
    assert.equal(status, 404, chemin);
    assert.match(texte, /<h1>(BAL|Professionnel|Structure|Trace) (inconnue?|introuvable)/u);
  }
  const afterwards = await listTraces(db.pool, {}, { ordre: 'recentes', max: 1 });
  assert.equal(afterwards[0]?.sequence, before[0]?.sequence);
});

const recherches: [q: string, vers: string][] = [
  [adresse, `/console/bals/${encodeURIComponent(adresse)}`],
  [`  ${adresse.toUpperCase()} `, `/console/bals/${encodeURIComponent(adresse)}`],
  ['jean.dup', `/console/bals/${encodeURIComponent(adresse)}`],
  [rpps, `/console/professionnels/${rpps}`],
  [`8${rpps}`, `/console/professionnels/${rpps}`],
  ['10 00345678 0', `/console/professionnels/${rpps}`],
  ['750000019', '/console/structures/1750000019'],
  ['1750000019', '/console/structures/1750000019'],
  ['chu-exemple.mssante.fr', '/console/constats?domaine=chu-exemple.mssante.fr'],
  ['dupond luc', '/console/professionnels/10003456806'],
  ['Luc Dupond', '/console/professionnels/10003456806'],
];
for (const [q, vers] of recherches) {
  test(`« ${q} » leads straight to ${vers}`, async () => {
    const reponse = await lecteur.get(`/console/recherche?q=${encodeURIComponent(q)}`);
    assert.equal(reponse.status, 303, reponse.texte);
    assert.equal(reponse.vers, vers);
  });
}

test('several answers are a list; none, or a hostile text, is a page', async () => {
  const list = await lecteur.get('/console/recherche?q=dupond');
  assert.equal(list.status, 200);
  assert.match(list.texte, /Marie DUPOND/u);
  assert.match(list.texte, /Luc DUPOND/u);
  const bals = await lecteur.get('/console/recherche?q=jean.');
  assert.match(bals.texte, /jean\.autre@chu-exemple/u);
  for (const q of [
    '',
    'zzzz',
    hostile,
    '%',
    '_',
    "'; drop table constat --",
    'a\u0000b',
    'x'.repeat(201),
    '\\',
  ]) {
    const { status, texte } = await lecteur.get(`/console/recherche?q=${encodeURIComponent(q)}`);
    assert.equal(status, 200, q);
    assert.ok(!texte.includes('<script'), q);
  }
  assert.equal((await lecteur.get('/console/recherche?q=a&q=b')).status, 200);
});

test('the journal is searched, paged both ways without a gap, and taken away as shown', async () => {
  const auteur = { genre: 'personne', id: 'compte:77', nom: `Éva ${hostile}` } as const;
  for (let n = 1; n <= 120; n += 1) {
    await recordTrace(
      db.pool,
      {
        action: 'plan.approbation',
        issue: n % 40 === 0 ? 'refus' : 'reussite',
        auteur,
        objets: [{ genre: 'bal', id: n === 7 ? 'rare@chu-exemple.mssante.fr' : adresse }],
        requete: { raison: hostile, n },
      },
      new Date(now.getTime() + Math.floor(n / 10) * 60_000),
    );
  }
  const seen: string[] = [];
  let chemin: string | undefined = '/console/journal?action=plan.approbation';
  let previous = '';
  for (let pages = 0; chemin !== undefined; pages += 1) {
    assert.ok(pages < 5);
    const { status, texte } = await lecteur.get(chemin);
    assert.equal(status, 200);
    assert.ok(!texte.includes('<script'));
    seen.push(...[...texte.matchAll(/\/console\/journal\/(\d+)"/gu)].map(([, n = '']) => n));
    previous = lienDe(texte, 'prev') ?? '';
    chemin = lienDe(texte, 'next');
  }
  assert.equal(seen.length, 120);
  assert.equal(new Set(seen).size, 120);
  const back = await lecteur.get(previous);
  const shown = [...back.texte.matchAll(/\/console\/journal\/(\d+)"/gu)].map(([, n]) => n);
  assert.deepEqual(shown, seen.slice(50, 100));

  const rare = await lecteur.get('/console/journal?objet=rare@chu-exemple.mssante.fr');
  assert.equal([...rare.texte.matchAll(/\/console\/journal\/\d+"/gu)].length, 1);
  const byName = await lecteur.get(
    `/console/journal?personne=${encodeURIComponent('ÉVA')}&issue=refus`,
  );
  assert.equal([...byName.texte.matchAll(/\/console\/journal\/\d+"/gu)].length, 3);
  const one = await lecteur.get(`/console/journal/${seen[0] ?? ''}`);
  assert.ok(one.texte.includes('&lt;script&gt;'));
  assert.ok(!one.texte.includes('<script'));

  const csv = await lecteur.get('/console/journal.csv?action=plan.approbation&issue=refus');
  assert.equal(csv.status, 200);
  assert.match(csv.headers.get('content-disposition') ?? '', /journal-2026-11-23\.csv/u);
  assert.equal(csv.texte.trim().split('\r\n').length, 4);
  const [trace] = await listTraces(db.pool, { action: 'export' }, { ordre: 'recentes', max: 1 });
  assert.match(trace?.contenu?.auteur.id ?? '', /^compte:/u);
});

test('a filter that no form sends, or a day that is none, is refused in French', async () => {
  assert.equal((await lecteur.get('/console/journal?action=tout')).status, 400);
  assert.equal((await lecteur.get('/console/journal?apres=1')).status, 400);
  const { status, texte } = await lecteur.get('/console/journal?du=23/11/2026');
  assert.equal(status, 400);
  assert.match(texte, /aaaa-mm-jj/u);
  assert.equal((await lecteur.get('/console/journal.csv?du=hier')).status, 400);
});

test('nobody reads a sheet or the journal without having signed in', async () => {
  const stranger = site.visiteur();
  for (const chemin of [
    ...fiches,
    '/console/journal',
    '/console/journal.csv',
    '/console/journal/1',
    '/console/recherche?q=jean',
  ]) {
    const { status, vers } = await stranger.get(chemin);
    assert.equal(status, 303, chemin);
    assert.match(vers ?? '', /^\/console\/connexion/u);
  }
  assert.deepEqual(site.lines, []);
});

/** As a browser reads an attribute. */
function lienDe(html: string, rel: 'prev' | 'next'): string | undefined {
  return new RegExp(`rel="${rel}" href="([^"]+)"`, 'u').exec(html)?.[1]?.replaceAll('&amp;', '&');
}
