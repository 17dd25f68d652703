// Disks that fill up: small filesystems in memory. Only root may mount one.
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';

/** False where this account or this kernel does not allow it: the faults that need it are then not drawn. */
export function canMount(folder: string): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    mountSmall(folder, 1_048_576);
    unmount(folder);
    return true;
  } catch {
    return false;
  }
}

export function mountSmall(
  folder: string,
  bytes: number,
  owner?: { readonly uid: number; readonly gid: number },
): void {
  mkdirSync(folder, { recursive: true });
  quietly('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  if (owner) chownSync(folder, owner.uid, owner.gid);
}

export function resize(folder: string, bytes: number): void {
  quietly('mount', ['-o', `remount,size=${bytes}`, folder]);
}

export function unmount(folder: string): void {
  quietly('umount', ['-l', folder]);
}

function quietly(program: string, words: readonly string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
