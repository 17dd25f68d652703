// Whether the schema of a database is that of this program, where nothing may be changed to make it so.

/** `ancien`: migrations are missing; `recent`: it knows some that this program does not; `etranger`: another history. */
export type SchemaState =
  | { readonly kind: 'a-jour' }
  | { readonly kind: 'ancien'; readonly missing: readonly string[] }
  | { readonly kind: 'recent'; readonly unknown: string }
  | { readonly kind: 'etranger'; readonly found: string }
  | { readonly kind: 'inconnu' };

type Migration = { readonly number: number; readonly name: string };

/** `applied`: by number; undefined when the table cannot be read. `known`: those of this program, by number. */
export function schemaStateOf(
  applied: readonly Migration[] | undefined,
  known: readonly Migration[],
): SchemaState {
  if (!applied) return { kind: 'inconnu' };
  for (const [index, { number, name }] of applied.entries()) {
    const own = known[index];
    if (!own) return { kind: 'recent', unknown: name };
    if (own.number !== number || own.name !== name) return { kind: 'etranger', found: name };
  }
  const missing = known.slice(applied.length).map(({ name }) => name);
  return missing.length === 0 ? { kind: 'a-jour' } : { kind: 'ancien', missing };
}

/** French, a sentence or two; undefined when there is nothing to say. */
export function describeSchemaState(state: SchemaState): string | undefined {
  switch (state.kind) {
    case 'a-jour':
      return undefined;
    case 'ancien':
      return (
        `Le schéma de la base est plus ancien que ce programme (il manque ${state.missing[0] ?? ''}` +
        `${state.missing.length > 1 ? ` et ${state.missing.length - 1} autre(s)` : ''}). Mettez d’abord à jour le nœud ` +
        `qui écrit (« annuaire-sync migrate ») ; ce nœud suivra de lui-même.`
      );
    case 'recent':
      return (
        `Le schéma de la base est plus récent que ce programme (${state.unknown}). Installez ici une version au moins ` +
        `aussi récente que sur le nœud qui écrit.`
      );
    case 'etranger':
      return `La base a reçu la migration ${state.found}, inconnue de ce programme : vérifiez « database.url ».`;
    case 'inconnu':
      return (
        'Les tables d’annuaire-sante-sync ne sont pas dans cette base, ou notre compte ne peut pas les lire. Vérifiez ' +
        '« database.url » et les droits du compte ; une base neuve est préparée par le premier nœud qui écrit.'
      );
    default:
      return state satisfies never;
  }
}
