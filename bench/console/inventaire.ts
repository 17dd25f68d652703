// The inventory of the whole country, changed so much that half a million findings are true: services that differ from what
// is published, holders who did not come for more than a year. The same on each run.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { draw, happens, pick, stream } from '../../src/sample/random.js';

const services = [
  'Cardiologie',
  'Secrétariat médical',
  'Urgences',
  'Pédiatrie',
  'Maternité',
  'Pneumologie',
];
const own = ['inventaire-complet.csv', 'truth.json'];

/** A folder like `sample`, with that inventory; returns it. */
export function perturberInventaire(sample: string, folder: string, judgedAt: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(sample).filter((one) => !own.includes(one))) {
    if (!existsSync(join(folder, name))) symlinkSync(join(sample, name), join(folder, name));
  }
  const [head = '', ...lines] = readFileSync(join(sample, 'inventaire-complet.csv'), 'utf8').split(
    '\n',
  );
  const columns = head.replace('\ufeff', '').trim().split(';');
  const at = (name: string): number => columns.indexOf(name);
  const [differe, inactive, quand] = ['differe', 'inactive', 'quand'].map((nom) => stream(6, nom));
  const changed = lines.map((line, rang) => {
    // A quoted cell is left as it is: few lines have one.
    if (line === '' || line.includes('"')) return line;
    const cells = line.split(';');
    const tire = draw(quand ?? 0, rang);
    if (happens(differe ?? 0, rang, 0.56)) cells[at('service')] = pick(services, tire);
    if (happens(inactive ?? 0, rang, 0.34)) {
      cells[at('derniereAuthentification')] = `2025-0${1 + (tire % 9)}-1${tire % 10}T08:00:00Z`;
    }
    return cells.join(';');
  });
  writeFileSync(join(folder, 'inventaire-complet.csv'), [head, ...changed].join('\n'));
  writeFileSync(join(folder, 'truth.json'), JSON.stringify({ judgedAt }));
  return folder;
}
