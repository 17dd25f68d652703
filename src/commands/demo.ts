// `npm start`: an invented opérateur, from nothing to an explained report, on this machine alone.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import { generateSample } from '../sample/generate.js';
import { globalOptions, runWithSettings, type CommandContext } from './context.js';
import { describeResult, exitCodeOf, extractSources } from './extract.js';
import { describeImport } from './inventory-load.js';
import { importInventory } from './inventory.js';
import type { OpenProgram } from './program.js';
import { sourceNames, type SourceName } from '../domain/source.js';
import { findLoadInService } from '../store/source-load.js';
import { rehearseFeed } from './demo-feed.js';
import { describeReconcile, runReconcile } from './reconcile.js';
import { optionsOf } from './report.js';
import { writeReport } from '../report/report.js';
import { silentProgress } from '../progress.js';
import { terminalProgress } from './terminal-progress.js';
import { writeTo } from './write-to.js';

const defaultFolder = join('var', 'demo');

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('démonstration : un opérateur inventé, de rien à un rapport expliqué')
    .option('--dir <dossier>', 'où garder ses données', defaultFolder)
    .action(async (options: { dir: string }, command: Command) => {
      const isJson = globalOptions(command).json;
      const config = await prepareSample(context, resolve(options.dir), isJson);
      await runWithSettings(context, loadSettings(config), isJson, (open) =>
        runDemo(context, open, options.dir),
      );
    });
}

/**
 * The demonstration's files are yesterday's, as a real opérateur's would be: made again when the day has changed, they are
 * the same country, a version later.
 */
async function prepareSample(
  { surroundings }: CommandContext,
  folder: string,
  isJson: boolean,
): Promise<string> {
  const outDir = join(folder, 'extractions');
  const config = join(outDir, 'annuaire-sync.yaml');
  const date = new Date(surroundings.now().getTime() - 86_400_000).toISOString().slice(0, 10);
  if (!existsSync(config) || dateOfSample(outDir) !== date) {
    const progress = isJson ? silentProgress : terminalProgress(surroundings.err);
    await generateSample({ outDir, scale: 'demo', day: 1, date }, progress, surroundings.signal);
  }
  return config;
}

/** The sample is whole as soon as its truth file is there. */
function dateOfSample(outDir: string): string | undefined {
  try {
    const truth = JSON.parse(readFileSync(join(outDir, 'truth.json'), 'utf8')) as {
      judgedAt: string;
    };
    return truth.judgedAt.slice(0, 10);
  } catch {
    return undefined;
  }
}

async function runDemo(context: CommandContext, open: OpenProgram, dir: string): Promise<void> {
  const { out } = context.surroundings;
  const simulated = resolve(dir, 'extractions-simulees');
  const results = await extractSources(open, context.surroundings, {
    sources: await sourcesToExtract(open, simulated),
    from: undefined,
    isAccepted: false,
  });
  const imported = await importInventory(context, open, undefined, {
    accept: false,
    skipInvalid: false,
  });
  const summary = await runReconcile(context, open);
  context.setExitCode(exitCodeOf(results));
  const rehearsal = await rehearseFeed(context, open, simulated);
  if (open.isJson) {
    const options = await optionsOf(context, open, 'json', {});
    await writeReport(open.pool, options, writeTo(out));
    return;
  }
  out.write(`${introduction}\n`);
  // The head of the report tells the sources; what failed is told here.
  const failed = results.filter((result) => 'error' in result).map(describeResult);
  const steps = [...failed, describeImport(imported, open), describeReconcile(summary)];
  out.write(`${steps.join('\n')}\n\n`);
  await writeReport(open.pool, await optionsOf(context, open, 'table', {}, 1), writeTo(out));
  out.write(`\n${rehearsal.lines.join('\n')}\n`);
  out.write(nextSteps(dir, rehearsal.suppressions));
}

/** All of them, save the BAL once the simulator has published a later day of them than the sample's. */
async function sourcesToExtract(open: OpenProgram, simulated: string): Promise<SourceName[]> {
  const bals = await findLoadInService(open.pool, 'bals');
  const sample = /_(\d{12})\.\w+$/u.exec(open.settings.sources.bals.from ?? '')?.[1] ?? '';
  const isLater = bals?.origin.startsWith(simulated) === true && bals.version.slice(-12) > sample;
  return isLater ? sourceNames.filter((name) => name !== 'bals') : [];
}

const introduction = `
DÉMONSTRATION — tout est inventé : l'opérateur « GIP Santé Exemple », ses BAL, les professionnels et les structures.
Les fichiers ont le format exact de ceux de l'ANS ; le programme s'en sert comme des vrais.
`;

function nextSteps(dir: string, suppressions: number): string {
  const command = `bin/annuaire-sync -c ${join(dir, 'extractions', 'annuaire-sync.yaml')}`;
  return `
Et maintenant
  Voir de plus près, sur cette démonstration :
    ${command} report --groupe orphan
    ${command} report --format csv --out constats.csv
    ${command} status
  Servir l'annuaire aux carnets d'adresses, dans un autre terminal, puis y chercher (ldapsearch est dans « ldap-utils ») :
    ${command} ldap
    ldapsearch -x -H ldap://127.0.0.1:8389 -b ou=bal,o=mssante,c=fr -z 5 '(&(objectClass=inetOrgPerson)(cn=*mar*))' cn mail
  Ouvrir la console des administrateurs, http://127.0.0.1:8480/console, avec le compte que la première commande crée :
    ${command} comptes create moi --role approbateur
    ${command} web
  Demander la suppression d'une BAL comme un professionnel, http://127.0.0.1:8480/demande ; Pro Santé Connect est simulé :
    ${command} simulate psc
  Décider des suppressions du plan (${suppressions}), puis les envoyer ; le simulateur tourne dans un autre terminal :
    ${command} plan
    ${command} simulate feed
    ${command} plan approve --kind delete
    ${command} push
  Passer à vos BAL :
    bin/annuaire-sync config init > annuaire-sync.yaml      puis ouvrez ce fichier : chaque réglage y est expliqué
    bin/annuaire-sync inventory template > inventaire.csv   le modèle de votre inventaire
    bin/annuaire-sync --help
`;
}
