// The whole demonstration, as a daemon runs a stage: what it leaves in the log names nobody and holds no secret.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { mainProgram } from '../support/command.js';
import { tempFolder } from '../support/extraction-files.js';

test('a run of the whole demonstration leaves no name, no secret, no address in full in the log', async () => {
  const folder = tempFolder();
  const child = spawn(process.execPath, [mainProgram, 'demo', '--sans-service', '--dir', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ANNUAIRE_SYNC_CORRELATION: '5ae3c0de-0000-4000-8000-000000000001',
      ANNUAIRE_SYNC_JOURNAL: 'json',
    },
  });
  const [log] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(child.exitCode, 0, log);
  const lines = log.trimEnd().split('\n');
  // Steps of less than a moment are not told.
  assert.ok(lines.length >= 5, log);
  for (const line of lines) {
    const { correlation } = JSON.parse(line) as { correlation: string };
    assert.equal(correlation, '5ae3c0de-0000-4000-8000-000000000001');
  }
  const inventaire = readFileSync(join(folder, 'extractions', 'inventaire.csv'), 'utf8');
  const adresses = [...inventaire.matchAll(/[\w.+-]+@[\w.-]+/gu)].map(([adresse]) => adresse);
  assert.ok(adresses.length > 1_000);
  for (const adresse of adresses) assert.ok(!log.includes(adresse), adresse);
  assert.doesNotMatch(log, /[^\s"@…]{2,}@[\w-]+\./u);
  assert.doesNotMatch(log, /cle-de-simulation|postgres:\/\/[^"]*:[^"]*@/u);
  for (const nom of nomsDe(adresses)) assert.ok(!mots(log).has(nom), nom);
});

/** `prenom.nom@…`: their names, but for those that are words of the program. */
function nomsDe(adresses: readonly string[]): Set<string> {
  const noms = adresses.flatMap((adresse) => {
    const [prenom, nom = ''] = adresse.replace(/@.*/u, '').split('.');
    return prenom === undefined ? [] : [prenom, nom.replace(/\d+$/u, '')];
  });
  return new Set(noms.filter((nom) => /^[a-z]{5,}$/u.test(nom) && !structures.has(nom)));
}

const structures = new Set([
  'personne',
  'service',
  'secretariat',
  'imagerie',
  'urgences',
  'application',
]);

let memory: Set<string> | undefined;
function mots(log: string): Set<string> {
  return (memory ??= new Set(log.toLowerCase().match(/\p{L}+/gu)));
}
