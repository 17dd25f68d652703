// Brings a checkout to a state in which it runs: packages installed, program built. Nothing is done twice for nothing.
// Plain JavaScript without a package: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTestTools } from './test-tools.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...path) => join(root, ...path);

const nodeMin = [20, 15];
const sourceFolders = ['src', 'test', 'bench'];
const buildMarker = at('dist', '.sources');
const lockPath = at('.setup.lock');
const lockWaitMsMax = 15 * 60_000;

await main();

async function main() {
  requireNode();
  if (!isInstalled() || !isBuilt()) await withLock(installAndBuild);
  if (process.argv.includes('--test')) installTestTools(say, fail);
}

/** Looks again under the lock: another set-up may have done it meanwhile. */
function installAndBuild() {
  if (!isInstalled()) install();
  if (!isBuilt()) build();
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])) return;
  fail(
    `Node.js ${nodeMin.join('.')} ou plus récent est nécessaire (version présente : ${process.versions.node}). ` +
      `Voyez https://nodejs.org/fr/download.`,
  );
}

/** Compares what npm recorded at the end of its last install with what the lock file asks for on this machine. */
function isInstalled() {
  const recorded = readJson(at('node_modules', '.package-lock.json'))?.packages;
  const wanted = readJson(at('package-lock.json'))?.packages;
  if (!recorded || !wanted) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !isForThisMachine(entry)) return true;
    return recorded[path]?.version === entry.version && existsSync(at(path, 'package.json'));
  });
}

function isForThisMachine(entry) {
  const { os, cpu, libc, optional } = entry;
  if (optional !== true) return true;
  // Whether this machine's C library fits is npm's business.
  if (libc || (!os && !cpu)) return false;
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
}

function install() {
  refuseLinkedModules();
  say('Installation des paquets npm…');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status } =
    npm && /\.c?js$/.test(npm) ? run(process.execPath, [npm, ...args]) : run('npm', args);
  if (status !== 0) {
    fail(
      `L'installation a échoué. Vérifiez l'accès au registre npm (réseau, proxy), puis relancez la même commande.`,
    );
  }
}

/** npm ci first empties node_modules, through a link too: the packages it would remove are another checkout's. */
function refuseLinkedModules() {
  const modules = at('node_modules');
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  fail(
    `${modules} est un lien vers ${readlinkSync(modules)}, qui ne correspond pas à package-lock.json. ` +
      `Rien n'a été modifié. Mettez à jour l'autre dossier, ou supprimez le lien pour installer ici.`,
  );
}

function isBuilt() {
  return (
    existsSync(buildMarker) && readFileSync(buildMarker, 'utf8') === fingerprint() && isWhole()
  );
}

function build() {
  say('Compilation…');
  const before = fingerprint();
  removeOrphans();
  // The compiler believes its own notes, not the disk: without them it writes every file again.
  if (!isWhole()) {
    rmSync(at('dist', '.tsbuildinfo'), { force: true });
  }
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const { status } = run(process.execPath, [tsc, '-p', at('tsconfig.json')]);
  if (status !== 0) fail('La compilation a échoué : corrigez les fautes ci-dessus.');
  mkdirSync(dirname(buildMarker), { recursive: true });
  writeFileSync(buildMarker, before);
}

/** Of the contents, not the dates: a checkout or an unpacked archive sets dates as it likes. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const path of [at('tsconfig.json'), at('package-lock.json'), ...listSources()]) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function listSources() {
  return sourceFolders.flatMap((folder) => listFiles(at(folder), '.ts')).sort();
}

/** A declaration file makes nothing. */
function listCompiled() {
  return listSources().filter((source) => !source.endsWith('.d.ts'));
}

function isWhole() {
  return listCompiled().every((source) => existsSync(outputOf(source)));
}

function outputOf(source) {
  return at('dist', relative(root, source).replace(/\.ts$/, '.js'));
}

/** A test whose source was removed must not go on being run. */
function removeOrphans() {
  const wanted = new Set(listCompiled().map(outputOf));
  for (const folder of sourceFolders) {
    for (const path of listFiles(at('dist', folder), '.js')) {
      if (wanted.has(path)) continue;
      rmSync(path);
      rmSync(`${path}.map`, { force: true });
    }
  }
}

function listFiles(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.startsWith(at('test', 'fixtures')));
}

/** One set-up at a time in a checkout; the lock of a killed one is taken over. */
async function withLock(work) {
  const deadline = Date.now() + lockWaitMsMax;
  let isTold = false;
  while (!tryLock()) {
    if (Date.now() > deadline) {
      fail(
        `Une autre préparation dure depuis trop longtemps. Si elle n'existe plus, supprimez ${lockPath}.`,
      );
    }
    if (!isTold) say('Une autre préparation est en cours ; attente…');
    isTold = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  process.on('exit', () => rmSync(lockPath, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  work();
  rmSync(lockPath, { force: true });
}

/** Written aside, then linked: a lock that exists always names its holder. */
function tryLock() {
  const draft = `${lockPath}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lockPath);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    removeStaleLock();
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function removeStaleLock() {
  const holder = readHolder(lockPath);
  if (holder === undefined || isSetUp(holder)) return;
  const aside = `${lockPath}.${process.pid}.stale`;
  try {
    renameSync(lockPath, aside);
    // Another took the stale lock over between our look and our rename: it is given back.
    if (readHolder(aside) !== holder) linkSync(aside, lockPath);
  } catch {
    // Gone meanwhile.
  }
  rmSync(aside, { force: true });
}

function readHolder(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether that process is a set-up: its number may now be another program's. */
function isSetUp(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('setup.mjs');
  } catch {
    return process.platform !== 'linux';
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
