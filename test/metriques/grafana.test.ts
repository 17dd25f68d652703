// The dashboard asks for what the program really exposes, in words that Prometheus understands.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { catalogue, type NomMetrique } from '../../src/metriques/catalogue.js';
import { skipWithoutPromtool, verifierRegles } from '../support/promtool.js';

const docs = join(dirname(findMigrationsDirectory()), 'docs');

type Panneau = { type: string; title: string; targets?: { expr: string }[]; id: number };
const tableau = JSON.parse(readFileSync(join(docs, 'supervision', 'grafana.json'), 'utf8')) as {
  panels: Panneau[];
};
const panneaux = tableau.panels.filter(({ type }) => type !== 'row');
const expressions = panneaux.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const alertes = readFileSync(join(docs, 'supervision', 'alertes.yml'), 'utf8');

test('the dashboard asks for nothing that is not exposed, by no label that is not there', () => {
  assert.ok(expressions.length > 40);
  for (const expr of [...expressions, alertes]) assert.deepEqual(fautes(expr), [], expr);
});

test('what it cannot be asked for is seen', () => {
  assert.equal(fautes('sum(annuaire_sync_inconnue)').length, 1);
  assert.equal(fautes('annuaire_sync_envois{domaine="x"}').length, 1);
});

test('every family is on the dashboard, in an alert, or is told about the process', () => {
  const texts = [...expressions, alertes].join('\n');
  const unseen = Object.keys(catalogue).filter((nom) => !texts.includes(nom));
  assert.deepEqual(unseen.sort(), [
    'annuaire_sync_base_erreurs_total',
    'annuaire_sync_base_lecture_seule',
    'annuaire_sync_boucle_occupation_ratio',
    'annuaire_sync_etape_passage_timestamp_seconds',
    'annuaire_sync_http_en_cours',
    'annuaire_sync_hygiene_passage_timestamp_seconds',
    'annuaire_sync_ldap_connexions_acceptees_total',
    'annuaire_sync_ldap_instantane_entrees',
    'annuaire_sync_processus_demarrage_timestamp_seconds',
    'annuaire_sync_rapprochement_constats',
    'annuaire_sync_sauvegarde_bytes',
    'annuaire_sync_source_contact_timestamp_seconds',
  ]);
});

test('panels have numbers of their own and French titles', () => {
  const ids = tableau.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { title } of tableau.panels) assert.match(title, /^[\p{Lu}L]/u);
});

test('every expression is one', { skip: skipWithoutPromtool }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'annuaire-grafana-'));
  try {
    const file = join(folder, 'expressions.yml');
    const rules = expressions.map((expr, index) => ({
      record: `essai:${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'essai', rules }] }));
    assert.equal(verifierRegles(file), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Names of families, and labels asked of them, that the catalogue does not have. */
function fautes(text: string): string[] {
  return [...text.matchAll(/(annuaire_sync_[a-z_]+)(?:\{([^}]*)\})?/gu)].flatMap(
    ([, name = '', labels = '']) => {
      const family = [name, name.replace(/_(?:bucket|sum|count)$/u, '')].find(isNom);
      if (!family) return [`${name} is not exposed`];
      const known: readonly string[] = [
        ...catalogue[family].etiquettes,
        'processus',
        'instance',
        'le',
      ];
      const asked = [...labels.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/gu)].map(([, one = '']) => one);
      return asked.filter((one) => !known.includes(one)).map((one) => `${name} has no ${one}`);
    },
  );
}

function isNom(name: string): name is NomMetrique {
  return Object.hasOwn(catalogue, name);
}
