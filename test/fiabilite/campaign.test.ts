// The fault campaign in short: one day, one round. LONG=1 plays twelve; npm run bench:fiabilite, two hundred.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { playCampaign } from '../../bench/fiabilite/campaign.js';
import { testDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const isLong = process.env['LONG'] === '1';

test('whole cycles, each with a fault: nothing lost, nothing doubled, the last good state in service', async () => {
  const db = await testDatabase();
  after(() => db.drop());
  const campaign = await playCampaign(
    {
      rounds: isLong ? 12 : 1,
      seed: 7,
      days: [2],
      folder: tempFolder(),
      isInside: true,
      server: db.url,
      // What other tests share is not killed, and no filesystem is mounted here.
      without: ['tuer PostgreSQL', 'tuer une session', 'disque plein', 'disque de la base plein'],
    },
    () => undefined,
  );
  const broken = campaign.rounds.filter(({ isSound }) => !isSound);
  assert.deepEqual(broken, []);
  assert.ok(campaign.rounds.every(({ struck }) => struck !== undefined));
  assert.ok(campaign.readCount > 10, `${campaign.readCount} reads only`);
});
