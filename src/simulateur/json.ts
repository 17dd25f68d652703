// JSON whose form is not known yet, read key by key.

export type ObjetJson = Readonly<Record<string, unknown>>;

export function isObjet(value: unknown): value is ObjetJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isListeObjets(value: unknown): value is readonly ObjetJson[] {
  return Array.isArray(value) && value.every(isObjet);
}

/** The first key that is not among those known. */
export function cleInconnue(objet: ObjetJson, connues: readonly string[]): string | undefined {
  return Object.keys(objet).find((cle) => !connues.includes(cle));
}
