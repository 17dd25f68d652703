// Whose domain is whose: several sources make up the inventory, each the whole truth about its own domains.

/** The source of the setting `inventaire.fichier`, and the only one when none is declared. */
export const sourceFichier = 'fichier';

export const typesSourceInventaire = ['csv', 'ldap', 'sql', 'http'] as const;
export type TypeSourceInventaire = (typeof typesSourceInventaire)[number];

export type SourceInventaire = {
  readonly nom: string;
  /** Lower-cased; undefined: every domain that no other source declares. */
  readonly domaines: readonly string[] | undefined;
  /** Domain -> the other source that declares it. */
  readonly autres: ReadonlyMap<string, string>;
};

export const seuleSource: SourceInventaire = {
  nom: sourceFichier,
  domaines: undefined,
  autres: new Map(),
};

/** Gives each source what it needs to know of the others. The settings have seen to it that no domain is declared twice. */
export function partagerDomaines(
  declarees: readonly Pick<SourceInventaire, 'nom' | 'domaines'>[],
): SourceInventaire[] {
  const proprietaires = new Map(
    declarees.flatMap(({ nom, domaines }) => (domaines ?? []).map((domaine) => [domaine, nom])),
  );
  return declarees.map(({ nom, domaines }) => ({
    nom,
    domaines,
    autres: new Map([...proprietaires].filter(([, proprietaire]) => proprietaire !== nom)),
  }));
}

/** Tells two sharings of the domains apart; '' for a source that shares with nobody. */
export function decrirePartage({ domaines, autres }: SourceInventaire): string {
  if (!domaines && autres.size === 0) return '';
  const siens = domaines ? [...domaines].sort().join(',') : '*';
  return `${siens}-${[...autres.keys()].sort().join(',')}`;
}

/** Tells, for each line of a source, whether its domain is the source's: the French reason when it is not. */
export function gardienDesDomaines({
  nom,
  domaines,
  autres,
}: SourceInventaire): (domaine: string) => string | undefined {
  const siens = domaines && new Set(domaines);
  return (domaine) => {
    const autre = autres.get(domaine);
    if (autre !== undefined)
      return `une adresse d’un domaine de la source « ${nom} » : ${domaine} appartient à la source « ${autre} »`;
    if (!siens || siens.has(domaine)) return undefined;
    return (
      `une adresse d’un domaine de la source « ${nom} » : ${domaine} n’est déclaré par aucune source ` +
      '(réglage inventaire.sources, « domaines »)'
    );
  };
}
