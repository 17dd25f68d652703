import { spawnSync } from 'node:child_process';

/**
 * Why tests that need a program are skipped; false when it runs. In CI they are not: what is missing there fails at set-up
 * (scripts/test-tools.mjs).
 */
export function programSkip(
  debianPackage: string,
  program: string,
  args: readonly string[],
): string | false {
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  return status === 0 ? false : `absent : sudo apt-get install ${debianPackage}`;
}
