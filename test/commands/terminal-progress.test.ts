import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalProgress } from '../../src/commands/terminal-progress.js';

function run(isTTY: boolean): string[] {
  const written: string[] = [];
  let now = 0;
  const progress = terminalProgress(
    { write: (text: string) => written.push(text) > 0, isTTY, columns: 80 },
    () => now,
  );
  progress.step({ label: 'fichier.txt', total: 2_000_000, unit: 'octets' });
  now = 1_000;
  progress.update(500_000, 1_234);
  now = 1_050;
  progress.update(600_000, 1_500);
  now = 4_000;
  progress.update(2_000_000, 5_000);
  progress.end();
  progress.end();
  return written;
}

test('on a terminal a bar shows the share, the lines and the time left, redrawn ten times a second at most', () => {
  const written = run(true);
  const bars = written.filter((text) => text.includes('█'));
  assert.equal(bars.length, 2);
  assert.match(bars[0] ?? '', /25 %\s+1\s234 lignes\s+reste 3 s/u);
  for (const bar of bars) assert.ok(bar.length < 80);
});

test('elsewhere each step is one line, at its end', () => {
  assert.deepEqual(
    run(false).map((line) => line.replaceAll(/\s/gu, ' ')),
    ['  fichier.txt : 2 Mo, 5 000 lignes, 4 s '],
  );
});
