// A program that downloads, to be killed: prints « recu » once some bytes are on the disk.
import { downloadSource } from '../../src/extractions/download.js';
import { silentProgress } from '../../src/progress.js';
import { optionsFor } from './download.js';

const [url = '', folder = '', bytes = '0'] = process.argv.slice(2);
const update = (done: number): void => {
  if (done >= Number(bytes)) process.stdout.write('recu\n');
};
await downloadSource(
  optionsFor(url, folder),
  { ...silentProgress, update },
  new AbortController().signal,
);
