import { InvalidArgumentError, type Command } from 'commander';
import { AppError, messageOf } from '../errors.js';
import { writeOpenLdapConfig, writeOpenLdapSchema } from '../ldap/schema/openldap-schema.js';
import { globalOptions, type CommandContext, runReading } from './context.js';
import { writeDraftFile } from './draft-file.js';
import { exportEntries, type ExportCounts, type ExportFormat } from './export-entries.js';
import { explainFault } from './known-fault.js';
import type { OpenProgram } from './program.js';
import { tracerLecture } from './tracer.js';
import { writeTo, type Write } from './write-to.js';

type LdifOptions = { readonly out?: string; readonly schema?: SchemaForm };

const schemaForms = ['conf', 'config'] as const;
type SchemaForm = (typeof schemaForms)[number];

export function registerExport(program: Command, context: CommandContext): void {
  const group = program
    .command('export')
    .description("les BAL publiées, telles que l'annuaire LDAP les sert");
  group
    .command('ldif')
    .description('en LDIF, pour slapadd (OpenLDAP)')
    .option('--out <fichier>', 'écrit dans un fichier au lieu de la sortie standard')
    .option(
      '--schema [forme]',
      'seulement le schéma qui manque à OpenLDAP : conf (slapd.conf) ou config (cn=config)',
      parseSchemaForm,
    )
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync export ldif --schema --out annuaire-sync.schema   à inclure dans slapd.conf
  annuaire-sync export ldif --out bal.ldif
  slapadd -q -l bal.ldif                                          base arrêtée et vide`,
    )
    .action(
      async ({ out, schema }: LdifOptions & { schema?: SchemaForm | true }, command: Command) => {
        if (schema === undefined) return exportTo(context, command, 'ldif', out);
        const text = schema === 'config' ? writeOpenLdapConfig() : writeOpenLdapSchema();
        await withOutput(context, out, (write) => write(text));
      },
    );
  group
    .command('csv')
    .description('en CSV, pour un tableur : une ligne par BAL')
    .option('--out <fichier>', 'écrit dans un fichier au lieu de la sortie standard')
    .addHelpText('after', '\nExemple : annuaire-sync export csv --out bal.csv')
    .action(({ out }: { out?: string }, command: Command) =>
      exportTo(context, command, 'csv', out),
    );
}

function parseSchemaForm(text: string): SchemaForm {
  const form = schemaForms.find((known) => known === text);
  if (form) return form;
  throw new InvalidArgumentError(`Valeurs : ${schemaForms.join(', ')}.`);
}

function exportTo(
  context: CommandContext,
  command: Command,
  format: ExportFormat,
  out: string | undefined,
): Promise<void> {
  return runReading(context, command, async ({ pool, settings, progress }: OpenProgram) => {
    const source = { pool, layout: settings.ldap.layout, progress };
    const { surroundings } = context;
    const counts = await tracerLecture(
      { surroundings, pool },
      { action: 'export', requete: { quoi: 'bal', format, fichier: out } },
      () => withOutput(context, out, (write) => exportEntries(source, format, write)),
      ({ entries }) => ({ reponse: { bals: entries } }),
    );
    if (globalOptions(command).json && out !== undefined) {
      surroundings.out.write(`${JSON.stringify({ fichier: out, ...toJson(counts) })}\n`);
    } else {
      surroundings.err.write(`${describe(counts, out)}\n`);
    }
  });
}

function toJson({ entries, leftOut, extractionDate }: ExportCounts): object {
  return { entrees: entries, ecartees: leftOut, extraction: extractionDate?.toISOString() ?? null };
}

function describe({ entries, leftOut }: ExportCounts, out: string | undefined): string {
  const place = out === undefined ? '' : ` dans ${out}`;
  const ecartees =
    leftOut === 0
      ? ''
      : ` ; ${leftOut.toLocaleString('fr-FR')} adresses écartées (caractères qu'une entrée ne peut pas porter)`;
  return `✓ ${entries.toLocaleString('fr-FR')} BAL écrites${place}${ecartees}.`;
}

async function withOutput<T>(
  { surroundings }: CommandContext,
  out: string | undefined,
  work: (write: Write) => Promise<T>,
): Promise<T> {
  if (out === undefined) return work(writeTo(surroundings.out));
  try {
    return await writeDraftFile(out, work);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const message = messageOf(explainFault(cause) ?? cause);
    throw new AppError('EXPORT_NON_ECRIT', `${out} : l'export n'a pas pu être écrit. ${message}`, {
      cause,
    });
  }
}
