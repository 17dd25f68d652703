// Loading only the command that is asked for must not change what the command line is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { CommandContext } from '../../src/commands/context.js';
import { loadFamilies } from '../../src/commands/families.js';

const context: CommandContext = {
  surroundings: {
    out: process.stdout,
    err: process.stderr,
    env: {},
    signal: new AbortController().signal,
    now: () => new Date('2027-01-15T12:00:00Z'),
  },
  setExitCode: () => undefined,
};

async function namesFor(...args: readonly string[]): Promise<string[]> {
  const program = new Command('annuaire-sync');
  for (const register of await loadFamilies(['node', 'annuaire-sync', ...args])) {
    register(program, context);
  }
  return program.commands.map((command) => command.name());
}

test('each name loads its own command and no other', async () => {
  const all = await namesFor();
  assert.ok(all.length > 15);
  assert.equal(new Set(all).size, all.length);
  for (const name of all) assert.deepEqual(await namesFor(name, '--help'), [name]);
});

const lines: [line: string[], names: 'plan' | 'all'][] = [
  [['-c', 'push', 'plan', 'show'], 'plan'],
  [['--config', 'push', '--json', 'plan'], 'plan'],
  [['--config=push', 'plan', 'push'], 'plan'],
  [['-cpush', 'plan'], 'plan'],
  [['help', 'plan'], 'all'],
  [['--help'], 'all'],
  [['-c'], 'all'],
  [['plann'], 'all'],
  [['toString'], 'all'],
];
for (const [line, expected] of lines) {
  test(`« ${line.join(' ')} » loads ${expected}`, async () => {
    const names = await namesFor(...line);
    if (expected === 'all') assert.ok(names.length > 15);
    else assert.deepEqual(names, [expected]);
  });
}
