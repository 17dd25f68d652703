// Settings files with anything wrong: read, or refused in French with the place of each fault.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configTemplate } from '../../../src/commands/config-template.js';
import { loadSettings } from '../../../src/config/load-settings.js';
import { writeIn } from '../../support/zip-files.js';
import { mutateBytes } from '../mutate.js';
import { assertOurs, type Target } from '../target.js';

const seeds = [configTemplate, configTemplate.replaceAll(/ +# .*$/gmu, '')].map((text) =>
  Buffer.from(text),
);
const words = [
  ': ',
  '- ',
  '\t',
  '&a ',
  '*a',
  '<<: ',
  '!!binary ',
  '{',
  ']',
  '|',
  '"',
  "'",
  '~',
  '.inf',
  '1e999',
  '0x10',
  '2026-01-01',
  '? ',
  '__proto__: 1\n',
  'a: &a [*a]\n',
  '%YAML 1.1\n---\n',
  '\u0085',
  '{ env: HOME }',
];

export const reglagesTarget: Target = {
  name: 'réglages YAML',
  cases: 60,
  play: async (random) => {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-reglages-'));
    try {
      const path = await writeIn(
        folder,
        'essai.yaml',
        mutateBytes(random.pick(seeds), random, words),
      );
      const settings = loadSettings(path, {});
      assert.equal(typeof settings.dataDir, 'string');
      assert.ok(settings.operateur.domaines.length >= 0);
      return 'accepted';
    } catch (error) {
      assertOurs(error);
      assert.match(error.code, /^CONFIG_/u);
      assert.ok(error.message.length < 100_000);
      return 'refused';
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
