// A backup's archive that somebody made by hand: nothing but files and folders below the data folder ever comes out of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTar } from '../../src/db/embedded/tar-reader.js';

type Entete = {
  readonly nom?: string;
  readonly prefixe?: string;
  readonly genre?: string;
  readonly taille?: Buffer | string;
};

/** Of an entry as PostgreSQL writes it, with what is wrong with it; its sum is right. */
function entete({ nom = 'a', prefixe = '', genre = '0', taille = '00000000000' }: Entete): Buffer {
  const block = Buffer.alloc(512);
  block.write(nom, 0, 100, 'utf8');
  if (Buffer.isBuffer(taille)) taille.copy(block, 124);
  else block.write(taille, 124);
  block.write(' '.repeat(8), 148);
  block.write(genre, 156, 'latin1');
  block.write(prefixe, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const fin = Buffer.alloc(1_024);

async function lire(...blocks: readonly Buffer[]): Promise<readonly string[]> {
  const seen: string[] = [];
  await readTar(
    (async function* () {
      yield* [Buffer.concat(blocks)];
      await Promise.resolve();
    })(),
    {
      open: ({ path, kind, size }) => Promise.resolve(void seen.push(`${kind} ${path} ${size}`)),
      data: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  );
  return seen;
}

test('files and folders of PostgreSQL come out', async () => {
  const seen = await lire(
    entete({ nom: './base/', genre: '5' }),
    entete({ nom: 'base/1', taille: '00000000003' }),
    Buffer.alloc(512),
    fin,
  );
  assert.deepEqual(seen, ['folder ./base 0', 'file base/1 3']);
});

const hostiles: readonly (readonly [string, readonly Buffer[]])[] = [
  ...['../../etc/passwd', 'base/../../x', '..', '/etc/passwd', 'a//b', 'a\\..\\b'].map(
    (nom) => [`a path ${nom}`, [entete({ nom }), fin]] as const,
  ),
  ['a symbolic link', [entete({ genre: '2' }), fin]],
  ['a hard link', [entete({ genre: '1' }), fin]],
  ['a device', [entete({ genre: '3' }), fin]],
  ['a fifo', [entete({ genre: '6' }), fin]],
  ['a long name to come', [entete({ genre: 'L' }), fin]],
  ['an extended header', [entete({ genre: 'x' }), fin]],
  ['a name in two parts', [entete({ prefixe: '../..' }), fin]],
  ['a size that is no number', [entete({ taille: '-0000000001' }), fin]],
  ['a size beyond every disk', [entete({ taille: Buffer.alloc(12, 0xff) }), fin]],
  ['a size beyond the archive', [entete({ taille: '77777777777' }), fin]],
  ['something after its end', [Buffer.alloc(512), entete({}), fin]],
  ['no end', [entete({})]],
  ['half a block at its end', [entete({}), fin, Buffer.alloc(100)]],
  ['a header that was changed', [Buffer.from(entete({}).fill('b', 0, 1)), fin]],
];
for (const [nom, blocks] of hostiles) {
  test(`${nom} is refused, and nothing is made of it but what came before`, async () => {
    await assert.rejects(lire(...blocks), { code: 'SAUVEGARDE_ALTEREE' });
  });
}
