// docs/supervision.md tells each family and each alert, as they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { verificationMaxJours } from '../../src/domain/trace.js';
import { catalogue } from '../../src/metriques/catalogue.js';
import { demarrerNoeud, passer, rendreSain, tracer, ilYA } from '../support/noeud-surveille.js';
import { lireExposition } from '../support/promtool.js';

const docs = join(dirname(findMigrationsDirectory()), 'docs');
const page = readFileSync(join(docs, 'supervision.md'), 'utf8');
const alertes = readFileSync(join(docs, 'supervision', 'alertes.yml'), 'utf8');

test('the page has the table of what is exposed', () => {
  const rows = [
    ...page.matchAll(/^\| `(annuaire_sync_\w+)`\s*\| (\w+)\s*\| (.*?)\s*\| (.*?)\s*\|$/gmu),
  ];
  const told = rows.map(([, nom, type, etiquettes, aide]) => ({ nom, type, etiquettes, aide }));
  const exposed = Object.entries(catalogue).map(([nom, { type, etiquettes, aide }]) => ({
    nom,
    type,
    etiquettes: etiquettes.map((one) => `\`${one}\``).join(', '),
    aide,
  }));
  assert.deepEqual(told, exposed);
});

test('the page tells each alert', () => {
  const { groups } = parse(alertes) as {
    groups: { rules: { alert: string; annotations: { resume: string; action: string } }[] }[];
  };
  for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
    assert.match(page, new RegExp(`^\\| \`${alert}\``, 'mu'));
    assert.ok(annotations.resume.length > 20 && annotations.action.length > 20, alert);
  }
});

test('a trail is late to be verified after as many days for Prometheus as for the program', () => {
  const [, rule = ''] = alertes.split('alert: JournalNonVerifie');
  const days = [...(rule.split('for:')[0] ?? '').matchAll(/> (\d+) \* 86400/gu)];
  assert.deepEqual(
    days.map(([, jours]) => Number(jours)),
    [verificationMaxJours, verificationMaxJours],
  );
});

test('a node where everything was done exposes every family, and nothing else', async (t) => {
  const noeud = await demarrerNoeud();
  t.after(() => noeud.stop());
  await rendreSain(noeud.pool);
  await passer(noeud.pool, undefined, ilYA(1));
  await tracer(noeud.pool, 'journal.verification', 'reussite', ilYA(1));
  const { types, mesures } = lireExposition(await noeud.scrape());
  assert.deepEqual([...types.keys()].sort(), Object.keys(catalogue).sort());
  const filled = new Set(mesures.map(({ nom }) => nom.replace(/_(?:bucket|sum|count)$/u, '')));
  for (const nom of ['annuaire_sync_etape_issue', 'annuaire_sync_constats_ouverts'])
    assert.ok(filled.has(nom), nom);
  const lines = mesures.length;
  // A scrape of one node stays small, whatever it has to tell.
  assert.ok(lines < 400, `${lines} series`);
});

test('/metrics is for this machine, the addresses of the settings, and who bears the secret', async (t) => {
  const jeton = 'un-jeton-tire-au-hasard';
  const noeud = await demarrerNoeud(
    `metriques: { fraicheurSecondes: 0, adresses: [192.0.2.1], jeton: ${jeton} }`,
  );
  t.after(() => noeud.stop());
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${noeud.url}/metrics`, { headers })).status;
  assert.equal(await ask({}), 401);
  assert.equal(await ask({ authorization: 'Bearer un-autre-jeton-au-hasard' }), 401);
  assert.equal(await ask({ authorization: `Bearer ${jeton}` }), 200);
  assert.equal(await ask({ 'x-forwarded-for': '192.0.2.1' }), 401);
});

test('what comes through a proxy that nobody named is not of this machine', async (t) => {
  const noeud = await demarrerNoeud();
  t.after(() => noeud.stop());
  assert.equal((await fetch(`${noeud.url}/metrics`)).status, 200);
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    const { status } = await fetch(`${noeud.url}/metrics`, { headers: { [name]: '127.0.0.1' } });
    assert.equal(status, 403, name);
  }
});
