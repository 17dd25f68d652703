// The `inventaire:` section as the commands use it: every source with what it owns, that of `fichier` among them.
import {
  partagerDomaines,
  sourceFichier,
  type SourceInventaire,
} from '../domain/source-inventaire.js';
import type { Delimiter } from '../inventory/columns.js';
import type { Encoding } from '../inventory/encoding.js';
import type { SourceLdap } from '../inventory/ldap/ouvrir.js';
import type { SourceSql } from '../inventory/sql/ouvrir.js';
import { resolveSourceLdap } from './inventaire-ldap.js';
import type { FileReader } from './secret.js';
import type { InventaireHttpSettings } from './inventaire-http-schema.js';
import type { RawInventaire, RawSourceInventaire } from './inventaire-schema.js';

type Commun = SourceInventaire & {
  readonly retrecissementMax: number;
  /** Right lines are imported although others are wrong, unless told otherwise. */
  readonly ignorerFautives: boolean;
};

export type LectureCsv = {
  /** Undefined: detected. */
  readonly encoding: Encoding | undefined;
  readonly delimiter: Delimiter | undefined;
};

export type SourceCsv = Commun & {
  readonly type: 'csv';
  /** Absolute; undefined: given on the command line. */
  readonly fichier: string | undefined;
  readonly lecture: LectureCsv;
};

export type SourceHttp = Commun & { readonly type: 'http' };

export type SourceLdapSettings = Commun & { readonly type: 'ldap'; readonly ldap: SourceLdap };

export type SourceSqlSettings = Commun & { readonly type: 'sql'; readonly sql: SourceSql };

export type SourceInventaireSettings =
  SourceCsv | SourceLdapSettings | SourceSqlSettings | SourceHttp;

export type InventaireSettings = {
  readonly fichier: string | undefined;
  /** How a file given on the command line is read. */
  readonly lecture: LectureCsv;
  readonly lignesMax: number;
  readonly http: InventaireHttpSettings;
  /** At least one. */
  readonly sources: readonly SourceInventaireSettings[];
};

/** `ca`: the authorities of `reseau.ca`. */
export function resolveInventaire(
  raw: RawInventaire,
  ca: readonly string[],
  reader: FileReader,
): InventaireSettings {
  checkNames(raw, reader);
  checkDomaines(raw, reader);
  const fichier = raw.fichier === undefined ? undefined : reader.data(raw.fichier);
  const lecture = lectureOf(raw);
  // Without a declared source, inventories are given on the command line to the one that there is.
  const hasFichier = raw.fichier !== undefined || raw.sources.length === 0;
  const implicite = { nom: sourceFichier, domaines: undefined };
  const declarees = [...(hasFichier ? [implicite] : []), ...raw.sources].map(
    ({ nom, domaines }) => ({ nom, domaines }),
  );
  const parNom = new Map(partagerDomaines(declarees).map((source) => [source.nom, source]));
  const commun = (nom: string, own: Partial<RawSourceInventaire>): Commun => ({
    ...(parNom.get(nom) ?? { ...implicite, autres: new Map() }),
    retrecissementMax: own.retrecissementMax ?? raw.retrecissementMax,
    ignorerFautives: own.ignorerFautives ?? false,
  });
  const sources: SourceInventaireSettings[] = hasFichier
    ? [{ ...commun(sourceFichier, {}), type: 'csv', fichier, lecture }]
    : [];
  for (const [index, source] of raw.sources.entries()) {
    const at = `inventaire.sources.${index}`;
    sources.push(resolveSource(source, commun(source.nom, source), at, ca, reader));
  }
  checkFenetre(raw, reader);
  return { fichier, lecture, lignesMax: raw.lignesMax, http: raw.http, sources };
}

function resolveSource(
  raw: RawSourceInventaire,
  commun: Commun,
  at: string,
  ca: readonly string[],
  reader: FileReader,
): SourceInventaireSettings {
  switch (raw.type) {
    case 'csv':
      return { ...commun, type: 'csv', fichier: reader.data(raw.fichier), lecture: lectureOf(raw) };
    case 'ldap':
      return { ...commun, type: 'ldap', ldap: resolveSourceLdap(raw, at, ca, reader) };
    case 'sql':
      return { ...commun, type: 'sql', sql: resolveSourceSql(raw, at, reader) };
    case 'http':
      return { ...commun, type: 'http' };
  }
}

function resolveSourceSql(
  raw: Extract<RawSourceInventaire, { type: 'sql' }>,
  at: string,
  reader: FileReader,
): SourceSql {
  return {
    url: reader.databaseUrl(`${at}.url`, raw.url) ?? '',
    requete: reader.secret(`${at}.requete`, raw.requete) ?? '',
    totalMs: raw.totalSecondes * 1_000,
    requeteMaxMs: raw.requeteMaxSecondes * 1_000,
  };
}

function lectureOf({
  encodage,
  separateur,
}: Pick<RawInventaire, 'encodage' | 'separateur'>): LectureCsv {
  return {
    encoding: encodage === 'auto' ? undefined : encodage,
    delimiter: separateur === 'auto' ? undefined : separateur === 'tab' ? '\t' : separateur,
  };
}

/** What was deleted is known as long as the answers are. */
function checkFenetre({ http: { evenements } }: RawInventaire, reader: FileReader): void {
  if (evenements.clesConserveesJours * 24 < evenements.fenetreHeures)
    reader.fault(
      'inventaire.http.evenements.fenetreHeures : plus longue que clesConserveesJours, qui dit combien de temps les suppressions sont connues',
    );
}

function checkNames({ sources }: RawInventaire, reader: FileReader): void {
  const seen = new Set<string>();
  for (const [index, { nom }] of sources.entries()) {
    const at = `inventaire.sources.${index}.nom`;
    if (nom === sourceFichier)
      reader.fault(
        `${at} : « ${sourceFichier} » est le nom de la source du réglage inventaire.fichier`,
      );
    if (seen.has(nom)) reader.fault(`${at} : « ${nom} » nomme déjà une autre source`);
    seen.add(nom);
  }
}

function checkDomaines({ fichier, sources }: RawInventaire, reader: FileReader): void {
  const isShared = sources.length + (fichier === undefined ? 0 : 1) > 1;
  const proprietaires = new Map<string, string>();
  for (const [index, { nom, domaines }] of sources.entries()) {
    const at = `inventaire.sources.${index}.domaines`;
    if (isShared && !domaines)
      reader.fault(
        `${at} : nécessaire dès qu'il y a deux sources (les domaines dont « ${nom} » dit tout)`,
      );
    for (const domaine of new Set(domaines ?? [])) {
      const autre = proprietaires.get(domaine);
      if (autre !== undefined)
        reader.fault(
          `${at} : ${domaine} appartient déjà à la source « ${autre} », un domaine n'en a qu'une`,
        );
      else proprietaires.set(domaine, nom);
    }
  }
}
