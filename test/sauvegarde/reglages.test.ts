// What « backup --avec-reglages » takes along: what the settings are made of, and no file of data that they name.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { collectReglages } from '../../src/commands/backup-settings.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { tempFolder } from '../support/extraction-files.js';

test('the settings and the secrets that they name go along; an inventory and an extraction do not', async () => {
  const folder = tempFolder();
  const config = join(folder, 'annuaire-sync.yaml');
  for (const nom of ['cle.txt', 'autre.csv', 'inventaire.csv', 'bals.zip']) {
    writeFileSync(join(folder, nom), nom);
  }
  writeFileSync(
    config,
    `operateur: { nom: Exemple, domaines: [chu.mssante.fr, clinique.mssante.fr] }
dataDir: ./var
alimentation: { url: 'https://annuaire.exemple.fr/fhir', cleApi: { fichier: cle.txt } }
sources: { bals: { from: ./bals.zip } }
inventaire:
  sources:
    - { nom: chu, type: csv, fichier: inventaire.csv, domaines: [chu.mssante.fr] }
    - { nom: autre, type: csv, fichier: autre.csv, domaines: [clinique.mssante.fr] }
`,
  );
  const { fichiers } = await collectReglages(loadSettings(config, {}), true);
  assert.deepEqual(
    fichiers.map(({ origine }) => basename(origine)),
    ['annuaire-sync.yaml', 'cle.txt'],
  );
});
