// « notices »: sends mails and webhooks; « notices list | show | retry | cancel » for what did not leave.
import type { Command } from 'commander';
import { Gabarits } from '../notify/gabarit.js';
import { sendNotices, type Bilan } from '../notify/send.js';
import { parseMinutes } from './option-values.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { databaseClock, pusherName } from './feed-run.js';
import { dryRunNotices } from './notices-dry-run.js';
import { registerNoticesQueue } from './notices-queue.js';
import { describeBilan, exitCodeOf, hasMoved } from './notices-result.js';
import type { OpenProgram } from './program.js';
import { tracer } from './tracer.js';

type Options = {
  readonly dryRun: boolean;
  readonly dossier?: string;
  readonly jusquAuBout: boolean;
  readonly dureeMax: number;
};

export function registerNotices(program: Command, context: CommandContext): void {
  const notices = program
    .command('notices')
    .description('avis : courriels aux titulaires, webhooks vers vos programmes');
  notices
    .command('send')
    .description('envoie ce qui attend (docs/avis.md)')
    .option(
      '--dry-run',
      'écrit exactement ce qui partirait, sans rien envoyer ni rien changer',
      false,
    )
    .option('--dossier <dossier>', 'avec --dry-run : un fichier .eml par courriel dans ce dossier')
    .option(
      '--jusqu-au-bout',
      'attend les nouvelles tentatives, jusqu’à ce qu’il ne reste rien à envoyer',
      false,
    )
    .option(
      '--duree-max <minutes>',
      'avec --jusqu-au-bout : s’arrête après ce temps',
      parseMinutes,
      1_440,
    )
    .addHelpText(
      'after',
      `
Codes de sortie : 0 fait (des reprises peuvent rester, dites à la fin) ; 1 serveur injoignable ou qui nous refuse, point
de webhook muet, ou avis refusés ou abandonnés dans cet envoi.

Exemples :
  annuaire-sync notices send --dry-run --dossier ./essai     les courriels, tels qu'ils partiraient
  annuaire-sync notices list --etat refuse`,
    )
    .action(async (options: Options, self: Command) => {
      await runWithProgram(context, self, async (open) => {
        if (options.dryRun) {
          await dryRunNotices(context, open, options.dossier);
          return;
        }
        const bilan = await runNoticesTraced(context, open, options);
        context.setExitCode(exitCodeOf(bilan));
        print(context, open.isJson, bilan, () => describeBilan(bilan));
      });
    });
  registerNoticesQueue(notices, context);
}

/** Most runs find nothing to send, every five minutes: those are not traced. */
function runNoticesTraced(
  context: CommandContext,
  open: OpenProgram,
  options: Options,
): Promise<Bilan> {
  const { jusquAuBout, dureeMax } = options;
  return tracer(
    { ...context, pool: open.pool },
    { action: 'avis.envoi', genre: 'programme', requete: { jusquAuBout, dureeMax } },
    () => runNotices(context, open, options),
    (bilan) => {
      const issue = exitCodeOf(bilan) === 0 ? 'reussite' : 'echec';
      return issue === 'echec' || hasMoved(bilan) ? { issue, reponse: { ...bilan } } : undefined;
    },
  );
}

async function runNotices(
  { surroundings }: CommandContext,
  open: OpenProgram,
  options: Options,
): Promise<Bilan> {
  const { avis, operateur } = open.settings;
  const horloge = await databaseClock(open.pool);
  const gabarits = new Gabarits({ dossier: avis.dossierGabarits, operateur: operateur.nom });
  open.progress.step({ label: 'Envoi des avis', total: undefined, unit: 'courriels' });
  const bilan = await sendNotices(open.pool, avis, gabarits, {
    horloge,
    random: Math.random,
    envoyeur: pusherName(),
    signal: surroundings.signal,
    onProgress: (count) => open.progress.update(count),
    isPatient: options.jusquAuBout,
    dureeMaxMs: options.dureeMax * 60_000,
  });
  open.progress.end();
  return bilan;
}
