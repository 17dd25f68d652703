// What may come of a file on its way: cut, changed, emptied, taken for another, or served again from an older day.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yauzl from 'yauzl';
import yazl from 'yazl';
import type { Day } from './country.js';
import type { FileDamage } from './faults.js';
import type { FileServer, Published } from './file-server.js';

export type DamagedFile = 'bals' | 'professionnels' | 'inventaire';

/** Serves or writes the damaged file; returns what puts the right one back. */
export async function damageFile(
  target: {
    readonly files: FileServer;
    readonly inventaire: string;
    readonly day: Day;
    readonly first: Day;
  },
  file: DamagedFile,
  damage: FileDamage,
  moment: number,
): Promise<() => void> {
  const { files, inventaire, first } = target;
  if (file === 'inventaire') {
    const right = readFileSync(inventaire);
    const older = readFileSync(join(first.folder, first.inventaire));
    const stranger = files.published('bals').content;
    writeFileSync(inventaire, await damaged(right, { older, stranger }, damage, moment));
    return () => writeFileSync(inventaire, right);
  }
  const right = files.published(file);
  const older: Published = {
    fileName: first[file],
    content: readFileSync(join(first.folder, first[file])),
  };
  const other = files.published(file === 'bals' ? 'professionnels' : 'bals').content;
  const content = await damaged(
    right.content,
    { older: older.content, stranger: other },
    damage,
    moment,
  );
  const fileName = damage === 'plus ancien' ? older.fileName : right.fileName;
  files.publish(file, { fileName, content });
  return () => files.publish(file, right);
}

async function damaged(
  right: Buffer,
  { older, stranger }: { readonly older: Buffer; readonly stranger: Buffer },
  damage: FileDamage,
  moment: number,
): Promise<Buffer> {
  switch (damage) {
    case 'tronqué':
      // A text cut at the end of a line by less than the guards allow would be a right one, only shorter.
      return right.subarray(0, Math.floor(right.length * moment * 0.8));
    case 'corrompu':
      return flip(right, moment);
    case 'vide':
      return Buffer.alloc(0);
    case 'en-tête seule':
      return right.subarray(0, 2).toString('latin1') === 'PK'
        ? headersOnly(right)
        : firstLine(right);
    case 'échangé':
      return stranger;
    case 'plus ancien':
      return older;
  }
}

/** A burst of 64 bytes: in a zip its check sum tells; in a text it is no valid line any more. */
function flip(right: Buffer, moment: number): Buffer {
  const changed = Buffer.from(right);
  const from = Math.floor((changed.length - 64) * moment);
  for (let at = from; at < from + 64; at += 1) changed[at] = (changed[at] ?? 0) ^ 0xa5;
  return changed;
}

function firstLine(text: Buffer): Buffer {
  return text.subarray(0, text.indexOf(0x0a) + 1);
}

async function headersOnly(zip: Buffer): Promise<Buffer> {
  const out = new yazl.ZipFile();
  for (const { name, content } of await membersOf(zip)) out.addBuffer(firstLine(content), name);
  out.end();
  const pieces: Buffer[] = [];
  for await (const piece of out.outputStream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Of the only member, the header included. */
export async function countLines(zip: Buffer): Promise<number> {
  const [member] = await membersOf(zip);
  return member ? member.content.toString('latin1').trimEnd().split('\n').length : 0;
}

async function membersOf(zip: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const opened = await new Promise<yauzl.ZipFile>((resolve, reject) => {
    yauzl.fromBuffer(zip, { lazyEntries: true }, (error, file) =>
      error ? reject(error) : resolve(file),
    );
  });
  const members: { name: string; content: Buffer }[] = [];
  return new Promise((resolve, reject) => {
    opened.on('error', reject);
    opened.on('end', () => resolve(members));
    opened.on('entry', (entry: yauzl.Entry) => {
      opened.openReadStream(entry, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          members.push({ name: entry.fileName, content: Buffer.concat(pieces) });
          opened.readEntry();
        });
      });
    });
    opened.readEntry();
  });
}
