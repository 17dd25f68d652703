// What is counted of our use of the interfaces of the Annuaire, for the declaration that the ANS asks of each opérateur.

export const interfacesUtilisees = ['telechargement', 'alimentation', 'pro-sante-connect'] as const;
export type InterfaceUtilisee = (typeof interfacesUtilisees)[number];

export const issuesUsage = [
  'reussite',
  /** Nothing new since the version that we have. */
  'inchange',
  'redirection',
  /** 4xx, or a file that a guard refused. */
  'refus',
  /** 5xx, or a failure of ours. */
  'indisponible',
  /** Accepted, and cut before the end. */
  'coupee',
  /** No status came: network, TLS, delay. */
  'sans-reponse',
] as const;
export type IssueUsage = (typeof issuesUsage)[number];

/** Sent over the network; what remains is what these were for. */
export const operationsRequete = [
  'head',
  'get',
  'patch',
  'recherche',
  'jeton',
  'post',
  'decouverte',
] as const;
export type OperationUsage =
  (typeof operationsRequete)[number] | 'insert' | 'replace' | 'delete' | 'chargement';

/** What one counter counts, on one day. */
export type ObjetUsage = {
  readonly interface: InterfaceUtilisee;
  /** Of a download; empty otherwise. */
  readonly source: string;
  /** With its port when it is not the usual one; empty for a file that came another way. */
  readonly hote: string;
  readonly operation: OperationUsage;
  readonly issue: IssueUsage;
};

/** Adds to a counter: `nombre` times, `volume` bytes (of a « chargement », lines). Never throws, never waits. */
export type Compter = (objet: ObjetUsage, volume?: number, nombre?: number) => void;

export function isRequete(operation: string): boolean {
  return (operationsRequete as readonly string[]).includes(operation);
}

/** One request as the peer saw it. */
export type EchangeVu = {
  readonly methode: string;
  readonly url: URL;
  /** Undefined: none came. */
  readonly statut: number | undefined;
  /** Of the body received. */
  readonly octets: number;
  /** The body did not come to its end. */
  readonly estCoupe: boolean;
};

/** Told of each request once it is over; it must not throw. */
export type VoirEchange = (echange: EchangeVu) => void;

/** `inchanges`: statuses by which this peer says that it has nothing new. */
export function issueDe(
  { statut, estCoupe }: Pick<EchangeVu, 'statut' | 'estCoupe'>,
  inchanges: readonly number[] = [],
): IssueUsage {
  if (statut === undefined) return 'sans-reponse';
  if (statut === 304 || inchanges.includes(statut)) return 'inchange';
  if (statut >= 500) return 'indisponible';
  if (statut >= 400) return 'refus';
  if (statut >= 300) return 'redirection';
  return estCoupe ? 'coupee' : 'reussite';
}
