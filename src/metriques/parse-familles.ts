// Families as another process, or prom-client, gives them: what is none of the catalogue, or has no form, is left out.
import { catalogue, type NomMetrique } from './catalogue.js';
import { famille, type Echantillon, type Famille } from './famille.js';

/** More values than the whole program has. */
const valuesMax = 20_000;

export function parseFamilles(given: unknown): Famille[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((one: unknown) => {
    if (!isRecord(one) || !isNom(one['name']) || !Array.isArray(one['values'])) return [];
    const values = one['values'].slice(0, valuesMax).flatMap(parseEchantillon);
    return [{ ...famille(one['name'], []), values }];
  });
}

function parseEchantillon(given: unknown): Echantillon[] {
  if (!isRecord(given) || typeof given['value'] !== 'number') return [];
  const { labels, metricName } = given;
  const kept = isRecord(labels)
    ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
    : {};
  return [
    {
      labels: kept,
      value: given['value'],
      ...(typeof metricName === 'string' && { metricName }),
    },
  ];
}

function isNom(name: unknown): name is NomMetrique {
  return typeof name === 'string' && Object.hasOwn(catalogue, name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
