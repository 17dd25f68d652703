// From the attributes of an entry to the columns of the inventory: what the settings say, over a model of the usual servers.
import { inventaireColumnNames, type InventaireColumn } from '../columns.js';

export const formatsLdap = [
  'texte',
  'booleen',
  'date-generalisee',
  'filetime',
  'octets',
  'Kio',
  'Mio',
  'Gio',
  'userAccountControl',
] as const;
export type FormatLdap = (typeof formatsLdap)[number];

export type RegleColonne =
  | { readonly constante: string }
  | {
      /** The first one that the entry has. */
      readonly attribut: readonly string[];
      readonly format: FormatLdap;
      /** Only the values that begin so, without it: « SMTP: » of proxyAddresses. */
      readonly prefixe: string | undefined;
      /** Value of the directory, in lower case -> what the inventory says instead. */
      readonly valeurs: Readonly<Record<string, string>> | undefined;
      /** For an entry without the attribute. */
      readonly defaut: string | undefined;
    };

export type Correspondance = {
  readonly colonnes: ReadonlyMap<InventaireColumn, RegleColonne>;
  /** Attributes whose values are further addresses of the entry, each a BAL of its own. */
  readonly alias: readonly string[];
};

export const modelesLdap = ['zimbra', 'active-directory', 'inetorgperson'] as const;
export type ModeleLdap = (typeof modelesLdap)[number];

export type Modele = {
  readonly filtre: string;
  readonly renvois: 'refuser' | 'ignorer';
  readonly colonnes: Readonly<Partial<Record<InventaireColumn, RegleColonne>>>;
};

export function regle(
  attribut: string | readonly string[],
  more: Partial<Extract<RegleColonne, { attribut: unknown }>> = {},
): RegleColonne {
  return {
    attribut: typeof attribut === 'string' ? [attribut] : attribut,
    format: 'texte',
    prefixe: undefined,
    valeurs: undefined,
    defaut: undefined,
    ...more,
  };
}

/** Nobody's identifier, type or structure is in a standard attribute: the settings say where they are. */
export const modeles: Readonly<Record<ModeleLdap, Modele>> = {
  // zimbra-attrs.xml of Zimbra 8 to 10.
  zimbra: {
    filtre:
      '(&(objectClass=zimbraAccount)(!(zimbraIsSystemResource=TRUE))(!(zimbraIsSystemAccount=TRUE)))',
    renvois: 'refuser',
    colonnes: {
      adresse: regle(['zimbraMailDeliveryAddress', 'mail']),
      etat: regle('zimbraAccountStatus', {
        valeurs: {
          active: 'actif',
          maintenance: 'suspendu',
          locked: 'suspendu',
          lockout: 'suspendu',
          pending: 'suspendu',
          closed: 'ferme',
        },
      }),
      description: regle('description'),
      dateCreation: regle('zimbraCreateTimestamp', { format: 'date-generalisee' }),
      derniereAuthentification: regle('zimbraLastLogonTimestamp', { format: 'date-generalisee' }),
      quotaOctets: regle('zimbraMailQuota', { format: 'octets' }),
      transfertVers: regle(['zimbraMailForwardingAddress', 'zimbraPrefMailForwardingAddress']),
    },
  },
  // [MS-ADA1] to [MS-ADA3], and the Exchange schema for the quota (in Kio).
  'active-directory': {
    filtre: '(&(objectCategory=person)(objectClass=user)(mail=*))',
    // At the root of a domain it always names those of its other partitions.
    renvois: 'ignorer',
    colonnes: {
      adresse: regle('mail'),
      etat: regle('userAccountControl', { format: 'userAccountControl' }),
      service: regle('department'),
      description: regle('description'),
      dateCreation: regle('whenCreated', { format: 'date-generalisee' }),
      derniereAuthentification: regle('lastLogonTimestamp', { format: 'filetime' }),
      quotaOctets: regle('mDBStorageQuota', { format: 'Kio' }),
    },
  },
  // RFC 2798.
  inetorgperson: {
    filtre: '(&(objectClass=inetOrgPerson)(mail=*))',
    renvois: 'refuser',
    colonnes: {
      adresse: regle('mail'),
      service: regle('ou'),
      description: regle('description'),
    },
  },
};

/** The model with what the settings say in its place, column by column; `null` takes a column away. */
export function correspondanceOf(
  modele: ModeleLdap | undefined,
  reglages: Readonly<Partial<Record<InventaireColumn, RegleColonne | null>>>,
  alias: readonly string[],
): Correspondance {
  const colonnes = new Map<InventaireColumn, RegleColonne>();
  for (const column of inventaireColumnNames) {
    const own = reglages[column];
    const found = own === undefined ? modele && modeles[modele].colonnes[column] : own;
    if (found) colonnes.set(column, found);
  }
  return { colonnes, alias };
}

/** The attributes to ask for. */
export function attributsDe({ colonnes, alias }: Correspondance): string[] {
  const named = [...colonnes.values()].flatMap((found) =>
    'attribut' in found ? found.attribut : [],
  );
  return [...new Set([...named, ...alias])];
}

/** A column as its administrator knows it. */
export function nommerColonne({ colonnes }: Correspondance, column: InventaireColumn): string {
  const found = colonnes.get(column);
  return found && 'attribut' in found
    ? `${column} (attribut ${found.attribut.join(' ou ')})`
    : column;
}
