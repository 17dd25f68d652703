// `sample`: an invented country in the exact format of every source, an inventory, and what reconciliation must find.
import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import { adeliFileContent } from './adeli-file.js';
import { balFile, type BalCounts } from './bal-file.js';
import { toPem } from './certificate.js';
import { configYaml } from './config-file.js';
import { dayMax, type CountryOptions, type Scale } from './country.js';
import {
  adeliFile,
  configCompletFile,
  configFile,
  fileNames,
  inventaireCompletFile,
  inventaireFile,
  listeBlancheFile,
  signataireFile,
  truthFile,
} from './file-names.js';
import { finessJson } from './finess-file.js';
import { identitesFile } from './identites-file.js';
import {
  inventaireFile as inventaire,
  inventaireCompletFile as inventaireComplet,
} from './inventory-file.js';
import { makeListeBlanche } from './liste-blanche-file.js';
import { OutputFolder } from './output-folder.js';
import { psFiles, type LineCount } from './ps-files.js';
import { makeTruth, type SourceTruth } from './truth.js';
import { writeGzip, writeText, writeWhole, writeZip } from './writers.js';
import { createWorld, type World } from './world.js';

export type SampleOptions = CountryOptions & {
  readonly outDir: string;
};

export type SampleSummary = {
  readonly outDir: string;
  readonly scale: Scale;
  readonly day: number;
  readonly files: readonly { readonly nom: string; readonly octets: number }[];
  readonly constats: number;
  /** Settings file to give to the other commands. */
  readonly config: string;
};

export async function generateSample(
  options: SampleOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<SampleSummary> {
  assertOptions(options);
  const folder = await OutputFolder.open(options.outDir);
  try {
    const world = createWorld(options);
    const files = await writeFiles(world, folder, progress, signal);
    signal.throwIfAborted();
    await folder.commit();
    progress.end();
    return {
      outDir: options.outDir,
      scale: options.scale,
      day: options.day,
      files,
      constats: world.planted.constats.length,
      config: configFile,
    };
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

function assertOptions({ day, date }: SampleOptions): void {
  if (!Number.isInteger(day) || day < 1 || day > dayMax) {
    throw new UsageError(
      'SAMPLE_DAY',
      `Le jour doit être un entier de 1 à ${dayMax} (reçu : ${day}).`,
    );
  }
  if (date !== undefined && Number.isNaN(Date.parse(`${date}T00:00:00Z`))) {
    throw new UsageError('SAMPLE_DATE', `« ${date} » n'est pas une date AAAA-MM-JJ.`);
  }
}

async function writeFiles(
  world: World,
  folder: OutputFolder,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ nom: string; octets: number }[]> {
  const step = (label: string, total?: number) => progress.step({ label, total, unit: 'lignes' });
  const sources = {
    ...(await writeSmallSources(world, folder, step, signal)),
    bals: await writeBals(world, folder, step, progress, signal),
    professionnels: await writeProfessionnels(world, folder, step, progress, signal),
  };
  const inventory = await writeInventories(world, folder, step, signal);
  for (const kind of configKinds(world)) {
    const name = kind === 'complet' ? configCompletFile : configFile;
    await writeWhole(folder.partial(name), configYaml(world, kind));
  }
  const truthPath = folder.partial(truthFile);
  const truth = makeTruth(world, { ...sources, inventaire: inventory }, folder.files);
  await writeWhole(truthPath, truth);
  return Promise.all(
    folder.files.map(async (nom) => ({
      nom,
      octets: (await stat(folder.partialPath(nom))).size,
    })),
  );
}

type Step = (label: string, total?: number) => void;

async function writeSmallSources(
  world: World,
  folder: OutputFolder,
  step: Step,
  signal: AbortSignal,
): Promise<Record<string, SourceTruth>> {
  const names = fileNames(world.country);
  step('Liste blanche');
  const listeBlanche = makeListeBlanche(world);
  await writeWhole(folder.partial(listeBlancheFile), listeBlanche.xml);
  await writeWhole(folder.partial(signataireFile), toPem(listeBlanche.certificate));
  step('Structures FINESS');
  const finess = { lines: 0 };
  await writeGzip(folder.partial(names.finess), finessJson(world, finess), signal);
  step('Correspondance ADELI → RPPS');
  const adeli: LineCount = { lines: 0 };
  await writeText(folder.partial(adeliFile), adeliFileContent(world, adeli), signal);
  step('Identités Pro Santé Connect');
  const identites: LineCount = { lines: 0 };
  // The member is inside a folder, as in one of the ANS's own test files.
  const member = `${names.identites.slice(0, -4)}/${names.identitesMember}`;
  const content = identitesFile(world, identites);
  await writeZip(folder.partial(names.identites), [{ name: member, content }], signal);
  return {
    'liste-blanche': {
      fichier: listeBlancheFile,
      lignes: listeBlanche.rows,
      domainesDistincts: listeBlanche.domaines,
    },
    finess: { fichier: names.finess, lignes: finess.lines },
    'adeli-rpps': { fichier: adeliFile, lignes: adeli.lines },
    identites: { fichier: names.identites, lignes: identites.lines },
  };
}

async function writeBals(
  world: World,
  folder: OutputFolder,
  step: Step,
  progress: Progress,
  signal: AbortSignal,
): Promise<SourceTruth> {
  const names = fileNames(world.country);
  step('BAL publiées', world.country.balCount);
  const counts: BalCounts = { lines: 0, adresses: 0, per: 0, org: 0 };
  const content = balFile(world, counts, () => progress.update(counts.lines, counts.lines));
  await writeZip(folder.partial(names.bals), [{ name: names.balsMember, content }], signal);
  return {
    fichier: names.bals,
    lignes: counts.lines,
    adressesDistinctes: counts.adresses,
    per: counts.per,
    org: counts.org,
  };
}

async function writeProfessionnels(
  world: World,
  folder: OutputFolder,
  step: Step,
  progress: Progress,
  signal: AbortSignal,
): Promise<SourceTruth> {
  const names = fileNames(world.country);
  const files = psFiles(world);
  step('Professionnels de santé', Math.round(world.country.personCount * 1.375));
  const activite: LineCount = { lines: 0 };
  const savoirFaire: LineCount = { lines: 0 };
  const diplomes: LineCount = { lines: 0 };
  const onLines = () => progress.update(activite.lines, activite.lines);
  const members = [
    { name: names.personneActivite, content: files.personneActivite(activite, onLines) },
    { name: names.diplAutExerc, content: files.diplAutExerc(diplomes) },
    { name: names.savoirFaire, content: files.savoirFaire(savoirFaire) },
  ];
  await writeZip(folder.partial(names.professionnels), members, signal);
  return {
    fichier: names.professionnels,
    lignes: activite.lines,
    lignesSavoirFaire: savoirFaire.lines,
    lignesDiplAutExerc: diplomes.lines,
  };
}

async function writeInventories(
  world: World,
  folder: OutputFolder,
  step: Step,
  signal: AbortSignal,
): Promise<SourceTruth> {
  step('Inventaire');
  const own: LineCount = { lines: 0 };
  await writeText(folder.partial(inventaireFile), inventaire(world, own), signal);
  if (configKinds(world).includes('complet')) {
    const whole: LineCount = { lines: 0 };
    const path = folder.partial(inventaireCompletFile);
    await writeText(path, inventaireComplet(world, whole), signal);
  }
  return { fichier: inventaireFile, lignes: own.lines };
}

/** The demonstration has no use for the whole country as one opérateur. */
function configKinds(world: World): readonly ('operateur' | 'complet')[] {
  return world.country.scale === 'demo' ? ['operateur'] : ['operateur', 'complet'];
}
