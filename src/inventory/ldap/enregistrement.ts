// One entry of a directory -> the lines that it makes: one for each address and each attachment.
import { domaineOf } from '../../domain/bal-operateur.js';
import type { InventaireColumn } from '../columns.js';
import { shortenValue } from '../faults.js';
import type { Enregistrement } from '../flux.js';
import type { EntreeLdap } from './client.js';
import type { Correspondance, RegleColonne } from './correspondance.js';
import { nommerColonne } from './correspondance.js';
import { convertirValeur } from './valeurs.js';

type Faute = Enregistrement['fautes'][number];

/** `estSien`: whether a domain belongs to the source. */
export function lireEntree(
  { dn, attributs }: EntreeLdap,
  correspondance: Correspondance,
  estSien: (domaine: string) => boolean,
): Enregistrement {
  const columns = [...correspondance.colonnes.keys()];
  const fautes: Faute[] = [];
  const values = columns.map((column) =>
    readColumn(column, correspondance, attributs, estSien, fautes),
  );
  const alias = correspondance.alias
    .flatMap((name) => attributs.get(name.toLowerCase()) ?? [])
    .filter((adresse) => estSien(domaineOf(adresse.toLowerCase())));
  const place = columns.indexOf('adresse');
  const adresses = distinct([values[place]?.[0] ?? '', ...alias], (text) => text.toLowerCase());
  return { place: dn, lignes: combine(columns, values, adresses), fautes };
}

/** The values of a column: one, but for the structures that a BAL is attached to; '' for none. */
function readColumn(
  column: InventaireColumn,
  correspondance: Correspondance,
  attributs: EntreeLdap['attributs'],
  estSien: (domaine: string) => boolean,
  fautes: Faute[],
): readonly string[] {
  const regle = correspondance.colonnes.get(column);
  if (!regle) return [''];
  if ('constante' in regle) return [regle.constante];
  const found = valuesOf(regle, attributs);
  const texts: string[] = [];
  for (const value of found) {
    const cell = convertirValeur(value, regle.format);
    if (cell.kind === 'value') texts.push(translate(cell.value, regle));
    else
      fautes.push({
        column: nommerColonne(correspondance, column),
        code: cell.code,
        value: shortenValue(value),
        expected: cell.expected,
      });
  }
  const kept = distinct(
    texts.filter((text) => text !== ''),
    (text) => text,
  );
  if (kept.length === 0) return [regle.defaut ?? ''];
  if (kept.length === 1 || column === 'identifiantStructure') return kept;
  return [reduce(column, kept, correspondance, estSien, fautes)];
}

function valuesOf(
  { attribut, prefixe }: Extract<RegleColonne, { attribut: unknown }>,
  attributs: EntreeLdap['attributs'],
): readonly string[] {
  for (const name of attribut) {
    const values = (attributs.get(name.toLowerCase()) ?? [])
      .map((value) => value.trim())
      .filter((value) => value !== '');
    const kept =
      prefixe === undefined
        ? values
        : values.flatMap((value) =>
            value.startsWith(prefixe) ? [value.slice(prefixe.length)] : [],
          );
    if (kept.length > 0) return kept;
  }
  return [];
}

function translate(
  text: string,
  { valeurs }: Extract<RegleColonne, { attribut: unknown }>,
): string {
  return valeurs?.[text.toLowerCase()] ?? text;
}

const textColumns: readonly InventaireColumn[] = ['service', 'responsable', 'description'];

/** One value of several: of an address the one that is ours, of a text all of them; anything else would be a guess. */
function reduce(
  column: InventaireColumn,
  values: readonly string[],
  correspondance: Correspondance,
  estSien: (domaine: string) => boolean,
  fautes: Faute[],
): string {
  // The values of an attribute have no order (RFC 4511 §4.1.7): the same entry always gives the same text.
  const sorted = [...values].sort();
  if (textColumns.includes(column)) return sorted.join(', ');
  const ours =
    column === 'adresse' ? sorted.filter((text) => estSien(domaineOf(text.toLowerCase()))) : [];
  const [only] = ours;
  if (only !== undefined && ours.length === 1) return only;
  fautes.push({
    column: nommerColonne(correspondance, column),
    code: 'PLUSIEURS_VALEURS',
    value: shortenValue(sorted.join(', ')),
    expected: 'une seule valeur (choisissez-la par un autre attribut, ou par « prefixe »)',
  });
  return sorted[0] ?? '';
}

function combine(
  columns: readonly InventaireColumn[],
  values: readonly (readonly string[])[],
  adresses: readonly string[],
): string[][] {
  const structures = values[columns.indexOf('identifiantStructure')] ?? [''];
  return adresses.flatMap((adresse) =>
    structures.map((structure) =>
      columns.map((column, index) => {
        if (column === 'adresse') return adresse;
        if (column === 'identifiantStructure') return structure;
        return values[index]?.[0] ?? '';
      }),
    ),
  );
}

function distinct(texts: readonly string[], keyOf: (text: string) => string): string[] {
  const seen = new Set<string>();
  return texts.filter((text) => {
    const isNew = !seen.has(keyOf(text));
    seen.add(keyOf(text));
    return isNew;
  });
}
