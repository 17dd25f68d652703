// Tries the opérateur's own templates before a mail has to be made with them.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gabarits } from '../domain/avis.js';
import { messageOf } from '../errors.js';
import { exemples } from './exemples.js';
import { Gabarits } from './gabarit.js';

/** A folder of each domain at most, with the files of each template. */
const filesMax = 100_000;

/** French, one sentence per template that would not be used; none when all would. */
export function checkGabarits(
  dossier: string,
  operateur: string,
  domaines: readonly string[],
): string[] {
  let files: string[];
  try {
    files = readdirSync(dossier, { recursive: true, encoding: 'utf8' }).slice(0, filesMax);
  } catch (error) {
    return [`avis.gabarits : dossier illisible : ${dossier} (${messageOf(error)})`];
  }
  const known = new Set(domaines);
  const own = files.filter((file) => file.endsWith('.liquid'));
  return [
    ...own.flatMap((file) => strangeFile(file.replaceAll('\\', '/'), known)),
    ...brokenOnes(dossier, operateur, own, domaines),
  ];
}

/** A file that no mail would ever use is a misspelt one. */
function strangeFile(file: string, domaines: ReadonlySet<string>): string[] {
  const [name = '', domaine, ...deeper] = file.split('/').reverse();
  const gabarit = /^(.+?)\.(sujet\.txt|txt|html)\.liquid$/u.exec(name)?.[1];
  const isKnown = gabarit !== undefined && ['cadre', ...gabarits].some((one) => one === gabarit);
  if (!isKnown)
    return [`avis.gabarits : ${file} ne remplace aucun gabarit (${gabarits.join(', ')})`];
  if (deeper.length > 0 || (domaine !== undefined && !domaines.has(domaine))) {
    return [`avis.gabarits : ${file} n’est pas dans le dossier d’un de vos domaines`];
  }
  return [];
}

function brokenOnes(
  dossier: string,
  operateur: string,
  files: readonly string[],
  domaines: readonly string[],
): string[] {
  const engine = new Gabarits({ dossier, operateur });
  const withFolder = domaines.filter((domaine) =>
    files.some((file) => !relative(domaine, file).startsWith('..')),
  );
  const faults: string[] = [];
  for (const domaine of withFolder.length > 0
    ? withFolder
    : [domaines[0] ?? 'exemple.mssante.fr']) {
    for (const gabarit of gabarits) {
      try {
        engine.render(gabarit, domaine, exemples[gabarit]);
      } catch (error) {
        faults.push(`avis.gabarits : ${join(domaine, gabarit)} : ${messageOf(error)}`);
      }
    }
  }
  return [...faults, ...engine.avertissements.map((text) => `avis.gabarits : ${text}`)];
}
