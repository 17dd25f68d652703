// `verify`: the same verdicts as the API's, for a script or a person.
import type { Command } from 'commander';
import { verifyCreation, verifyTransfert } from '../verification/verify.js';
import type { Motif, Verdict } from '../verification/verdict.js';
import { globalOptions, print, type CommandContext, runReading } from './context.js';
import type { OpenProgram } from './program.js';
import { reglagesVerification } from './source-settings.js';

type CreationOptions = {
  readonly type: string;
  readonly typeIdentifiant?: string;
  readonly identifiant?: string;
  readonly typeStructure?: string;
  readonly structure?: string;
  readonly service?: string;
  readonly listeRouge: boolean;
};

const codes = '\nCodes de sortie : 0 autorisé, 3 refusé, 1 échec, 2 mauvais usage.';

export function registerVerify(program: Command, context: CommandContext): void {
  const verify = program
    .command('verify')
    .description(
      '« puis-je créer cette BAL ? », « peut-elle transférer ? » : les réponses de l’API',
    );
  verify
    .command('creation')
    .description('une BAL peut-elle être créée (EX_GBM_4312)')
    .argument('<adresse>')
    .requiredOption('--type <type>', 'PER, ORG, APP ou CAB')
    .option('--identifiant <id>', 'RPPS du titulaire (ou son ADELI)')
    .option('--type-identifiant <code>', 'code TRE_G08 : 8 RPPS, 0 ADELI ; déduit de l’identifiant')
    .option('--structure <id>', 'FINESS ou SIRET de la structure de rattachement')
    .option('--type-structure <code>', 'code TRE_G07 : 1 FINESS, 3 SIRET ; déduit de l’identifiant')
    .option('--service <service>', 'service de rattachement')
    .option('--liste-rouge', 'la BAL ne sera pas publiée', false)
    .addHelpText(
      'after',
      `\nExemple :\n  annuaire-sync verify creation anne.exemple@chu.mssante.fr --type PER --identifiant 10000000018 --structure 750000001\n${codes}`,
    )
    .action((adresse: string, options: CreationOptions, command: Command) =>
      answer(context, command, (open) =>
        verifyCreation(
          open.pool,
          {
            adresse,
            typeBal: options.type,
            typeIdentifiantPp: options.typeIdentifiant,
            identifiantPp: options.identifiant,
            typeIdentifiantStructure: options.typeStructure,
            identifiantStructure: options.structure,
            service: options.service,
            listeRouge: options.listeRouge,
          },
          reglagesVerification(open.settings),
          context.surroundings.now(),
        ),
      ),
    );
  verify
    .command('forwarding')
    .description('une BAL peut-elle transférer automatiquement vers une autre (RE_GBM_4480)')
    .argument('<source>')
    .argument('<cible>')
    .addHelpText('after', codes)
    .action((source: string, cible: string, _options: unknown, command: Command) =>
      answer(context, command, (open) =>
        verifyTransfert(
          open.pool,
          { source, cible },
          reglagesVerification(open.settings),
          context.surroundings.now(),
        ),
      ),
    );
}

async function answer(
  context: CommandContext,
  command: Command,
  ask: (open: OpenProgram) => Promise<Verdict<object>>,
): Promise<void> {
  await runReading(context, command, async (open) => {
    const verdict = await ask(open);
    print(context, globalOptions(command).json, verdict, () => describeVerdict(verdict));
    if (!verdict.autorise) context.setExitCode(3);
  });
}

function describeVerdict({ autorise, motifs, avertissements }: Verdict<object>): string {
  const line = (mark: string, { code, exigence, message }: Motif): string =>
    `  ${mark} ${code} : ${message} [${exigence}]`;
  return [
    autorise ? '✓ Autorisé' : '✗ Refusé',
    ...motifs.map((motif) => line('✗', motif)),
    ...avertissements.map((motif) => line('!', motif)),
  ].join('\n');
}
