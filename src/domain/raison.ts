// Why a person decided: kept with the decision, told to whoever reads it later.

export const raisonMin = 3;
export const raisonMax = 1_000;

/** On one line; undefined when there is nothing to read, or more than anybody would. */
export function parseRaison(text: string): string | undefined {
  const raison = text.replace(/[\p{Control}\p{Format}\s]+/gu, ' ').trim();
  return raison.length >= raisonMin && raison.length <= raisonMax ? raison : undefined;
}
