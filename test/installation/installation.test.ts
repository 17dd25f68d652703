// docs/installation.md followed to the letter, on a fresh tree: each block of it that says « essai » is run, in order.
//   LONG=1: with npm ci from the registry and PostgreSQL from Debian, which takes minutes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { dansLeBac, empechement } from '../support/bac-a-sable.js';

const root = dirname(findMigrationsDirectory());
const isLong = process.env['LONG'] === '1';

type Bloc = { readonly genre: string; readonly text: string };

function lireBlocs(): Bloc[] {
  const guide = readFileSync(join(root, 'docs', 'installation.md'), 'utf8');
  return [...guide.matchAll(/^```sh essai(?:=(\w+))?\n([^]*?)^```$/gmu)].map(
    ([, genre = '', text = '']) => ({ genre, text }),
  );
}

/** What is not on this machine, or lasts too long, and is told. */
function estEcarte({ genre, text }: Bloc): string | undefined {
  if (genre === 'long' && !isLong) return 'PostgreSQL de Debian (LONG=1)';
  if (genre === 'nginx' && !existsSync('/usr/sbin/nginx')) return 'nginx absent';
  if (genre === 'haproxy' && !existsSync('/usr/sbin/haproxy')) return 'haproxy absent';
  if (text.includes('systemctl') && !existsSync(join(root, 'docs/systemd/annuaire-sync.service'))) {
    return 'docs/systemd/annuaire-sync.service absent';
  }
  const families = readFileSync(join(root, 'src', 'commands', 'families.ts'), 'utf8');
  if (text.includes('doctor') && !families.includes("'doctor'")) return 'doctor absent';
  return undefined;
}

test('the blocks of the guide are found', () => {
  const blocs = lireBlocs();
  assert.ok(blocs.length >= 12, String(blocs.length));
  assert.ok(blocs.some(({ text }) => text.includes('backup --vers')));
});

const refus = empechement();
test('the guide, followed to the letter, ends with a program that works', { skip: refus }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'paquet-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const blocs = lireBlocs();
  const joues = blocs.filter((bloc) => {
    const raison = estEcarte(bloc);
    if (raison !== undefined) t.diagnostic(`SAUTÉ : ${raison}`);
    return raison === undefined;
  });
  const script = [
    `export REPO=${root}`,
    empaqueter,
    ...joues.map(({ text }, index) => `echo "== bloc ${index + 1}" >&2\n(\n${text}\n)`),
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
