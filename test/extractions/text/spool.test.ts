import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Spool } from '../../../src/extractions/text/spool.js';
import { tempFolder } from '../../support/extraction-files.js';

test('gives back what was set aside, in a file that no kill can leave behind', async () => {
  const folder = tempFolder();
  const spool = new Spool(folder, 'essai');
  spool.write([Buffer.from('un\n'), Buffer.from('deux\n')]);
  spool.write([Buffer.from('trois\n')]);
  assert.deepEqual(readdirSync(folder), []);
  const parts: Buffer[] = [];
  for await (const part of spool.read()) parts.push(part);
  assert.equal(Buffer.concat(parts).toString(), 'un\ndeux\ntrois\n');
  spool.remove();
});

test('holds nothing when nothing was set aside', async () => {
  const spool = new Spool(tempFolder(), 'essai');
  for await (const part of spool.read()) assert.fail(part.toString());
  spool.remove();
});
