// Settings: one YAML file, read in two steps (form by zod, then paths and secrets). Only the composition root imports this.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document, type YAMLParseError } from 'yaml';
import { z } from 'zod';
import { sourceNames, type SourceName } from './domain/source.js';
import { messageOf, UsageError } from './errors.js';
import { encodings } from './inventory/encoding.js';

/** A secret: the text itself, or where to read it. */
const secret = z.union([
  z.string(),
  z.strictObject({ env: z.string() }),
  z.strictObject({ fichier: z.string() }),
]);
type Secret = z.infer<typeof secret>;

const share = z.number().min(0).max(1);
const hours = z.number().positive().max(10_000);

const guards = z.strictObject({
  retrecissementMax: share.default(0.05),
  changementMax: share.default(0.2),
  rejetMax: share.default(0.01),
});

const tls = z.strictObject({
  ca: z.array(z.string()).default([]),
  certificat: z.string().optional(),
  cle: secret.optional(),
  motDePasse: secret.optional(),
});

const source = z.strictObject({
  actif: z.boolean().optional(),
  from: z.string().optional(),
  secours: z.array(z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' })).optional(),
  fraicheurMaxHeures: hours.default(48),
  gardes: guards.prefault({}),
  charsetSecours: z.literal('iso-8859-1').optional(),
  tls: tls.optional(),
});

const listeBlanche = source.extend({
  signature: z.enum(['exigee', 'facultative']).default('exigee'),
  signataires: z.array(z.string()).default([]),
  signataireCn: z.string().default('alb.mssante.fr'),
});

const finess = source.extend({ codesFermes: z.array(z.string()).default([]) });

const domaineName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/u,
    'nom de domaine attendu, par exemple chu-exemple.mssante.fr',
  );

const domaine = z.union([
  domaineName.transform((nom): { nom: string; structure?: string | undefined } => ({ nom })),
  z.strictObject({
    nom: domaineName,
    structure: z
      .string()
      .regex(
        /^(1[0-9A-Za-z]{9}|3[0-9A-Za-z]{14})$/u,
        "« 1 » suivi d'un FINESS, ou « 3 » suivi d'un SIRET",
      )
      .optional(),
  }),
]);

const settingsSchema = z.strictObject({
  dataDir: z.string().min(1).default('./var'),
  database: z
    .strictObject({
      url: secret.optional(),
      poolMax: z.int().min(4).max(100).default(8),
      requeteMaxSecondes: z.int().min(1).max(86_400).default(1_800),
    })
    .prefault({}),
  operateur: z.strictObject({
    nom: z.string().min(1),
    domaines: z.array(domaine).min(1).max(20_000),
  }),
  sources: z
    .strictObject({
      bals: source.prefault({}),
      professionnels: source.prefault({}),
      identites: source.prefault({}),
      finess: finess.prefault({}),
      'liste-blanche': listeBlanche.prefault({}),
      'adeli-rpps': source.prefault({}),
    })
    .prefault({}),
  reseau: z
    .strictObject({
      proxy: secret.optional(),
      ca: z.array(z.string()).default([]),
      connexionSecondes: z.number().positive().max(600).default(15),
      inactiviteSecondes: z.number().positive().max(3_600).default(60),
      totalSecondes: z.number().positive().max(86_400).default(7_200),
      tentativesMax: z.int().min(1).max(20).default(5),
      attenteMinSecondes: z.number().min(0).max(3_600).default(60),
      attenteMaxSecondes: z.number().min(0).max(86_400).default(900),
      httpEnClair: z.boolean().default(false),
    })
    .prefault({}),
  inventaire: z
    .strictObject({
      fichier: z.string().optional(),
      encodage: z.enum(['auto', ...encodings]).default('auto'),
      separateur: z.enum(['auto', ';', ',', 'tab']).default('auto'),
      retrecissementMax: share.default(0.1),
      lignesMax: z.int().positive().default(2_000_000),
    })
    .prefault({}),
  reconcile: z
    .strictObject({
      inactiviteJours: z.int().min(1).max(365).default(365),
      motifAdresse: z
        .string()
        .default('^[^@\\s]+@([^@\\s]+\\.mssante\\.fr|interop-mssante\\.apicrypt\\.org)$'),
    })
    .prefault({}),
  limites: z
    .strictObject({
      telechargementOctetsMax: z
        .int()
        .positive()
        .default(4 * 1024 ** 3),
      decompresseOctetsMax: z
        .int()
        .positive()
        .default(16 * 1024 ** 3),
      ligneOctetsMax: z.int().min(4_096).max(65_536).default(65_536),
      rejetsConservesMax: z.int().min(1).max(100_000).default(1_000),
    })
    .prefault({}),
});

type RawSettings = z.infer<typeof settingsSchema>;

export type TlsSettings = {
  readonly ca: readonly string[];
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly passphrase: string | undefined;
};

/** Sources whose published address anybody can reach; the others are active once they are given one. */
const openSources: readonly SourceName[] = ['bals', 'professionnels', 'finess', 'liste-blanche'];

export type SourceSettings = Omit<
  RawSettings['sources']['bals'],
  'actif' | 'tls' | 'from' | 'secours'
> & {
  readonly actif: boolean;
  /** Absolute path or URL; undefined = the ANS's own address. */
  readonly from: string | undefined;
  readonly secours: readonly string[] | undefined;
  readonly tls: TlsSettings;
};

export type Settings = Omit<RawSettings, 'sources' | 'database' | 'reseau' | 'inventaire'> & {
  /** Absolute path of the file they came from. */
  readonly configPath: string;
  readonly database: Omit<RawSettings['database'], 'url'> & { readonly url: string | undefined };
  readonly sources: Readonly<Record<SourceName, SourceSettings>>;
  readonly listeBlanche: {
    readonly isSignatureRequired: boolean;
    /** PEM texts. */
    readonly signataires: readonly string[];
    readonly signataireCn: string;
  };
  readonly finess: { readonly codesFermes: readonly string[] };
  readonly reseau: Omit<RawSettings['reseau'], 'proxy' | 'ca'> & {
    readonly proxy: string | undefined;
    /** PEM texts. */
    readonly ca: readonly string[];
  };
  readonly inventaire: Omit<RawSettings['inventaire'], 'fichier'> & {
    readonly fichier: string | undefined;
  };
};

/**
 * Reads and checks the settings file.
 *
 * @throws UsageError `CONFIG_ABSENTE`, `CONFIG_ILLISIBLE`, `CONFIG_INVALIDE`; the message lists every fault with its path.
 */
export function loadSettings(path: string, env: NodeJS.ProcessEnv = process.env): Settings {
  const configPath = resolve(path);
  const raw = parseSettings(configPath, readConfig(configPath));
  const faults: string[] = [];
  const settings = resolveSettings(raw, configPath, env, faults);
  if (faults.length > 0) throw invalid(configPath, faults);
  return settings;
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

function describeYamlError({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): string {
  const french: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
    TAB_AS_INDENT: 'une tabulation sert de retrait ; mettez des espaces',
    DUPLICATE_KEY: 'cette clé est écrite deux fois',
    MULTIPLE_DOCS: 'le fichier contient plusieurs documents (« --- ») ; gardez-en un seul',
    BAD_INDENT: 'le retrait ne correspond pas à celui des lignes voisines',
    MISSING_CHAR: 'un signe manque (guillemet, crochet, accolade ou « : »)',
  };
  return french[code] ?? `YAML mal formé (${message.split('\n')[0] ?? code})`;
}

/** A union's issue hides those of its members: show the member that got furthest. */
function flatten(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const deepest =
      [...issue.errors].sort((left, right) => depthOf(right) - depthOf(left))[0] ?? [];
    return flatten(deepest).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    ...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 1)),
  );
}

function frenchIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `clé inconnue : ${issue.keys.join(', ')} (« annuaire-sync config init » liste les clés)`;
    case 'invalid_type':
      return issue.input === undefined
        ? 'valeur obligatoire absente'
        : `type attendu : ${issue.expected}`;
    case 'too_small':
      return `trop petit : au moins ${String(issue.minimum)}`;
    case 'too_big':
      return `trop grand : au plus ${String(issue.maximum)}`;
    case 'invalid_value':
      return `valeur attendue : ${issue.values.map(String).join(', ')}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
      return undefined;
    default:
      return issue satisfies never;
  }
}

function resolveSettings(
  raw: RawSettings,
  configPath: string,
  env: NodeJS.ProcessEnv,
  faults: string[],
): Settings {
  const folder = dirname(configPath);
  const reader = new FileReader(folder, env, faults);
  const sources = Object.fromEntries(
    sourceNames.map((name) => [name, resolveSource(raw.sources[name], name, reader)]),
  ) as Record<SourceName, SourceSettings>;
  return {
    ...raw,
    configPath,
    dataDir: reader.path(raw.dataDir),
    database: { ...raw.database, url: reader.secret('database.url', raw.database.url) },
    sources,
    listeBlanche: {
      isSignatureRequired: raw.sources['liste-blanche'].signature === 'exigee',
      signataireCn: raw.sources['liste-blanche'].signataireCn,
      signataires: raw.sources['liste-blanche'].signataires.map((file, index) =>
        reader.file(`sources.liste-blanche.signataires.${index}`, file),
      ),
    },
    finess: { codesFermes: raw.sources.finess.codesFermes },
    reseau: {
      ...raw.reseau,
      proxy: reader.secret('reseau.proxy', raw.reseau.proxy),
      ca: raw.reseau.ca.map((file, index) => reader.file(`reseau.ca.${index}`, file)),
    },
    inventaire: {
      ...raw.inventaire,
      fichier:
        raw.inventaire.fichier === undefined ? undefined : reader.path(raw.inventaire.fichier),
    },
  };
}

function resolveSource(
  raw: RawSettings['sources']['bals'],
  name: SourceName,
  reader: FileReader,
): SourceSettings {
  const at = `sources.${name}`;
  if ((raw.tls?.certificat === undefined) !== (raw.tls?.cle === undefined)) {
    reader.fault(`${at}.tls : certificat et cle vont ensemble, il en manque un`);
  }
  return {
    ...raw,
    actif: raw.actif ?? (openSources.includes(name) || raw.from !== undefined),
    from: raw.from === undefined ? undefined : reader.pathOrUrl(raw.from),
    secours: raw.secours,
    tls: {
      ca: (raw.tls?.ca ?? []).map((file, index) => reader.file(`${at}.tls.ca.${index}`, file)),
      cert:
        raw.tls?.certificat === undefined
          ? undefined
          : reader.file(`${at}.tls.certificat`, raw.tls.certificat),
      key: reader.key(`${at}.tls.cle`, raw.tls?.cle),
      passphrase: reader.secret(`${at}.tls.motDePasse`, raw.tls?.motDePasse),
    },
  };
}

/** Reads the files and variables that settings point to; every failure is noted with its path in the settings. */
class FileReader {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #faults: string[];

  constructor(folder: string, env: NodeJS.ProcessEnv, faults: string[]) {
    this.#folder = folder;
    this.#env = env;
    this.#faults = faults;
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  path(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#folder, path);
  }

  pathOrUrl(from: string): string {
    return /^https?:\/\//iu.test(from) ? from : this.path(from);
  }

  file(at: string, path: string): string {
    try {
      return readFileSync(this.path(path), 'utf8');
    } catch {
      this.#faults.push(`${at} : fichier illisible : ${this.path(path)}`);
      return '';
    }
  }

  /** A private key given as text that is no PEM is the name of its file. */
  key(at: string, value: Secret | undefined): string | undefined {
    if (typeof value === 'string' && !value.includes('-----BEGIN')) return this.file(at, value);
    return this.secret(at, value);
  }

  secret(at: string, value: Secret | undefined): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    if ('fichier' in value) return this.file(at, value.fichier).trim();
    const text = this.#env[value.env];
    if (text === undefined)
      this.#faults.push(`${at} : la variable d'environnement ${value.env} n'existe pas`);
    return text;
  }
}

function invalid(path: string, faults: readonly string[]): UsageError {
  return new UsageError(
    'CONFIG_INVALIDE',
    `${path} : ${faults.length} erreur${faults.length > 1 ? 's' : ''}\n` +
      faults.map((fault) => `  - ${fault}`).join('\n'),
  );
}
