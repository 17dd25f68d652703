import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  rm,
  readlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { defaultArchiveLimits } from '../../src/extractions/archive-limits.js';
import { type Member, type WantedMember, openMembers } from '../../src/extractions/archive.js';
import { catalogue } from '../../src/extractions/catalogue.js';
import { AppError } from '../../src/errors.js';
import { patchHeaders, testFolder, writeIn, zipOf } from '../support/zip-files.js';

const wanted: readonly WantedMember[] = [
  { name: 'activites', pattern: /^activites.*\.txt(\.gz)?$/i, isRequired: true },
  { name: 'savoirs', pattern: /^savoirs.*\.txt(\.gz)?$/i, isRequired: false },
];
const limits = defaultArchiveLimits;
const text = 'a|b|c\n'.repeat(1_000);

async function readAll(member: Member | undefined): Promise<string> {
  assert.ok(member);
  const chunks: Buffer[] = [];
  for await (const chunk of member.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Opens and reads every member, as a loader does. */
async function readFrom(path: string, under = limits): Promise<string[]> {
  const members = await openMembers(path, wanted, under);
  return Promise.all(members.map(readAll));
}

function failsWith(code: string, ...parts: readonly string[]) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  };
}

async function openDescriptors(path: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link === path).length;
}

describe('members of a published file', () => {
  const forms = [
    { name: 'a zip', fileName: 'x.zip', make: () => zipOf({ 'activites_1.txt': text }) },
    {
      name: 'a zip of stored entries',
      fileName: 'x.zip',
      make: () => zipOf({ 'activites_1.txt': text }, { compress: false }),
    },
    {
      name: 'a zip64',
      fileName: 'x.zip',
      make: () => zipOf({ 'activites_1.txt': text }, { forceZip64Format: true }),
    },
    {
      name: 'a zip with the member in a folder',
      fileName: 'x.zip',
      make: () => zipOf({ 'd/': '', 'd/activites_1.txt': text, '__MACOSX/d/activites_1.txt': '?' }),
    },
    { name: 'gzip', fileName: 'activites_1.txt.gz', make: () => gzipSync(text) },
    { name: 'gzip under any name', fileName: 'telecharge', make: () => gzipSync(text) },
    { name: 'plain text', fileName: 'activites_1.txt', make: () => Buffer.from(text) },
    { name: 'plain text under any name', fileName: 'export.dat', make: () => Buffer.from(text) },
  ];
  for (const { name, fileName, make } of forms) {
    it(`are read from ${name}, as often as asked`, async (t) => {
      const path = await writeIn(await testFolder(t), fileName, await make());
      const members = await openMembers(path, wanted, limits);
      assert.deepEqual(
        members.map((member) => member.name),
        ['activites'],
      );
      assert.equal(await readAll(members[0]), text);
      assert.equal(await readAll(members[0]), text);
      assert.equal(members[0]?.sizeBytes, name.startsWith('gzip') ? undefined : text.length);
    });
  }

  it('come in the wanted order, unwanted files left aside', async (t) => {
    const zip = await zipOf({ 'autre.txt': '?', 'savoirs_1.txt': 's', 'activites_1.txt': 'a' });
    const path = await writeIn(await testFolder(t), 'x.zip', zip);
    assert.deepEqual(await readFrom(path), ['a', 's']);
  });

  it('are read from a folder: the newest, the optional one of the same day only', async (t) => {
    const folder = await testFolder(t);
    await writeIn(folder, 'activites_202610070830.txt', 'hier');
    await writeIn(folder, 'activites_202610080830.txt.gz', gzipSync('jour'));
    await writeIn(folder, 'savoirs_202610070830.txt', 'savoirs d’hier');
    assert.deepEqual(await readFrom(folder), ['jour']);
    await writeIn(folder, 'savoirs_202610080831.txt', 'savoirs du jour');
    assert.deepEqual(await readFrom(folder), ['jour', 'savoirs du jour']);
  });

  it('are read from the published fictitious archives', async () => {
    const folder = 'test/fixtures/extraction-pro-sante-connect';
    const sizes = await Promise.all(
      ['0-RAZ.zip', '1-CREATES.zip', '3-UPDATES.zip'].map(async (fileName) => {
        const members = await openMembers(
          join(folder, fileName),
          catalogue.identites.members,
          limits,
        );
        let bytes = 0;
        for await (const chunk of members[0]?.open() ?? []) bytes += chunk.length;
        return [members[0]?.fileName, bytes];
      }),
    );
    assert.deepEqual(sizes, [
      ['Extraction_Pro_sante_connect_202403221829.txt', 1370],
      ['Extraction_Pro_sante_connect_202403251632.txt', 4263],
      ['Extraction_Pro_sante_connect_202403251635.txt', 3420],
    ]);
  });

  it('of many megabytes come in chunks of at most 1 MiB, none lost', async (t) => {
    const big = Buffer.alloc(20_000_000);
    for (let at = 0; at < big.length; at += 4) big.writeUInt32LE((at * 2654435761) >>> 0, at);
    const path = await writeIn(await testFolder(t), 'x.zip', await zipOf({ 'activites.txt': big }));
    const [member] = await openMembers(path, wanted, limits);
    let crc = 0;
    let bytesMax = 0;
    for await (const chunk of member?.open() ?? []) {
      crc = crc32(chunk, crc);
      bytesMax = Math.max(bytesMax, chunk.length);
      // A slow consumer: the decoder runs ahead meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(crc, crc32(big));
    assert.ok(bytesMax <= 1024 ** 2, String(bytesMax));
  });

  it('whose path climbs out of the archive are read, and nothing is written anywhere', async (t) => {
    const folder = await testFolder(t);
    const zip = await zipOf({ 'aa/bb/activites.txt': text });
    const climbing = Buffer.from(zip.toString('latin1').replaceAll('aa/bb/', '../../'), 'latin1');
    const path = await writeIn(folder, 'x.zip', climbing);
    const members = await openMembers(path, wanted, limits);
    assert.equal(members[0]?.fileName, 'activites.txt');
    assert.equal(await readAll(members[0]), text);
    assert.deepEqual(await readdir(folder), ['x.zip']);
  });

  it('close the file when the reader leaves early, or fails', async (t) => {
    const folder = await testFolder(t);
    const random = randomBytes(20_000_000);
    const paths = [
      await writeIn(folder, 'x.zip', await zipOf({ 'activites.txt': random })),
      await writeIn(
        folder,
        'stored.zip',
        await zipOf({ 'activites.txt': random }, { compress: false }),
      ),
      await writeIn(folder, 'activites.txt.gz', gzipSync(random)),
      await writeIn(folder, 'activites.txt', random),
    ];
    for (const path of paths) {
      const [member] = await openMembers(path, wanted, limits);
      for await (const chunk of member?.open() ?? []) {
        assert.ok(chunk.length > 0);
        assert.equal(await openDescriptors(path), 1, path);
        break;
      }
      assert.equal(await openDescriptors(path), 0, path);
      await assert.rejects(async () => {
        for await (const chunk of member?.open() ?? []) throw new Error(`lu ${chunk.length}`);
      }, /lu/);
      assert.equal(await openDescriptors(path), 0, path);
    }
  });
});

describe('a damaged or foreign file is refused', () => {
  const good = zipOf({ 'activites_1.txt': text });
  /** An offset of 2^62 in the record of this signature. */
  const zip64With = async (signature: number, at: number): Promise<Buffer> => {
    const zip = await zipOf({ 'activites_1.txt': text }, { forceZip64Format: true });
    const record = Buffer.alloc(4);
    record.writeUInt32LE(signature);
    zip.writeUInt32LE(0x4000_0000, zip.lastIndexOf(record) + at + 4);
    return zip;
  };
  const cases: {
    readonly name: string;
    readonly fileName?: string;
    readonly make: () => Promise<Buffer> | Buffer;
    readonly under?: typeof limits;
    readonly code: string;
    readonly says?: readonly string[];
  }[] = [
    { name: 'empty', make: () => Buffer.alloc(0), code: 'FICHIER_VIDE' },
    {
      name: 'cut before its directory',
      make: async () => (await good).subarray(0, -40),
      code: 'ARCHIVE_TRONQUEE',
      says: ['x.zip'],
    },
    // Found by the fuzzer: the offset is beyond what fs.read takes, which throws where nobody can catch it.
    {
      name: 'in zip64 whose directory record is announced beyond any file',
      make: () => zip64With(0x07064b50, 8),
      code: 'ARCHIVE_TRONQUEE',
      says: ['x.zip'],
    },
    {
      name: 'in zip64 whose directory is announced beyond any file',
      make: () => zip64With(0x06064b50, 48),
      code: 'ARCHIVE_CORROMPUE',
      says: ['x.zip'],
    },
    {
      name: 'with a wrong CRC',
      make: async () =>
        patchHeaders(await good, (header, kind) => {
          const at = kind === 'local' ? 14 : 16;
          header.writeUInt32LE((header.readUInt32LE(at) ^ 1) >>> 0, at);
        }),
      code: 'ARCHIVE_CORROMPUE',
      says: ['activites_1.txt', 'CRC-32'],
    },
    {
      name: 'with a wrong CRC on a stored entry',
      make: async () => {
        const zip = await zipOf({ 'activites_1.txt': text }, { compress: false });
        zip.writeUInt8(zip.readUInt8(1_000) ^ 1, 1_000);
        return zip;
      },
      code: 'ARCHIVE_CORROMPUE',
      says: ['CRC-32'],
    },
    {
      name: 'announcing fewer bytes than it holds',
      make: async () => patchUncompressedSize(await good, -1),
      code: 'ARCHIVE_CORROMPUE',
      says: ['plus d’octets'.replace('’', "'")],
    },
    {
      name: 'announcing more bytes than it holds',
      make: async () => patchUncompressedSize(await good, 1),
      code: 'ARCHIVE_CORROMPUE',
      says: ['6000 octets au lieu de 6001'],
    },
    {
      name: 'whose compressed data is damaged',
      make: async () => {
        const zip = Buffer.from(await good);
        zip.fill(0xff, 46, 56);
        return zip;
      },
      code: 'ARCHIVE_CORROMPUE',
    },
    {
      name: 'whose data is said to reach beyond its end',
      make: async () =>
        patchHeaders(await good, (header, kind) => {
          if (kind === 'central') header.writeUInt32LE(1_000_000, 20);
        }),
      code: 'ARCHIVE_CORROMPUE',
      says: ['dépasse la fin'],
    },
    {
      name: 'encrypted',
      make: async () =>
        patchHeaders(await good, (header, kind) =>
          header.writeUInt16LE(1, kind === 'local' ? 6 : 8),
        ),
      code: 'ARCHIVE_CHIFFREE',
      says: ['mot de passe'],
    },
    {
      name: 'compressed in another way',
      make: async () =>
        patchHeaders(await good, (header, kind) =>
          header.writeUInt16LE(9, kind === 'local' ? 8 : 10),
        ),
      code: 'ARCHIVE_METHODE',
      says: ['Deflate64'],
    },
    {
      name: 'holding none of the wanted files',
      make: () => zipOf({ 'lisez-moi.txt': '?', 'b.txt': '?' }),
      code: 'MEMBRE_ABSENT',
      says: ['activites', 'lisez-moi.txt, b.txt'],
    },
    {
      name: 'holding many unwanted files, of which a few are named',
      make: () =>
        zipOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}.txt`, '?']))),
      code: 'MEMBRE_ABSENT',
      says: ['f0.txt, f1.txt, f2.txt, f3.txt, f4.txt et 4 autres'],
    },
    {
      name: 'holding nothing',
      make: () => zipOf({}),
      code: 'MEMBRE_ABSENT',
      says: ['il contient : rien'],
    },
    {
      name: 'holding two files for one',
      make: () => zipOf({ 'a/activites_1.txt': '?', 'b/activites_2.txt': '?' }),
      code: 'MEMBRE_AMBIGU',
      says: ['activites_1.txt', 'activites_2.txt'],
    },
    {
      name: 'holding an archive',
      make: async () => zipOf({ 'activites.zip': await good }),
      code: 'ARCHIVE_IMBRIQUEE',
    },
    {
      name: 'holding an archive that calls itself a text',
      make: async () => zipOf({ 'activites.txt': await good }),
      code: 'ARCHIVE_IMBRIQUEE',
    },
    {
      name: 'a gzip of a zip',
      fileName: 'activites.txt.gz',
      make: async () => gzipSync(await good),
      code: 'ARCHIVE_IMBRIQUEE',
    },
    {
      name: 'with too many entries',
      make: () => zipOf({ 'activites.txt': text, 'b.txt': '', 'c.txt': '' }),
      under: { ...limits, entriesMax: 2 },
      code: 'ARCHIVE_TROP_GROSSE',
      says: ['3 fichiers'],
    },
    {
      name: 'announcing too many bytes',
      make: () => good,
      under: { ...limits, uncompressedBytesMax: 5_999 },
      code: 'ARCHIVE_TROP_GROSSE',
    },
    {
      name: 'compressed beyond belief',
      make: () => zipOf({ 'activites.txt': Buffer.alloc(3_000_000) }),
      under: { ...limits, ratioFromBytes: 1_000_000 },
      code: 'ARCHIVE_TROP_GROSSE',
      says: ['200 fois'],
    },
    {
      name: 'gzip compressed beyond belief',
      fileName: 'activites.txt.gz',
      make: () => gzipSync(Buffer.alloc(3_000_000)),
      under: { ...limits, ratioFromBytes: 1_000_000 },
      code: 'ARCHIVE_TROP_GROSSE',
    },
    {
      name: 'gzip with too many bytes',
      fileName: 'activites.txt.gz',
      make: () => gzipSync(text),
      under: { ...limits, uncompressedBytesMax: 5_999 },
      code: 'ARCHIVE_TROP_GROSSE',
    },
    {
      name: 'gzip cut short',
      fileName: 'activites.txt.gz',
      make: () => gzipSync(text).subarray(0, -12),
      code: 'ARCHIVE_CORROMPUE',
      says: ['tronquées'],
    },
    {
      name: 'gzip of nothing',
      fileName: 'activites.txt.gz',
      make: () => gzipSync(''),
      code: 'ARCHIVE_CORROMPUE',
    },
    {
      name: 'a text that is only the optional member',
      fileName: 'savoirs_1.txt',
      make: () => Buffer.from('s'),
      code: 'MEMBRE_ABSENT',
      says: ['activites', 'savoirs_1.txt'],
    },
    {
      name: '7-Zip',
      make: () => Buffer.from('377abcaf271c0004', 'hex'),
      code: 'FORMAT_INCONNU',
      says: ['7-Zip'],
    },
    {
      name: 'a web page',
      fileName: 'activites.txt',
      make: () => Buffer.from('\n<!DOCTYPE html><html></html>'),
      code: 'FORMAT_INCONNU',
      says: ['page web'],
    },
  ];
  for (const { name, fileName = 'x.zip', make, under, code, says = [] } of cases) {
    it(`when ${name}`, async (t) => {
      const path = await writeIn(await testFolder(t), fileName, await make());
      await assert.rejects(readFrom(path, under), failsWith(code, fileName, ...says));
      assert.equal(await openDescriptors(path), 0);
    });
  }

  it('when it announces a size far below what it inflates to, without inflating it all', async (t) => {
    const bomb = patchUncompressedSize(
      await zipOf({ 'activites.txt': Buffer.alloc(50_000_000) }),
      -49_999_999,
    );
    const path = await writeIn(await testFolder(t), 'x.zip', bomb);
    const [member] = await openMembers(path, wanted, limits);
    let bytes = 0;
    await assert.rejects(async () => {
      for await (const chunk of member?.open() ?? []) bytes += chunk.length;
    }, failsWith('ARCHIVE_CORROMPUE'));
    assert.equal(bytes, 0);
  });

  it('when the damage is at the end, after all its good chunks were read', async (t) => {
    const zip = patchHeaders(await good, (header, kind) =>
      header.fill(0, kind === 'local' ? 14 : 16, kind === 'local' ? 18 : 20),
    );
    const path = await writeIn(await testFolder(t), 'x.zip', zip);
    const [member] = await openMembers(path, wanted, limits);
    let read = '';
    await assert.rejects(
      async () => {
        for await (const chunk of member?.open() ?? []) read += chunk.toString('utf8');
      },
      failsWith('ARCHIVE_CORROMPUE', 'CRC-32'),
    );
    assert.equal(read, text);
  });

  it('when a text changes while it is read', async (t) => {
    const path = await writeIn(await testFolder(t), 'activites.txt', text);
    const [member] = await openMembers(path, wanted, limits);
    await writeFile(path, 'encore\n', { flag: 'a' });
    await assert.rejects(readAll(member), failsWith('FICHIER_MODIFIE', '6000'));
    await truncate(path, 10);
    await assert.rejects(readAll(member), failsWith('FICHIER_MODIFIE', '10 octets'));
    await rm(path);
    await assert.rejects(readAll(member), failsWith('FICHIER_ABSENT', path));
  });

  it('when it does not exist or is no file', async (t) => {
    const folder = await testFolder(t);
    await assert.rejects(
      readFrom(join(folder, 'rien.zip')),
      failsWith('FICHIER_ABSENT', 'rien.zip'),
    );
    await assert.rejects(readFrom('/dev/null'), failsWith('FICHIER_ILLISIBLE'));
    await assert.rejects(readFrom(folder), failsWith('MEMBRE_ABSENT', folder));
    await mkdir(join(folder, 'activites.txt'));
    await assert.rejects(readFrom(folder), failsWith('MEMBRE_ABSENT'));
  });

  it('when the account may not read it', { skip: process.getuid?.() === 0 }, async (t) => {
    const path = await writeIn(await testFolder(t), 'activites.txt', text);
    await chmod(path, 0);
    await assert.rejects(readFrom(path), failsWith('FICHIER_ILLISIBLE', 'droit'));
  });

  it('when any one byte of its directory is flipped: an error of ours, or the right text', async (t) => {
    const folder = await testFolder(t);
    const zip = await good;
    const directoryAt = zip.indexOf(Buffer.from('504b0102', 'hex'));
    for (let at = directoryAt; at < zip.length; at += 1) {
      const copy = Buffer.from(zip);
      copy.writeUInt8(copy.readUInt8(at) ^ 0x55, at);
      const path = await writeIn(folder, 'x.zip', copy);
      const outcome = await readFrom(path).catch((error: unknown) => error);
      if (Array.isArray(outcome)) assert.deepEqual(outcome, [text], `octet ${at}`);
      else assert.ok(outcome instanceof AppError, `octet ${at} : ${String(outcome)}`);
    }
    assert.equal((await readFile(join(folder, 'x.zip'))).length, zip.length);
  });
});

function patchUncompressedSize(zip: Buffer, byBytes: number): Buffer {
  return patchHeaders(zip, (header, kind) => {
    const at = kind === 'local' ? 22 : 24;
    header.writeUInt32LE(header.readUInt32LE(at) + byBytes, at);
  });
}
