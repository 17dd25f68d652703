// The feed against the simulator of the ANS's API, every part in a process of its own.
//
//   npm run bench:feed -- [--operations 10000] [--faute 0.05] [--tuer 4] [--part debit|fautes|plan] [--dir var/bench]
import { openEngine } from '../../src/db/engine.js';
import { measureFaults } from './faults.js';
import { isAsked, options } from './options.js';
import { measurePlanning } from './planning.js';
import { prepareOperations } from './prepare.js';
import { print } from './print.js';
import { measureRate } from './rate.js';
import { join } from 'node:path';

const engine = await openEngine({ dataDir: join(options.folder, 'feed') }, print);
try {
  print(engine.description);
  if (isAsked('debit') || isAsked('fautes')) {
    const prepared = await prepareOperations(engine.connectionString);
    const reference = isAsked('debit') ? await measureRate(prepared) : undefined;
    if (isAsked('fautes')) await measureFaults(prepared, reference);
  }
  if (isAsked('plan')) await measurePlanning(engine.connectionString);
} finally {
  await engine.close();
}
