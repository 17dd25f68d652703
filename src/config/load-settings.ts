// Settings: one YAML file, read in two steps (form by zod, then paths and secrets). Only the composition root imports this.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { messageOf, UsageError } from '../errors.js';
import { describeYamlError, flatten, frenchIssue } from './french-issue.js';
import { resolveSettings, type Settings } from './settings.js';
import { settingsSchema, type RawSettings } from './settings-schema.js';

/**
 * Environment variable of what a daemon starts: where the text is that the daemon accepted. It is read in the place of the
 * administrator's file, which may have changed since, or be half written; all that is said still names that file.
 */
export const variableReglages = 'ANNUAIRE_SYNC_REGLAGES_EN_VIGUEUR';

/**
 * Reads and checks the settings file.
 *
 * @throws UsageError `CONFIG_ABSENTE`, `CONFIG_ILLISIBLE`, `CONFIG_INVALIDE`; the message lists every fault with its path.
 */
export function loadSettings(path: string, env: NodeJS.ProcessEnv = process.env): Settings {
  const configPath = resolve(path);
  const configText = readAccepted(env) ?? readConfig(configPath);
  const raw = parseSettings(configPath, configText);
  const faults: string[] = [];
  const settings = { ...resolveSettings(raw, configPath, env, faults), configText };
  if (faults.length > 0) throw invalid(configPath, faults);
  return settings;
}

/** Undefined: none was kept, or it is no more, as after a reload that ended meanwhile: the file itself then holds. */
function readAccepted(env: NodeJS.ProcessEnv): string | undefined {
  const path = env[variableReglages];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(
      'CONFIG_ABSENTE',
      `Fichier de réglages introuvable ou illisible : ${path}. ` +
        `Créez-le avec « annuaire-sync config init > annuaire-sync.yaml », ou indiquez-le avec --config.`,
      cause,
    );
  }
}

function parseSettings(path: string, text: string): RawSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `ligne ${line}, colonne ${col} : ${describeYamlError(error)}`;
    });
    throw invalid(path, faults);
  }
  const parsed = settingsSchema.safeParse(toValues(path, document) ?? {}, { error: frenchIssue });
  if (parsed.success) return parsed.data;
  throw invalid(
    path,
    flatten(parsed.error.issues).map(
      (issue) => `${issue.path.join('.') || '(racine)'} : ${issue.message}`,
    ),
  );
}

/** Aliases are resolved here, and some files hold far too many on purpose. */
function toValues(path: string, document: Document): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw invalid(path, [`alias YAML (&, *) inutilisables : ${messageOf(error)}`]);
  }
}

/** A file that is no settings file has a fault at each line: nobody reads them all. */
const faultsMax = 50;
const faultCharsMax = 1_000;

function invalid(path: string, faults: readonly string[]): UsageError {
  const told = faults.slice(0, faultsMax).map((fault) => `  - ${fault.slice(0, faultCharsMax)}`);
  const left = faults.length - told.length;
  return new UsageError(
    'CONFIG_INVALIDE',
    `${path} : ${faults.length} erreur${faults.length > 1 ? 's' : ''}\n` +
      [...told, ...(left > 0 ? [`  … et ${left} de plus.`] : [])].join('\n'),
  );
}
