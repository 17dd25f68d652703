// The pages of the professionals over real HTTP: what he sees, what he does, and what nobody can do in his place.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { avancerDemandes } from '../../src/demande/avancer.js';
import { accepterDemande, refuserDemande } from '../../src/demande/decider.js';
import { findDemande } from '../../src/store/demande.js';
import { readContact } from '../../src/web/demande/contact.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  a,
  admin,
  autreRpps,
  charger,
  courriels,
  deposee,
  now,
  reglagesDemandes,
  rpps,
  traces,
  viderDemandes,
} from '../support/demande.js';
import { connecter, lienSuivi, servirDemandes, type PagesDemande } from '../support/demande-web.js';
import { jours } from '../support/hygiene.js';
import { Navigateur } from '../support/navigateur.js';
import { accepter, suivre } from '../support/plan.js';

let db: TestDatabase;
let pages: PagesDemande;
let anne: Navigateur;

before(async () => {
  db = await testDatabase();
  // A second passes at each look at the clock: a person does not post three forms in one.
  let seconds = 0;
  pages = await servirDemandes(db.pool, {}, () => new Date(now.getTime() + 1_000 * seconds++));
});
after(() => pages.stop());
beforeEach(async () => {
  await viderDemandes(db.pool);
  await db.pool.query('truncate session_web');
  anne = await connecter(db.pool, pages.url);
});

const bonne = { motif: 'hors-structure', commentaire: '', contact: 'anne@exemple.fr' };
const fiche = `/demande/bals/${encodeURIComponent(a)}`;

const confirmer = (
  navigateur: Navigateur,
  champs: Readonly<Record<string, string>> = {},
  url = fiche,
) => navigateur.poster('/demande/suivi', url, { ...bonne, etape: 'confirmer', ...champs });

const nombreDemandes = async (): Promise<number> =>
  (await db.pool.query(`select from demande`)).rowCount ?? 0;

test('what it is, without a sign-in; the rest sends to it and comes back', async () => {
  const visiteur = new Navigateur(pages.url);
  const accueil = await visiteur.get('/demande');
  assert.equal(accueil.status, 200);
  assert.match(accueil.texte, /href="\/demande\/connexion">Se connecter/u);
  for (const chemin of ['/demande/bals', fiche, '/demande/suivi', '/demande/suivi/1']) {
    const { status, vers } = await visiteur.get(chemin);
    assert.equal(status, 303);
    assert.equal(vers, `/demande/connexion?suite=${encodeURIComponent(chemin)}`);
  }
});

test('all his BAL, ours with a button, others with the support of their opérateur', async () => {
  const [elsewhere, nowhere] = ['anne@clinique.mssante.fr', 'anne@inconnu.mssante.fr'];
  await charger(db.pool, {
    bals: [
      { adresse: a, rpps, structure: '1750000001' },
      { adresse: elsewhere, rpps },
      { adresse: nowhere, rpps },
      { adresse: 'bob@chu.mssante.fr', rpps: autreRpps },
      { adresse: 'sec@chu.mssante.fr', type: 'ORG', structure: '1750000001' },
    ],
    activites: [{ rpps, site: '750000001', raisonSociale: 'CHU <d’exemple>' }],
    listeBlanche: [{ domaine: 'chu.mssante.fr' }, { domaine: 'clinique.mssante.fr' }],
  });
  await db.pool.query(
    `update domaine_liste_blanche set operateur = 'Op & Cie', support_contact = '01 99 00 00 01, support@operateur.example <script>'`,
  );
  const { status, texte } = await anne.get('/demande/bals');
  assert.equal(status, 200);
  assert.match(texte, /CHU &lt;d’exemple&gt;/u);
  assert.match(texte, /vous connaissent une activité dans cette structure/u);
  assert.match(texte, /ce n’est pas la preuve/u);
  assert.match(texte, /href="\/demande\/bals\/anne\.exemple%40chu\.mssante\.fr">Demander/u);
  assert.match(texte, /Op &amp; Cie/u);
  assert.match(texte, /<a href="tel:0199000001">01 99 00 00 01<\/a>/u);
  assert.match(texte, /<a href="mailto:support@operateur\.example">/u);
  assert.match(texte, /La liste officielle ne donne pas de contact/u);
  assert.doesNotMatch(texte, /bob@|sec@|<script>|clinique\.mssante\.fr">Demander/u);
  assert.equal(texte.match(/<h1>/gu)?.length, 1);
});

test('what he needs follows from the ways in that are open', async () => {
  const parLien = await servirDemandes(db.pool, {}, () => now, { psc: false, lien: true });
  try {
    const { texte } = await new Navigateur(parLien.url).get('/demande');
    assert.match(texte, /accès à une autre boîte aux lettres MSSanté à votre nom/u);
    assert.doesNotMatch(texte, /e-CPS/u);
  } finally {
    await parLien.stop();
  }
  const parPsc = (await new Navigateur(pages.url).get('/demande')).texte;
  assert.match(parPsc, /e-CPS/u);
  assert.doesNotMatch(parPsc, /accès à une autre/u);
});

test('none at all: the page says so', async () => {
  await charger(db.pool, { bals: [], inventaire: [] });
  const { texte } = await anne.get('/demande/bals');
  assert.match(texte, /Aucune boîte aux lettres personnelle/u);
  assert.match(texte, /Vous en aviez une[^]*écrivez à support@exemple\.fr/u);
  assert.doesNotMatch(texte, /L’activité indiquée/u, 'none is shown');
});

test('filled in, read over with what becomes of the messages, confirmed, followed', async () => {
  await charger(db.pool);
  const commentaire = 'Partie en mai.\n<script>alert(1)</script>';
  const recap = await anne.poster(fiche, fiche, { ...bonne, commentaire, etape: 'verifier' });
  assert.equal(recap.status, 200);
  assert.match(recap.texte, /Vos messages ne seront plus lisibles/u);
  assert.match(recap.texte, /le 21 décembre 2026/u);
  assert.match(recap.texte, /&lt;script&gt;alert/u);
  assert.equal(await nombreDemandes(), 0, 'nothing is asked before he confirms');
  const back = await anne.poster(fiche, fiche, { ...bonne, commentaire, etape: 'modifier' });
  assert.match(back.texte, /value="hors-structure" checked/u);
  assert.match(back.texte, /value="anne@exemple\.fr"/u);
  const done = await confirmer(anne, { commentaire });
  assert.deepEqual([done.status, done.vers], [303, '/demande/suivi/1']);
  const { texte } = await anne.get('/demande/suivi/1');
  assert.match(texte, /Votre demande est enregistrée sous le n° 1/u);
  assert.match(texte, /<li class="faite" aria-current="step"><span>Reçue<\/span>/u);
  assert.match(texte, /&lt;script&gt;alert/u);
  assert.doesNotMatch(texte, /<script/u);
  assert.equal((await findDemande(db.pool, 1))?.commentaire, commentaire);
  // Sent twice, or asked for again: the first is shown.
  assert.equal((await confirmer(anne)).vers, '/demande/suivi/1');
  assert.equal((await anne.get(fiche)).vers, '/demande/suivi/1');
  assert.match((await anne.get('/demande/suivi/1')).texte, /Vous avez déjà demandé/u);
  assert.equal(await nombreDemandes(), 1);
  assert.match(
    (await anne.get('/demande/suivi')).texte,
    /Demande du 21 novembre 2026 : <strong>reçue/u,
  );
  assert.match((await anne.get('/demande/bals')).texte, /Suivre votre demande n° 1/u);
});

test('the date by which messages are erased is said before he confirms', async (t) => {
  await charger(db.pool);
  const dated = await servirDemandes(db.pool, {
    devenirMessages: { texte: 'Vos messages seront perdus.', effacesApresJours: 10 },
  });
  t.after(dated.stop);
  const elle = await connecter(db.pool, dated.url);
  for (const page of [
    await elle.get(fiche),
    await elle.poster(fiche, fiche, { ...bonne, etape: 'verifier' }),
  ]) {
    assert.match(page.texte, /effacés 10 jours après l’acceptation .* le 31 décembre 2026/u);
  }
});

const fautes: [name: string, champs: Record<string, string>, message: RegExp, champ: string][] = [
  ['no reason', { motif: '' }, /Choisissez une raison/u, 'motif-hors-structure'],
  ['an invented reason', { motif: 'vengeance' }, /Choisissez une raison/u, 'motif-hors-structure'],
  ['no contact', { contact: '' }, /Indiquez une adresse de courriel/u, 'contact'],
  ['a contact that is none', { contact: 'anne' }, /Corrigez l’adresse de courriel/u, 'contact'],
  ['a header in the contact', { contact: 'a@b.fr\r\nBcc: c@d.fr' }, /Corrigez/u, 'contact'],
  ['two contacts', { contact: 'a@b.fr, c@d.fr' }, /Corrigez/u, 'contact'],
  ['a name with the contact', { contact: 'Anne <a@b.fr>' }, /Corrigez/u, 'contact'],
  [
    'a long comment',
    { commentaire: 'é'.repeat(501) },
    /501 caractères, 500 au plus/u,
    'commentaire',
  ],
];
for (const [name, champs, message, champ] of fautes) {
  test(`refused with its field, whether confirmed at once or not: ${name}`, async () => {
    await charger(db.pool);
    for (const etape of ['verifier', 'confirmer']) {
      const page = await anne.poster(fiche, fiche, {
        ...bonne,
        commentaire: 'gardé',
        ...champs,
        etape,
      });
      assert.equal(page.status, 422);
      assert.match(page.texte, message);
      assert.ok(page.texte.includes(`href="#${champ}"`) && page.texte.includes(`id="${champ}"`));
      assert.match(page.texte, /<title>Erreur : /u);
      if (champs['commentaire'] === undefined) assert.match(page.texte, />\s*gardé<\/textarea>/u);
    }
    assert.equal(await nombreDemandes(), 0);
    assert.deepEqual(await courriels(db.pool), []);
  });
}

test('another’s BAL cannot be seen nor deleted, whatever is posted', async () => {
  const bob = 'bob@chu.mssante.fr';
  await charger(db.pool, {
    bals: [
      { adresse: a, rpps },
      { adresse: bob, rpps: autreRpps },
      { adresse: 'anne@clinique.mssante.fr', rpps },
    ],
    inventaire: [
      { adresse: a, rpps },
      { adresse: bob, rpps: autreRpps },
    ],
  });
  const forged = { rpps: autreRpps, idNatPs: `8${autreRpps}`, adresse: bob, titulaire: autreRpps };
  const url = `/demande/bals/${encodeURIComponent(bob)}`;
  const same = await confirmer(anne, forged, '/demande/bals/personne%40chu.mssante.fr');
  for (const page of [
    await anne.get(url),
    await confirmer(anne, forged, url),
    await confirmer(anne, forged, url.toUpperCase().replace('/DEMANDE/BALS', '/demande/bals')),
  ]) {
    assert.equal(page.status, 404);
    assert.equal(corpsDe(page.texte), corpsDe(same.texte), 'as one that does not exist');
    assert.match(page.texte, /href="\/demande\/bals">Voir vos boîtes aux lettres</u);
  }
  assert.equal((await confirmer(anne, {}, '/demande/bals/anne%40clinique.mssante.fr')).status, 403);
  // The forged fields beside his own BAL change nothing of whose demande it is.
  await confirmer(anne, forged);
  const demande = await findDemande(db.pool, 1);
  assert.deepEqual([demande?.adresse, demande?.rpps], [a, rpps]);
  assert.equal(await nombreDemandes(), 1);
  assert.ok(
    (await traces(db.pool)).filter((one) => one === `demande.depot refus 8${rpps}`).length >= 3,
  );
});

test('another’s demande is answered as one that does not exist', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  const bob = await connecter(db.pool, pages.url, { rpps: autreRpps, nom: 'Bob' });
  const absent = await bob.get('/demande/suivi/99');
  for (const chemin of [
    '/demande/suivi/1',
    '/demande/suivi/1/retrait',
    '/demande/suivi/x',
    '/demande/suivi/-1',
  ]) {
    const page = await bob.get(chemin);
    assert.equal(page.status, 404);
    assert.equal(corpsDe(page.texte), corpsDe(absent.texte));
  }
  assert.equal((await bob.poster('/demande/suivi', '/demande/suivi/1/retrait', {})).status, 404);
  assert.equal((await findDemande(db.pool, 1))?.etat, 'recue');
  assert.doesNotMatch((await bob.get('/demande/suivi')).texte, /anne\.exemple/u);
});

test('a form that outlived its session leads back to itself, and never acts for who signed in since', async () => {
  await charger(db.pool, {
    bals: [
      { adresse: a, rpps },
      { adresse: 'bob@chu.mssante.fr', rpps: autreRpps },
    ],
    inventaire: [],
  });
  const [, jeton = ''] = /name="jeton" value="([^"]+)"/u.exec((await anne.get(fiche)).texte) ?? [];
  const bob = await connecter(db.pool, pages.url, { rpps: autreRpps, nom: 'Bob' });
  const meme = anne.cookies.get('annuaire-demande') ?? '';
  anne.cookies.set('annuaire-demande', bob.cookies.get('annuaire-demande') ?? '');
  const champs = { ...bonne, etape: 'confirmer', jeton };
  for (const chemin of [fiche, '/demande/bals/bob%40chu.mssante.fr']) {
    const mixed = await anne.post(chemin, champs);
    assert.equal(mixed.status, 403);
    assert.ok(mixed.texte.includes(`href="${chemin}">Reprendre`));
  }
  anne.cookies.set('annuaire-demande', meme);
  await db.pool.query('truncate session_web');
  const expired = await anne.post(fiche, champs);
  const suite = encodeURIComponent(fiche);
  assert.equal(expired.status, 403);
  assert.ok(expired.texte.includes(`href="/demande/connexion?suite=${suite}">Se reconnecter`));
  assert.equal(await nombreDemandes(), 0);
});

test('an address that no database can hold is refused without a fault of ours', async () => {
  await charger(db.pool);
  for (const chemin of ['/demande/bals/%00', '/demande/bals/a%00@chu.mssante.fr']) {
    assert.equal((await anne.get(chemin)).status, 400, chemin);
    assert.equal((await confirmer(anne, {}, chemin)).status, 400, chemin);
  }
});

test('a form from elsewhere, without its token, or too large, does nothing', async () => {
  await charger(db.pool);
  const champs = { ...bonne, etape: 'confirmer' };
  assert.equal((await anne.post(fiche, champs)).status, 403);
  assert.equal((await anne.post(fiche, { ...champs, jeton: 'x' })).status, 403);
  const { texte } = await anne.get(fiche);
  const [, jeton = ''] = /name="jeton" value="([^"]+)"/u.exec(texte) ?? [];
  const cross = { 'sec-fetch-site': 'cross-site', origin: 'https://mechant.example' };
  assert.equal((await anne.post(fiche, { ...champs, jeton }, cross)).status, 403);
  const bob = await connecter(db.pool, pages.url, { rpps: autreRpps, nom: 'Bob' });
  assert.equal((await bob.post(fiche, { ...champs, jeton })).status, 403);
  assert.equal(
    (await anne.post(fiche, { ...champs, jeton, commentaire: 'x'.repeat(200_000) })).status,
    413,
  );
  assert.equal(await nombreDemandes(), 0);
});

test('taken back after a page that asks, by him or by the link of the mail', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  const ask = await anne.get('/demande/suivi/1/retrait');
  assert.match(ask.texte, /est conservée/u);
  assert.equal((await findDemande(db.pool, 1))?.etat, 'recue', 'looking does nothing');
  const done = await anne.poster('/demande/suivi/1/retrait', '/demande/suivi/1/retrait', {});
  assert.equal(done.vers, '/demande/suivi/1');
  const after = await anne.get('/demande/suivi/1');
  assert.match(after.texte, /Votre demande est retirée/u);
  assert.doesNotMatch(after.texte, /Retirer ma demande/u);

  await deposee(db.pool);
  const visiteur = new Navigateur(pages.url);
  const lien = lienSuivi(2, jours(now, 1));
  const suivi = await visiteur.get(lien);
  assert.match(suivi.texte, /a…@chu\.mssante\.fr/u);
  assert.doesNotMatch(suivi.texte, /anne\.exemple@|anne@exemple/u);
  assert.equal((await visiteur.poster(`${lien}/retrait`, `${lien}/retrait`, {})).vers, lien);
  assert.match((await visiteur.get(lien)).texte, /Votre demande est retirée/u);
  const { rows } = await db.pool.query<{ auteur: string }>(
    `select auteur_nom as auteur from demande_etape where demande_id = 2 order by id desc limit 1`,
  );
  assert.deepEqual(rows, [{ auteur: 'le demandeur, par le lien de son courriel' }]);
});

test('a link that is altered, of another demande, too old, or of another use opens nothing', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  const visiteur = new Navigateur(pages.url);
  const lien = lienSuivi(1, jours(now, 1));
  assert.equal((await visiteur.get(lien.replace('.1.', '.2.'))).status, 404);
  const last = lien.endsWith('A') ? 'B' : 'A';
  assert.equal((await visiteur.get(`${lien.slice(0, -1)}${last}`)).status, 404);
  const expired = await visiteur.get(lienSuivi(1, jours(now, -1)));
  assert.equal(expired.status, 410);
  assert.match(expired.texte, /href="\/demande\/suivi">Voir vos demandes</u);
  assert.equal((await visiteur.get(lienSuivi(99, jours(now, 1)))).status, 404);
  assert.equal((await visiteur.get(lienSuivi('x', jours(now, 1)))).status, 404);
  assert.equal((await visiteur.get('/demande/suivi/1')).status, 303, 'the link signs nobody in');
});

test('each state has its page, with its dates', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  const received = (await anne.get('/demande/suivi/1')).texte;
  assert.match(received, /<span>Acceptée ou refusée<\/span> <span class="discret">à venir/u);
  await accepterDemande(db.pool, reglagesDemandes, 1, admin, now);
  assert.match((await anne.get('/demande/suivi/1')).texte, /va être transmise/u);
  await suivre(db.pool, {});
  await accepter(db.pool, jours(now, 1));
  await avancerDemandes(db.pool, reglagesDemandes, jours(now, 1));
  const sent = await anne.get('/demande/suivi/1');
  assert.match(sent.texte, /L’Annuaire Santé a accepté la suppression/u);
  assert.doesNotMatch(sent.texte, /Retirer ma demande/u);
  const late = await anne.poster('/demande/suivi', '/demande/suivi/1/retrait', {});
  assert.equal(late.status, 303);
  assert.match(
    (await anne.get('/demande/suivi/1')).texte,
    /role="alert"[^]*Votre demande ne peut plus être retirée : elle est transmise à l’Annuaire\./u,
  );
});

test('a refusal is shown as it was written, never as markup', async () => {
  await charger(db.pool);
  await deposee(db.pool);
  await refuserDemande(
    db.pool,
    reglagesDemandes,
    1,
    { ...admin, motif: 'Non :\n<b>encore là</b>' },
    now,
  );
  const { texte } = await anne.get('/demande/suivi/1');
  assert.match(texte, /Non :\n&lt;b&gt;encore là&lt;\/b&gt;/u);
  assert.match(texte, /pas d’accord[^]*écrivez à support@exemple\.fr[^]*une nouvelle demande/u);
});

test('limits are pages that say what to do', async () => {
  const adresses = Array.from({ length: 4 }, (_, i) => `p${i}@chu.mssante.fr`);
  const lignes = adresses.map((adresse) => ({ adresse, rpps }));
  await charger(db.pool, { bals: lignes, inventaire: lignes });
  for (const adresse of adresses.slice(0, 3)) await deposee(db.pool, { adresse });
  const page = await confirmer(anne, {}, `/demande/bals/${encodeURIComponent(adresses[3] ?? '')}`);
  assert.equal(page.status, 403);
  assert.match(page.texte, /Trop de demandes en cours[^]*écrivez à support@exemple\.fr/u);
  assert.match(page.texte, /href="\/demande\/suivi">Voir vos demandes</u);
});

test('contacts become links only where they are an address or a number', () => {
  const links = (text: string) => readContact(text).flatMap(({ lien }) => lien ?? []);
  assert.deepEqual(links('01.99.00.00.01 ou +33 1 99 00 00 02'), [
    'tel:0199000001',
    'tel:+33199000002',
  ]);
  assert.deepEqual(links('a@b.fr?bcc=x@y.fr'), []);
  assert.deepEqual(links('javascript:alert(1) https://x.fr'), []);
  const text = 'Support <a@b.fr>, puis 0199000001.';
  assert.equal(
    readContact(text)
      .map(({ texte }) => texte)
      .join(''),
    text,
  );
});

test('nothing of the inside was told, and nothing failed', () => {
  assert.deepEqual(pages.lines, []);
});

/** What the page says, apart from the token of its forms. */
function corpsDe(html: string): string {
  return /<main[^]*<\/main>/u.exec(html)?.[0] ?? '';
}
