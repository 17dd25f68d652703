// The list of events that a content holds, before any of them is judged.
import type { FauteRecue, FormatEvenements } from '../../domain/inventaire-recu.js';
import { parseJsonText } from '../json-text.js';

export type Contenu = {
  readonly items: readonly { readonly evenement: number; readonly value: unknown }[];
  readonly fautes: readonly FauteRecue[];
};

/** List, event, lines, line: anything deeper is a fault of its field, and this is how much deeper it may be. */
const depthMax = 12;

/** With more events than `evenementsMax`, none is given. */
export function readContent(
  content: Buffer,
  format: FormatEvenements,
  evenementsMax: number,
): Contenu {
  const text = decode(content);
  if (text === undefined) return nothing('UTF8_INVALIDE', 'un contenu en UTF-8');
  const read = format === 'ndjson' ? readLines(text) : readArray(text);
  if (read.items.length + read.fautes.length === 0)
    return nothing('LISTE_VIDE', 'au moins un événement');
  if (read.items.length > evenementsMax)
    return nothing(
      'TROP_D_EVENEMENTS',
      `au plus ${evenementsMax} événements par envoi (${read.items.length} reçus) : envoyez-en plusieurs, ` +
        'ou un instantané complet (PUT)',
    );
  return read;
}

function decode(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

function readArray(text: string): Contenu {
  const json = parseJsonText(text, depthMax);
  if (json.kind === 'fault') return nothing(json.code, json.expected);
  if (!Array.isArray(json.value)) return nothing('LISTE_ATTENDUE', 'une liste JSON d’événements');
  const values: readonly unknown[] = json.value;
  return { items: values.map((value, evenement) => ({ evenement, value })), fautes: [] };
}

function readLines(text: string): Contenu {
  const items: { evenement: number; value: unknown }[] = [];
  const fautes: FauteRecue[] = [];
  let evenement = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const json = parseJsonText(line, depthMax);
    if (json.kind === 'value') items.push({ evenement, value: json.value });
    else
      fautes.push({
        evenement,
        ligne: index + 1,
        code: json.code,
        message: `attendu : ${json.expected}`,
      });
    evenement++;
  }
  return { items, fautes };
}

function nothing(code: string, expected: string): Contenu {
  return { items: [], fautes: [{ code, message: `attendu : ${expected}` }] };
}
