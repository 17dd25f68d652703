// The software bill of materials (CycloneDX), made by npm itself from the lock file: every package that production may
// install, on any platform, with its hash and its licence. Plain JavaScript: nothing needs to be installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(process.argv[2] ?? join(root, 'dist', 'sbom.cdx.json'));

const npm = process.env.npm_execpath;
const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const [program, words] =
  npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
const { status, stdout, stderr } = spawnSync(program, words, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (status !== 0) {
  process.stderr.write(`npm sbom a échoué (npm 10 ou plus récent est nécessaire) :\n${stderr}\n`);
  process.exit(1);
}
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const bom = JSON.parse(stdout);
// npm names the whole after the folder that it lies in.
bom.metadata.component.name = name;
bom.metadata.component.version = version;
keepProduction(bom);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(bom, undefined, 2)}\n`);
process.stderr.write(`${bom.components.length} composants : ${out}\n`);

/** npm's own « --omit dev » also leaves out what both the program and its tests need: commander, pg-protocol… */
function keepProduction(bom) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const kept = new Set();
  for (const [path, { version, dev, devOptional }] of Object.entries(packages)) {
    if (path === '' || dev || devOptional) continue;
    kept.add(
      `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
    );
  }
  bom.components = bom.components.filter((one) => kept.has(one['bom-ref'].split('|')[0]));
  const refs = new Set([
    bom.metadata.component['bom-ref'],
    ...bom.components.map((one) => one['bom-ref']),
  ]);
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn?.filter((one) => refs.has(one)) }));
}
