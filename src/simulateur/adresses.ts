// Which carriers hold an address: exact, by prefix, by fragment. The seed's addresses stand sorted in one array; those that
// came since stand sorted in a small one, merged into the first from time to time.

/** Above it, the small array costs more at each search than a merge. */
const recentesMax = 4_096;

/** After any address. */
const fin = '\u{10ffff}';

export class IndexAdresses {
  /** Lower-cased address -> carriers; a single one is kept without a list. */
  readonly #porteurs = new Map<string, string | readonly string[]>();
  #anciennes: readonly string[] = [];
  #recentes: string[] = [];
  #isTriee = true;

  get taille(): number {
    return this.#porteurs.size;
  }

  ajouter(adresse: string, cle: string): void {
    const connus = this.#porteurs.get(adresse);
    if (connus === undefined) {
      this.#porteurs.set(adresse, cle);
      this.#recentes.push(adresse);
      this.#isTriee = false;
    } else if (typeof connus === 'string') {
      if (connus !== cle) this.#porteurs.set(adresse, [connus, cle]);
    } else if (!connus.includes(cle)) {
      this.#porteurs.set(adresse, [...connus, cle]);
    }
  }

  retirer(adresse: string, cle: string): void {
    const connus = this.#porteurs.get(adresse);
    if (connus === cle) this.#porteurs.delete(adresse);
    else if (typeof connus === 'object') {
      const restants = connus.filter((connu) => connu !== cle);
      this.#porteurs.set(adresse, restants.length === 1 ? (restants[0] ?? cle) : restants);
    }
  }

  porteursDe(adresse: string): readonly string[] {
    const connus = this.#porteurs.get(adresse);
    return connus === undefined ? [] : typeof connus === 'string' ? [connus] : connus;
  }

  /** Addresses that begin so, in order, after `apres`. */
  *parPrefixe(prefixe: string, apres = ''): Generator<string> {
    this.#trier();
    const [anciennes, recentes] = [this.#anciennes, this.#recentes];
    const debut = apres > prefixe ? apres : prefixe;
    let [at, other] = [rangDe(anciennes, debut), rangDe(recentes, debut)];
    let derniere = apres;
    for (;;) {
      const [ancienne = fin, recente = fin] = [anciennes[at], recentes[other]];
      const adresse = ancienne <= recente ? ancienne : recente;
      if (adresse === fin || !adresse.startsWith(prefixe)) return;
      if (ancienne <= recente) at += 1;
      else other += 1;
      // What went and came back stands in both arrays.
      if (adresse === derniere || !this.#porteurs.has(adresse)) continue;
      derniere = adresse;
      yield adresse;
    }
  }

  *parFragment(fragment: string, apres = ''): Generator<string> {
    for (const adresse of this.parPrefixe('', apres)) if (adresse.includes(fragment)) yield adresse;
  }

  #trier(): void {
    if (this.#isTriee) return;
    this.#recentes.sort();
    this.#isTriee = true;
    if (this.#recentes.length <= recentesMax) return;
    this.#anciennes = [...this.#porteurs.keys()].sort();
    this.#recentes = [];
  }
}

/** Of the first that is not before `texte`. */
function rangDe(triees: readonly string[], texte: string): number {
  let [bas, haut] = [0, triees.length];
  while (bas < haut) {
    const milieu = (bas + haut) >>> 1;
    if ((triees[milieu] ?? '') < texte) bas = milieu + 1;
    else haut = milieu;
  }
  return bas;
}
