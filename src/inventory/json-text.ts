// JSON as outsiders send it: bounded in depth, and refused where two readers could understand two things.

export type JsonText =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `expected` is French. */
  | { readonly kind: 'fault'; readonly code: string; readonly expected: string };

/** Parses one JSON text (RFC 8259). A repeated name, which the RFC leaves to each reader, is a fault. */
export function parseJsonText(text: string, depthMax: number): JsonText {
  const { depth, nameCount } = scan(text, depthMax);
  if (depth > depthMax)
    return fault('JSON_TROP_PROFOND', `du JSON d’au plus ${depthMax} niveaux d’imbrication`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('JSON_ILLISIBLE', 'du JSON valable (RFC 8259)');
  }
  if (countNames(value) !== nameCount)
    return fault('JSON_NOM_REPETE', 'chaque nom une seule fois par objet');
  return { kind: 'value', value };
}

function fault(code: string, expected: string): JsonText {
  return { kind: 'fault', code, expected };
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
const openings = [0x7b, 0x5b];
const closings = [0x7d, 0x5d];

/** Depth and number of names, outside of strings; stops as soon as the depth is too great. Right for valid JSON only. */
function scan(text: string, depthMax: number): { depth: number; nameCount: number } {
  let depth = 0;
  let deepest = 0;
  let nameCount = 0;
  for (let at = 0; at < text.length && deepest <= depthMax; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (unit === colon) nameCount++;
    else if (openings.includes(unit)) deepest = Math.max(deepest, ++depth);
    else if (closings.includes(unit)) depth--;
  }
  return { depth: deepest, nameCount };
}

/** Where the string that opens at `start` closes. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === backslash) at++;
    else if (unit === quote) return at;
  }
  return text.length;
}

/** Recursion is as deep as the text, which was bounded. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : values.length;
  for (const inner of values) count += countNames(inner);
  return count;
}
