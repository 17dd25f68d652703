// The pages as the command `web` puts them together from the settings.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { loadSettings } from '../../src/config/load-settings.js';
import { WebServer } from '../../src/web/server.js';
import { writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { Navigateur } from '../support/navigateur.js';
import { buildSite } from '../support/site.js';
import { webSettings } from '../support/web-server.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.drop());

test('professionals are told to write where the mails of their demandes say', async () => {
  const config = writeCommandSettings(tempFolder(), db.url);
  appendFileSync(config, 'demandes: { contact: bal@exemple.fr }\n');
  const report = (): void => undefined;
  const site = await buildSite(loadSettings(config, {}), db, { now: () => new Date(), report });
  const server = new WebServer({ settings: webSettings, report, plugins: site.plugins });
  try {
    const { texte } = await new Navigateur(await server.start()).get('/demande');
    assert.match(texte, /Pour toute question : bal@exemple\.fr/u);
  } finally {
    await server.stop();
    await site.stop();
  }
});
