// A family of metrics as it travels between processes and to prom-client: the form that its `getMetricsAsJSON()` gives,
// so that what the library counted and what we read elsewhere are merged alike.
import { catalogue, type NomMetrique } from './catalogue.js';
import type { TypeMetrique } from './definition.js';

export type Etiquettes = Readonly<Record<string, string>>;

export type Echantillon = {
  readonly labels: Etiquettes;
  readonly value: number;
  /** Where it is not the name of the family: the parts of a histogram. */
  readonly metricName?: string;
};

export type Famille = {
  readonly name: string;
  /** French. */
  readonly help: string;
  readonly type: TypeMetrique;
  readonly aggregator: 'sum';
  readonly values: readonly Echantillon[];
};

/** What is not known is not exposed: an absent sample, rather than a 0 that would lie. */
export type Valeur = readonly [labels: Etiquettes, value: number | undefined];

export function famille(name: NomMetrique, valeurs: readonly Valeur[]): Famille {
  const { type, aide } = catalogue[name];
  return {
    name,
    help: aide,
    type,
    aggregator: 'sum',
    values: valeurs.flatMap(([labels, value]) => (value === undefined ? [] : [{ labels, value }])),
  };
}

/** One value without a label. */
export function simple(name: NomMetrique, value: number | undefined): Famille {
  return famille(name, [[{}, value]]);
}

export type Histogramme = {
  /** Upper ends, rising. */
  readonly bornes: readonly number[];
  /** By class, with one more for what is beyond the last end; not cumulated. */
  readonly comptes: ArrayLike<number>;
  readonly somme: number;
};

export function histogramme(name: NomMetrique, { bornes, comptes, somme }: Histogramme): Famille {
  let total = 0;
  const classes: Echantillon[] = [...bornes, Infinity].map((borne, rank) => {
    total += comptes[rank] ?? 0;
    const le = borne === Infinity ? '+Inf' : String(borne);
    return { labels: { le }, value: total, metricName: `${name}_bucket` };
  });
  return {
    ...famille(name, []),
    values: [
      ...classes,
      { labels: {}, value: somme, metricName: `${name}_sum` },
      { labels: {}, value: total, metricName: `${name}_count` },
    ],
  };
}

/** Seconds since 1970, as Prometheus wants its instants. */
export function instant(date: Date | null | undefined): number | undefined {
  return date ? date.getTime() / 1_000 : undefined;
}
