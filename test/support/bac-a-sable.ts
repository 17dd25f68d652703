// A Debian machine to throw away: this one's files under an overlay, in namespaces of its own. What is done in it is done for real
// (accounts, /etc, /opt, /var/lib) and gone when it ends.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why it cannot be made here; undefined: it can. */
export function empechement(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'il faut Linux et root';
  const { status, stderr } = dansLeBac('true', {}, 30_000);
  return status === 0 ? undefined : `overlay ou espaces de noms refusés : ${stderr.trim()}`;
}

export type Resultat = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs `script` (bash) in it. `files`: what stands there before, by absolute path. `isOnline`: the network of this machine. */
export function dansLeBac(
  script: string,
  files: Readonly<Record<string, { readonly text: string; readonly mode: number }>>,
  timeoutMs: number,
  isOnline = false,
): Resultat {
  const folder = mkdtempSync(join(tmpdir(), 'bac-a-sable-'));
  try {
    const copies = Object.entries(files).map(([path, { text, mode }], index) => {
      writeFileSync(join(folder, `f${index}`), text);
      return `install -D -m ${mode.toString(8)} ${folder}/f${index} "$W/r${path}"`;
    });
    writeFileSync(
      join(folder, 'script'),
      `set -euo pipefail\nexport HOME=/root\ncd /\n${script}\n`,
    );
    writeFileSync(
      join(folder, 'enter'),
      `set -eu
W=${folder}/w
mkdir "$W"
mount -t tmpfs -o size=2g tmpfs "$W"
mkdir "$W/u" "$W/o" "$W/r"
mount -t overlay overlay -o "lowerdir=/,upperdir=$W/u,workdir=$W/o" "$W/r"
mount -t proc proc "$W/r/proc"
mount --rbind /dev "$W/r/dev"
${isOnline ? '' : 'ip link set lo up 2>/dev/null || true'}
${copies.join('\n')}
install -D -m 600 ${folder}/script "$W/r/script"
exec chroot "$W/r" /bin/bash /script
`,
    );
    const spaces = [
      '--mount',
      '--pid',
      '--ipc',
      '--uts',
      '--fork',
      '--kill-child',
      ...(isOnline ? [] : ['--net']),
    ];
    return spawnSync('unshare', [...spaces, '/bin/bash', join(folder, 'enter')], {
      encoding: 'utf8',
      timeout: timeoutMs,
      maxBuffer: 64 * 2 ** 20,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
