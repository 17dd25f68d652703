// A builder as a process: node builder-program.js URL FOLDER [STEP], which dies by kill -9 once in that step.
import { createPool } from '../../../src/db/pool.js';
import { buildSnapshot } from '../../../src/ldap/snapshot/build-snapshot.js';
import { describeForParent } from '../../../src/ldap/snapshot/run-builder.js';
import { testPlan } from './test-plan.js';

const [, , url = '', folder = '', fatalStep] = process.argv;
const pool = createPool(
  { connectionString: url, max: 2, statementTimeoutMs: 60_000, applicationName: 'test' },
  () => undefined,
);
try {
  const outcome = await buildSnapshot({
    pool,
    folder,
    plan: testPlan,
    now: () => new Date(),
    signal: new AbortController().signal,
    onStep: (step) => {
      // Later than the first write, sooner than the last: what it was about is left half done.
      if (step === fatalStep) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    },
  });
  process.stdout.write(`${describeForParent(outcome)}\n`);
} catch (error) {
  process.stderr.write(`échec voulu : ${String(error)}\n`);
  process.exitCode = 1;
} finally {
  await pool.end();
}
