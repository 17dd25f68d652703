// The text that Prometheus reads, out of what several processes and the database tell.
import { AggregatorRegistry } from 'prom-client';
import type { Famille } from './famille.js';

/** Prometheus's own text format. */
export const typeDeContenu = AggregatorRegistry.PROMETHEUS_CONTENT_TYPE;

/**
 * `parProcessus`: by a name that no two processes of this node share; it becomes the label `processus`. `communes`: what is
 * the same whoever tells it.
 */
export async function exposer(
  parProcessus: ReadonlyMap<string, readonly Famille[]>,
  communes: readonly Famille[],
): Promise<string> {
  const nommees = [...parProcessus].map(([processus, familles]) => nommer(processus, familles));
  // prom-client types what it takes as the opaque result of its own functions.
  return AggregatorRegistry.aggregate([...nommees, [...communes]]).metrics();
}

function nommer(processus: string, familles: readonly Famille[]): Famille[] {
  return familles.map((famille) => ({
    ...famille,
    values: famille.values.map((value) => ({ ...value, labels: { ...value.labels, processus } })),
  }));
}
