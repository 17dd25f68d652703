// The countdown of a kind of BAL that must disappear: how many at the start, how many are left, and the curve.

type Mouvement = {
  readonly domaine: string;
  readonly jour: string;
  readonly ouverts: number;
  readonly clos: number;
};

export type LigneDecompte = {
  readonly depart: number;
  /** Opened after the first day. */
  readonly apparus: number;
  readonly disparus: number;
  readonly restants: number;
};

export type Decompte = LigneDecompte & {
  /** aaaa-mm-jj of the first reconciliation. */
  readonly debut: string;
  readonly domaines: readonly (LigneDecompte & { readonly domaine: string })[];
  /** At the end of each day on which the number moved. */
  readonly courbe: readonly { readonly jour: string; readonly restants: number }[];
};

/** `mouvements` in the order of days. */
export function makeDecompte(debut: string, mouvements: readonly Mouvement[]): Decompte {
  const noms = [...new Set(mouvements.map(({ domaine }) => domaine))].sort();
  const courbe = new Map<string, number>([[debut, 0]]);
  let restants = 0;
  for (const { jour, ouverts, clos } of mouvements) {
    restants += ouverts - clos;
    courbe.set(jour, restants);
  }
  const domaines = noms.map((domaine) => ({
    domaine,
    ...count(
      debut,
      mouvements.filter((mouvement) => mouvement.domaine === domaine),
    ),
  }));
  return {
    debut,
    ...count(debut, mouvements),
    domaines: domaines.sort((x, y) => y.restants - x.restants || (x.domaine < y.domaine ? -1 : 1)),
    courbe: [...courbe].map(([jour, n]) => ({ jour, restants: n })),
  };
}

function count(debut: string, mouvements: readonly Mouvement[]): LigneDecompte {
  let [depart, apparus, disparus] = [0, 0, 0];
  for (const { jour, ouverts, clos } of mouvements) {
    if (jour <= debut) depart += ouverts;
    else apparus += ouverts;
    disparus += clos;
  }
  return { depart, apparus, disparus, restants: depart + apparus - disparus };
}
