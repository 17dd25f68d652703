// Runs the compiled tests: all of them, or those whose path holds one of the words given. Options go to node:
//   npm test -- migrate --test-name-pattern=refused
// Node 20 takes no ** pattern, so the files are listed here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));

const files = listTests().filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
);
if (files.length === 0) {
  process.stderr.write(
    `Aucun fichier de test${words.length ? ` pour ${words.join(', ')}` : ''}.\n`,
  );
  process.exit(1);
}
process.exitCode = await withTestServer(() => runTests(files));

function listTests() {
  const folder = join(root, 'dist', 'test');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(folder, name))
    .sort();
}

/** One server for the whole run, rather than one start for each file. */
async function withTestServer(work) {
  if (process.env.TEST_DATABASE_URL) return work();
  const { openEngine } = await import('../dist/src/db/engine.js');
  const settings = { dataDir: join(root, 'var', 'test'), isDisposable: true };
  const engine = await openEngine(settings, (line) => process.stderr.write(`${line}\n`));
  process.env.TEST_DATABASE_URL = engine.connectionString;
  try {
    return await work();
  } finally {
    await engine.close();
  }
}

async function runTests(paths) {
  const reporter = options.some((option) => option.startsWith('--test-reporter'))
    ? []
    : ['--test-reporter=spec'];
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      // One more than the processors, as many tests wait for a process or a disk; no more than the database has connections for.
      `--test-concurrency=${Math.min(availableParallelism() + 1, 4)}`,
      '--test-timeout=300000',
      ...reporter,
      ...options,
      ...paths,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // Ctrl-C goes to the whole group: the runner ends, then we leave the server properly.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
