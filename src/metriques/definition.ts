// What is told of a family of metrics besides its values.

export type TypeMetrique = 'counter' | 'gauge' | 'histogram';

export type DefinitionMetrique = {
  readonly type: TypeMetrique;
  /** French. */
  readonly aide: string;
  /** Besides `processus`, which those of a process all have. Never a domain, an address or a person: their number has no limit. */
  readonly etiquettes: readonly string[];
};

export function gauge(aide: string, ...etiquettes: readonly string[]): DefinitionMetrique {
  return { type: 'gauge', aide, etiquettes };
}

export function counter(aide: string, ...etiquettes: readonly string[]): DefinitionMetrique {
  return { type: 'counter', aide, etiquettes };
}

export function histogram(aide: string, ...etiquettes: readonly string[]): DefinitionMetrique {
  return { type: 'histogram', aide, etiquettes };
}
