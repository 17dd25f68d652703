// The only FHIRPath expressions that the draft shows (patch examples), read strictly: anything else is refused, as a server
// that pretends to understand more would hide a fault of its client.
import { urlMetadonnees, type Ressource } from './systemes.js';

export const attributs = ['type', 'listeRouge', 'description', 'service', 'responsible'] as const;
export type Attribut = (typeof attributs)[number];

export type Chemin =
  /** `R.telecom` */
  | { readonly kind: 'telecom' }
  /** `R.telecom.where(value = 'a')` */
  | { readonly kind: 'bal'; readonly adresse: string }
  /** `….rank` */
  | { readonly kind: 'rang'; readonly adresse: string }
  /** `….extension('<metadata>').extension('listeRouge').value` */
  | { readonly kind: 'attribut'; readonly adresse: string; readonly attribut: Attribut };

/** A French sentence when the expression is none of these. */
export function parseChemin(texte: string, ressource: Ressource): Chemin | string {
  const lecteur = new Lecteur(texte);
  if (!lecteur.mange(`${ressource}.telecom`)) {
    return `« ${ressource}.telecom » attendu au début de l'expression`;
  }
  if (lecteur.isFini()) return { kind: 'telecom' };
  if (!lecteur.mange('.where(')) return '« .where( » ou la fin attendu après « telecom »';
  lecteur.passeBlancs();
  if (!lecteur.mange('value')) return '« value » attendu dans « where »';
  lecteur.passeBlancs();
  if (!lecteur.mange('=')) return '« = » attendu dans « where »';
  lecteur.passeBlancs();
  const adresse = lecteur.chaine();
  if (adresse === undefined) return 'chaîne FHIRPath mal formée dans « where »';
  lecteur.passeBlancs();
  if (!lecteur.mange(')')) return '« ) » attendu à la fin de « where »';
  return suite(lecteur, adresse);
}

function suite(lecteur: Lecteur, adresse: string): Chemin | string {
  if (lecteur.isFini()) return { kind: 'bal', adresse };
  if (lecteur.mange('.rank')) {
    return lecteur.isFini() ? { kind: 'rang', adresse } : 'rien attendu après « rank »';
  }
  const url = extension(lecteur);
  if (url !== urlMetadonnees) return `« .rank » ou « .extension('${urlMetadonnees}') » attendu`;
  const nom = extension(lecteur);
  const attribut = attributs.find((known) => known === nom);
  if (attribut === undefined) return `extension attendue parmi : ${attributs.join(', ')}`;
  if (!lecteur.mange('.value') || !lecteur.isFini()) return '« .value » attendu, puis la fin';
  return { kind: 'attribut', adresse, attribut };
}

function extension(lecteur: Lecteur): string | undefined {
  if (!lecteur.mange('.extension(')) return undefined;
  const nom = lecteur.chaine();
  return lecteur.mange(')') ? nom : undefined;
}

// FHIRPath (N1) grammar, ESC: '\\' ([`'\\/fnrt"] | UNICODE).
const echappements: Readonly<Record<string, string>> = {
  '`': '`',
  "'": "'",
  '"': '"',
  '\\': '\\',
  '/': '/',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Lecteur {
  readonly #texte: string;
  #at = 0;

  constructor(texte: string) {
    this.#texte = texte;
  }

  isFini(): boolean {
    return this.#at === this.#texte.length;
  }

  mange(attendu: string): boolean {
    if (!this.#texte.startsWith(attendu, this.#at)) return false;
    this.#at += attendu.length;
    return true;
  }

  passeBlancs(): void {
    while (this.#texte[this.#at] === ' ') this.#at += 1;
  }

  /** A string between simple quotes; undefined when it is not well formed. */
  chaine(): string | undefined {
    if (!this.mange("'")) return undefined;
    let valeur = '';
    while (!this.isFini()) {
      const signe = this.#texte[this.#at++] ?? '';
      if (signe === "'") return valeur;
      if (signe !== '\\') {
        valeur += signe;
        continue;
      }
      const echappe = this.#echappement();
      if (echappe === undefined) return undefined;
      valeur += echappe;
    }
    return undefined;
  }

  #echappement(): string | undefined {
    const signe = this.#texte[this.#at++] ?? '';
    if (signe !== 'u') return echappements[signe];
    const hexa = this.#texte.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/u.test(hexa)) return undefined;
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hexa, 16));
  }
}
