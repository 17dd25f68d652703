// docs/installation.md followed to the letter, on a fresh tree: each block of it that says « essai » is run, in order.
//   LONG=1: with npm ci from the registry and PostgreSQL from Debian, which takes minutes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { tlsSuites12 } from '../../src/domain/tls-policy.js';
import { dansLeBac, empechement } from '../support/bac-a-sable.js';

const root = dirname(findMigrationsDirectory());
const isLong = process.env['LONG'] === '1';

type Bloc = { readonly langue: string; readonly genre: string; readonly text: string };

function lireBlocs(page: string): Bloc[] {
  const guide = readFileSync(join(root, 'docs', page), 'utf8');
  return [...guide.matchAll(/^```(sh|yaml) essai(?:=(\w+))?\n([^]*?)^```$/gmu)].map(
    ([, langue = '', genre = '', text = '']) => ({ langue, genre, text }),
  );
}

/** What the reader does with it: types it, or writes it in the settings. */
function jouer({ langue, text }: Bloc): string {
  if (langue === 'sh') return text;
  return `REGLAGES=$(cat <<'YAML'\n${text}YAML\n) node --input-type=module -e '${regler}'`;
}

/** What is not on this machine, or lasts too long, and is told. */
function estEcarte({ genre }: Bloc): string | undefined {
  if (genre === 'long') return isLong ? undefined : 'PostgreSQL de Debian (LONG=1)';
  if (genre === '' || existsSync(`/usr/sbin/${genre}`)) return undefined;
  assert.notEqual(
    process.env['CI'],
    'true',
    `${genre} is absent: scripts/test-tools.mjs brings it`,
  );
  return `${genre} absent`;
}

test('the blocks of the guide are found', () => {
  const blocs = lireBlocs('installation.md');
  assert.ok(blocs.length >= 14, String(blocs.length));
  assert.ok(blocs.some(({ text }) => text.includes('backup --vers')));
  assert.deepEqual(
    blocs.flatMap(({ genre }) => (genre === '' ? [] : [genre])),
    ['long', 'nginx', 'haproxy', 'nft'],
  );
});

test('the reverse proxies of the examples offer what EX_OPE_5010 allows, and nothing else', () => {
  const read = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');
  for (const [page, pattern] of [
    ['exemples/nginx.conf', /ssl_ciphers (\S+);/gu],
    ['exemples/haproxy.cfg', /ssl-default-bind-ciphers (\S+)/gu],
    ['installation.md', /SSLCipherSuite ([^`]+)`/gu],
  ] as const) {
    const [found, ...others] = [...read(page).matchAll(pattern)];
    assert.ok(found?.[1] !== undefined && others.length === 0, page);
    for (const suite of found[1].split(':')) assert.ok(tlsSuites12.includes(suite), suite);
  }
});

test('what is said to type to systemd names a unit that is there', () => {
  const units = readdirSync(join(root, 'docs', 'systemd'));
  const files = ['src', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const named = [...files, join(root, 'README.md')].flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(unite)].map(([, name = '']) => ({ path, name })),
  );
  assert.ok(named.length >= 10, String(named.length));
  for (const { path, name } of named) assert.ok(units.includes(`${name}.service`), path);
});

const refus = empechement();
test('the guide, followed to the letter, ends with a program that works', { skip: refus }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'paquet-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const blocs = lireBlocs('installation.md');
  const joues = blocs.filter((bloc) => {
    const raison = estEcarte(bloc);
    if (raison !== undefined) t.diagnostic(`SAUTÉ : ${raison}`);
    return raison === undefined;
  });
  const script = [
    `export REPO=${root}`,
    empaqueter,
    deNodejsOrg,
    ...joues.map((bloc, index) => `echo "== bloc ${index + 1}" >&2\n(\n${jouer(bloc)}\n)`),
    ...[laNuit, reglagesPerdus, ...lireBlocs('sauvegarde.md').map(jouer), reglagesRevenus].map(
      (text) => `(\n${text}\n)`,
    ),
    `echo FIN`,
  ].join('\n');
  const files = {
    '/usr/local/sbin/systemctl': { text: systemctl, mode: 0o755 },
    ...(isLong ? {} : { '/usr/local/sbin/npm': { text: npm, mode: 0o755 } }),
  };
  const { status, stdout, stderr } = dansLeBac(script, files, isLong ? 900_000 : 240_000, isLong);
  assert.equal(status, 0, `${stdout}\n${stderr}`.slice(-6_000));
  assert.match(stdout, /FIN\n$/u);
  assert.match(stdout, /✓ Sauvegarde vérifiée/u);
  assert.match(stdout, /✓ Journal intact/u);
  assert.match(stdout, /CN ?= ?annuaire\.exemple\.fr/u, 'LDAPS with the certificate of step 6');
  assert.match(stdout, /La nuit :[^]*✓ Sauvegarde faite/u);
});

test('nothing of it stays on this machine', { skip: refus }, () => {
  assert.equal(existsSync('/etc/annuaire-sante-sync'), false);
  assert.notEqual(spawnSync('id', ['annuaire-sync']).status, 0);
});

/** The archive as « npm pack » makes it. */
const empaqueter = `
cd "$REPO" && "$(dirname "$(readlink -f "$(command -v node)")")/npm" pack --silent --ignore-scripts --pack-destination /root >/dev/null 2>&1 || /usr/bin/npm pack --silent --ignore-scripts --pack-destination /root >/dev/null
cp "$REPO/package-lock.json" /root/
cd /
`;

const unite = /(?:systemctl (?:--now |[a-z]+ )+|journalctl -u )(annuaire[\w@-]*)/gu;

/** Where its archive is unpacked; no other is left. */
const deNodejsOrg = `
node=$(readlink -f "$(command -v node)")
if [ "$node" != /usr/local/bin/node ]; then mv "$node" /usr/local/bin/node; rm -f /usr/bin/node; hash -r; fi
if PATH=/usr/bin:/bin command -v node; then exit 1; fi
`;

/** What is there stays, unless the block says otherwise. */
const regler = `
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const { parseDocument } = createRequire("/opt/annuaire-sante-sync/package.json")("yaml");
const path = "/etc/annuaire-sante-sync/annuaire-sync.yaml";
const reglages = parseDocument(readFileSync(path, "utf8"));
for (const [section, cles] of Object.entries(parseDocument(process.env.REGLAGES).toJS())) {
  for (const [cle, valeur] of Object.entries(cles)) reglages.setIn([section, cle], valeur);
}
writeFileSync(path, String(reglages));
`;

/** As cron does: its own environment, then that of the file, then the line by sh, in the account's folder. */
const laNuit = `
echo | openssl s_client -connect 127.0.0.1:8636 2>/dev/null | openssl x509 -noout -subject
cron=/etc/cron.d/annuaire-sauvegarde
cd /var/lib/annuaire-sante-sync
echo 'La nuit :'
runuser -u annuaire-sync -- env -i PATH=/usr/bin:/bin $(grep '^[A-Z]*=' $cron) sh -c "$(sed -n 's/^15 2 \\* \\* \\* annuaire-sync //p' $cron)"
`;

/** Those of the backup of that night are all that is left of them. */
const reglagesPerdus = `mv /etc/annuaire-sante-sync /root/perdus`;
const reglagesRevenus = `
diff -r /root/perdus /etc/annuaire-sante-sync
runuser -u annuaire-sync -- test -r /etc/annuaire-sante-sync/annuaire.key
`;

/** Without the registry: the packages of this tree, in the place where « npm ci » would put them. */
const npm = `#!/bin/bash
set -eu
if [ "\${1-}" != ci ]; then exec /usr/bin/npm "$@"; fi
test -f package-lock.json && test -f package.json
mkdir -p node_modules
mount --bind "$REPO/node_modules" node_modules
`;

/** The unit as systemd would start it: its account, its folder, its command, and its word that it is ready. */
const systemctl = `#!/bin/bash
set -eu
case "\${1-}" in
daemon-reload) exit 0 ;;
enable) ;;
*) echo "systemctl $*: unknown here" >&2; exit 1 ;;
esac
unit=/etc/systemd/system/annuaire-sync.service
of() { sed -n "s/^$1=//p" "$unit" | head -n 1; }
test "$(of Type)" = notify
install -d -o "$(of User)" -g "$(of Group)" -m "$(of StateDirectoryMode)" "/var/lib/$(of StateDirectory)"
cat > /tmp/notify.pl <<'PERL'
use Socket;
socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die;
bind($s, sockaddr_un("/tmp/notify")) or die;
chmod 0666, "/tmp/notify";
open(my $f, ">", "/tmp/notify.bound"); close $f;
alarm 200;
while (defined(recv($s, my $text, 4096, 0))) { exit 0 if $text =~ /READY=1/ }
exit 1;
PERL
perl /tmp/notify.pl & listener=$!
while [ ! -e /tmp/notify.bound ]; do sleep 0.05; done
cd "$(of WorkingDirectory)"
setsid runuser -u "$(of User)" -- env -i PATH="$PATH" LANG=C.UTF-8 NOTIFY_SOCKET=/tmp/notify $(of ExecStart) > /tmp/service.log 2>&1 < /dev/null & service=$!
while kill -0 "$listener" 2>/dev/null; do
  if ! kill -0 "$service" 2>/dev/null; then cat /tmp/service.log >&2; exit 1; fi
  sleep 0.1
done
wait "$listener" || { cat /tmp/service.log >&2; exit 1; }
echo "active: $(of ExecStart)"
`;
