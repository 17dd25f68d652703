// Addresses of the console with what was chosen, as links and pagination need them.

export type Parametres = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** `/console/plan?domaine=…`: what is undefined or empty is left out. */
export function adressePage(chemin: string, parametres: Parametres): string {
  const search = new URLSearchParams();
  for (const [nom, valeur] of Object.entries(parametres)) {
    if (valeur === undefined || valeur === '' || valeur === false) continue;
    for (const one of Array.isArray(valeur) ? valeur : [valeur]) search.append(nom, String(one));
  }
  const text = search.toString();
  return text === '' ? chemin : `${chemin}?${text}`;
}
