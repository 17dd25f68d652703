/**
 * An address as a page shows it to whoever holds a link: its owner knows which one it is, nobody else learns it.
 * `jean.exemple@chu.mssante.fr` becomes `j…@chu.mssante.fr`.
 */
export function masquerAdresse(adresse: string): string {
  const at = Math.max(adresse.lastIndexOf('@'), 0);
  return `${adresse.slice(0, Math.min(at, 1))}…${adresse.slice(at)}`;
}
