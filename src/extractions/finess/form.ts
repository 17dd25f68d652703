// Which form of FINESS a file is, told by its first bytes, never by its name.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RefusedError } from '../../errors.js';
import { decodeCell } from '../csv-records.js';
import { readHead } from '../read-chunks.js';
import { parseDate } from './row.js';
import type { EtalabFile } from './etalab.js';

export type FinessForm =
  | { readonly kind: 'json'; readonly path: string; readonly isBareArray: boolean }
  | {
      readonly kind: 'etalab';
      /** EJ files first. */
      readonly files: readonly EtalabFile[];
      /** From the first line, `finess;etalab;<n>;<date>`. */
      readonly genereLe: Date | undefined;
    };

const headBytes = 64 * 1024;
/** EJ, ET and geolocation files of one delivery, with room to spare. */
const filesMax = 16;

/** Recognises a file, or a folder with the several files of one etalab delivery. */
export async function detectForm(path: string): Promise<FinessForm> {
  const paths = await listFiles(path);
  const forms = await Promise.all(paths.map(detectFile));
  const [first] = forms;
  if (first && forms.length === 1) return first.form;
  const etalab = forms.flatMap(({ form, isEj }) =>
    form.kind === 'etalab' ? [{ form, isEj }] : [],
  );
  if (etalab.length !== forms.length || etalab.length === 0) {
    throw new RefusedError(
      'FINESS_FORMES_MELEES',
      `${path} : un seul fichier FINESS+ (JSON), ou les fichiers CSV d'une même livraison, sont attendus.`,
    );
  }
  const ordered = [...etalab.filter(({ isEj }) => isEj), ...etalab.filter(({ isEj }) => !isEj)];
  return {
    kind: 'etalab',
    files: ordered.flatMap(({ form }) => form.files),
    genereLe: ordered.find(({ form }) => form.genereLe)?.form.genereLe,
  };
}

async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  if (names.length <= filesMax) return names.map((name) => join(path, name));
  throw new RefusedError(
    'FINESS_TROP_DE_FICHIERS',
    `${path} : ${names.length} fichiers, au plus ${filesMax} sont attendus pour une livraison.`,
  );
}

async function detectFile(path: string): Promise<{ form: FinessForm; isEj: boolean }> {
  const head = decodeCell((await readHead(path, headBytes)).toString('latin1'));
  const firstLine = head.split(/\r?\n/, 1)[0] ?? '';
  if (head.startsWith('{') || head.startsWith('[')) {
    return { form: { kind: 'json', path, isBareArray: isBareArray(head) }, isEj: false };
  }
  const file = { path, name: basename(path) };
  const section = /^(?:finess;[^\n]*\n)?(structure[a-z]+|geolocalisation|equipementsocial);/.exec(
    head,
  );
  if (section) {
    const etalab: EtalabFile = { ...file, form: 'sections', delimiter: ';', isQuoted: false };
    return {
      form: { kind: 'etalab', files: [etalab], genereLe: dateOfComment(firstLine) },
      isEj: section[1] === 'structureej',
    };
  }
  const columns = firstLine.toLowerCase().split(/[";,]+/);
  if (columns.includes('nofinessej')) {
    const etalab: EtalabFile = {
      ...file,
      form: 'header',
      delimiter: firstLine.includes(';') ? ';' : ',',
      isQuoted: firstLine.includes('"'),
    };
    return {
      form: { kind: 'etalab', files: [etalab], genereLe: undefined },
      isEj: !columns.includes('nofinesset'),
    };
  }
  throw unknownForm(file.name, head);
}

/** `[{"pmej":[…]}]` wraps the document, `[{"informationsGeneralesPmej":…}]` is the list itself. */
function isBareArray(head: string): boolean {
  if (!head.startsWith('[')) return false;
  const pmej = head.indexOf('"pmej"');
  const ej = head.indexOf('"informationsGeneralesPmej"');
  return pmej < 0 || (ej >= 0 && ej < pmej);
}

function dateOfComment(line: string): Date | undefined {
  const parsed = parseDate(/^finess;etalab;[^;]*;([0-9-]{10})/.exec(line)?.[1] ?? '');
  return parsed.kind === 'date' ? new Date(`${parsed.date}T00:00:00Z`) : undefined;
}

function unknownForm(name: string, head: string): RefusedError {
  const found = head.startsWith('<')
    ? "le flux standard XML (cs14001…) n'est pas pris en charge"
    : head === ''
      ? 'le fichier est vide'
      : `il commence par « ${head.slice(0, 60).replace(/\s+/g, ' ')} »`;
  return new RefusedError(
    'FINESS_FORMAT_INCONNU',
    `${name} : ${found}. Sont acceptés : FINESS+ « structures » en JSON (gzip ou non), et les CSV ` +
      `etalab cs1100501, cs1100502 et stock annuel.`,
  );
}
