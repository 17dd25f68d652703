// How many operations a second go through the outbox against an API that answers at once.
import { testDatabase } from '../test/support/database.js';
import { AnnuaireDEssai } from '../test/support/feed-annuaire.js';
import { enfiler } from '../test/support/feed-queue.js';
import { boite, reglagesEnvoi } from '../test/support/feed-push.js';
import { systemClock } from '../src/feed/push/clock.js';
import { push } from '../src/feed/push/push.js';

const count = Number(process.argv[2] ?? 20_000);
const porteurs = Number(process.argv[3] ?? count);
const database = await testDatabase();
const lignes = Array.from({ length: count }, (_, index) => ({
  adresse: `bal${index}@chu.mssante.fr`,
  type: 'ORG' as const,
  structure: `1${String(100_000_000 + (index % porteurs))}`,
}));
for (let i = 0; i < count; i += 10_000) await enfiler(database.pool, lignes.slice(i, i + 10_000));
await database.pool.query('analyze feed_operation');
const annuaire = new AnnuaireDEssai();
let rssMax = 0;
const watch = setInterval(() => (rssMax = Math.max(rssMax, process.memoryUsage().rss)), 200);
const summary = await push(boite(database.pool), annuaire, {
  settings: { ...reglagesEnvoi, simultanesMax: 16 },
  pusher: 'mesure',
  clock: systemClock(),
  random: Math.random,
  signal: undefined,
  isPatient: false,
  durationMsMax: 3_600_000,
  graceMs: 1_000,
  onProgress: () => undefined,
  onNotice: (message) => console.log(message),
});
clearInterval(watch);
console.log(
  `${summary.accepted.insert} operations of ${porteurs} porteurs: ${Math.round((summary.accepted.insert * 1000) / summary.durationMs)}/s, ` +
    `${Math.round(rssMax / 1024 ** 2)} MiB at most`,
);
await database.drop();
