// The settings as the program uses them: paths made absolute, secrets read, defaults in place.
import { dirname, join } from 'node:path';
import { sourceNames, type SourceName } from '../domain/source.js';
import type { FeedSettings } from '../feed/feed-settings.js';
import type { CertificatsSettings } from './certificats-settings.js';
import { resolveConsole, type ConsoleSettings } from './console-settings.js';
import { resolveFeed } from './feed-settings.js';
import { checkHygiene } from './hygiene-settings.js';
import { resolveInventaire, type InventaireSettings } from './inventaire-settings.js';
import { resolveLdap, type LdapSettings } from './ldap-settings.js';
import { resolveMetriques, type MetriquesSettings } from './metriques-settings.js';
import type { NotifySettings } from '../notify/settings.js';
import { resolveNotify } from './notify-settings.js';
import { checkOffres } from './offres.js';
import { resolveProfessionnels, type ProfessionnelsSettings } from './professionnels-settings.js';
import { FileReader } from './secret.js';
import type { RawSettings } from './settings-schema.js';
import { resolveSimulator, type SimulatorSettings } from './simulator-settings.js';
import { resolveWeb, type WebSettings } from './web-settings.js';

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

export type Settings = Omit<
  RawSettings,
  | 'sources'
  | 'database'
  | 'reseau'
  | 'inventaire'
  | 'ldap'
  | 'alimentation'
  | 'simulateur'
  | 'web'
  | 'console'
  | 'avis'
  | 'metriques'
  | 'professionnels'
  | 'certificats'
  | 'sauvegarde'
  | 'journal'
> & {
  /** Absolute path of the file they came from. */
  readonly configPath: string;
  /** What that file said. */
  readonly configText: string;
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
  readonly inventaire: InventaireSettings;
  readonly alimentation: FeedSettings;
  readonly ldap: LdapSettings;
  readonly simulateur: SimulatorSettings;
  readonly web: WebSettings;
  readonly console: ConsoleSettings;
  readonly avis: NotifySettings;
  readonly metriques: MetriquesSettings;
  /** PEM of the private key that signs checkpoints. */
  readonly journal: {
    readonly cleDesPoints: string | undefined;
    /** Absolute path of the file that signed checkpoints are added to. */
    readonly points: string | undefined;
  };
  readonly professionnels: ProfessionnelsSettings;
  readonly certificats: CertificatsSettings;
  /** In which file each secret is. */
  readonly secrets: readonly { readonly reglage: string; readonly chemin: string }[];
  readonly sauvegarde: Omit<RawSettings['sauvegarde'], 'dossier'> & { readonly dossier: string };
  /** Every file and folder that the settings name, absolute: certificates, keys, secrets, templates. The files of data are not among them. */
  readonly chemins: ReadonlySet<string>;
};

/** Every file or variable that cannot be read is added to `faults` with its path in the settings. */
export function resolveSettings(
  raw: RawSettings,
  configPath: string,
  env: NodeJS.ProcessEnv,
  faults: string[],
): Omit<Settings, 'configText'> {
  const folder = dirname(configPath);
  const reader = new FileReader(folder, env, faults);
  checkHygiene(raw.hygiene, raw.reconcile.inactiviteJours, reader);
  const sources = Object.fromEntries(
    sourceNames.map((name) => [name, resolveSource(raw.sources[name], name, reader)]),
  ) as Record<SourceName, SourceSettings>;
  checkOffres(raw.operateur, reader);
  const reseau = {
    ...raw.reseau,
    proxy: reader.secret('reseau.proxy', raw.reseau.proxy),
    ca: raw.reseau.ca.map((file, index) => reader.file(`reseau.ca.${index}`, file)),
  };
  const web = resolveWeb(raw.web, reader);
  const openid = { urlPublique: web.urlPublique, proxy: reseau.proxy, ca: reseau.ca };
  const resolved = {
    ...raw,
    configPath,
    dataDir: reader.path(raw.dataDir),
    database: { ...raw.database, url: reader.databaseUrl('database.url', raw.database.url) },
    sources,
    listeBlanche: {
      isSignatureRequired: raw.sources['liste-blanche'].signature === 'exigee',
      signataireCn: raw.sources['liste-blanche'].signataireCn,
      signataires: raw.sources['liste-blanche'].signataires.map((file, index) =>
        reader.file(`sources.liste-blanche.signataires.${index}`, file),
      ),
    },
    finess: { codesFermes: raw.sources.finess.codesFermes },
    reseau,
    inventaire: resolveInventaire(raw.inventaire, reseau.ca, reader),
    alimentation: resolveFeed(raw.alimentation, reseau, reader),
    ldap: resolveLdap(raw.ldap, reader),
    simulateur: resolveSimulator(raw.simulateur, reader),
    web,
    console: resolveConsole(raw.console, openid, reader),
    avis: resolveNotify(raw.avis, reseau, reader),
    journal: {
      cleDesPoints: reader.key('journal.cleDesPoints', raw.journal.cleDesPoints),
      points: raw.journal.points === undefined ? undefined : reader.path(raw.journal.points),
    },
    metriques: resolveMetriques(raw.metriques, reader),
    professionnels: resolveProfessionnels(
      raw.professionnels,
      { ...openid, hasSmtp: raw.avis.smtp !== undefined },
      reader,
    ),
    sauvegarde: {
      ...raw.sauvegarde,
      dossier: reader.path(raw.sauvegarde.dossier ?? join(raw.dataDir, 'sauvegardes')),
    },
    chemins: reader.paths,
  };
  // Last: whoever reads a certificate has noted it.
  const certificats = { ...raw.certificats, fichiers: reader.certificats };
  const secrets = [...reader.secrets].map(([reglage, chemin]) => ({
    reglage,
    chemin: chemin ?? configPath,
  }));
  return { ...resolved, certificats, secrets };
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
