// The fault campaign: whole cycles, a fault each, and what is left judged against the same day without a fault.
//
//   npm run bench:fiabilite -- [--tours 200] [--graine 7] [--tour 57] [--dir var/bench] [--processus]
import { join } from 'node:path';
import { playCampaign } from './campaign.js';
import { options } from './options.js';
import { writeReport } from './report.js';

// Ctrl-C: the round under way is finished, then what was played is told.
let isOver = false;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => (isOver = true));

const campaign = await playCampaign(
  {
    rounds: options.rounds,
    seed: options.seed,
    only: options.only,
    days: [2, 3, 5, 9],
    folder: join(options.folder, 'fiabilite'),
    isInside: options.isInside,
    isOver: () => isOver,
  },
  (line) => process.stdout.write(`${line}\n`),
);
const text = await writeReport(
  campaign,
  options.only === undefined ? options.reportPath : undefined,
);
process.stdout.write(`\n${text}\n`);
process.exitCode = campaign.rounds.every(({ isSound }) => isSound) ? 0 : 1;
