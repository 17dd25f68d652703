// GET: one resource, or a searchset in pages (swagger « Récupération »).
import type { BalPortee } from './bal-portee.js';
import type { Etat } from './etat.js';
import {
  parametresDeCondition,
  parametresDeReference,
  parIdentifiants,
  parReferences,
  type Reperes,
} from './cible.js';
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import { ressourceDe, type ClePorteur } from './porteur.js';
import { malForme, type Refus } from './refus.js';
import { balsVisibles, ecrireOuverte, restreindre, type Fhir } from './ressource.js';
import { isRessource, systemeR256, systemeR257, type Ressource } from './systemes.js';

export const pageParDefaut = 50;
/** The ANS's own advice (July 2026); what is above is brought down to it, as FHIR lets servers do. */
export const pageMax = 200;

type Adresse = { readonly mode: 'debut' | 'fragment' | 'exacte'; readonly texte: string };

type Criteres = {
  readonly ressources: readonly Ressource[];
  readonly adresse: Adresse | undefined;
  readonly type: TypeBal | undefined;
  /** Raw query of the conditions on identifiers; undefined when there is none. */
  readonly condition: string | undefined;
  readonly elements: readonly string[];
  readonly parPage: number;
};

/** Where a page begins: after an address, or at a rank in the list of a resource's carriers. */
type Reprise = { readonly ressource: number; readonly rang: number; readonly apres: string };

export type Annuaires = { readonly etat: Etat; readonly reperes: Reperes };

/** `base`: origin of the links. `ressource` undefined: search at the root, over `_type`. */
export async function rechercher(
  ressource: Ressource | undefined,
  query: URLSearchParams,
  base: string,
  annuaires: Annuaires,
): Promise<object | Refus> {
  const jeton = query.get('_page_token');
  const lu = jeton === null ? undefined : lireJeton(jeton);
  if (jeton !== null && !lu) return malForme('_page_token inconnu');
  const effective = lu?.query ?? query.toString();
  const criteres = lireCriteres(ressource, new URLSearchParams(effective));
  if ('kind' in criteres) return criteres;
  const debut = lu?.reprise ?? { ressource: 0, rang: 0, apres: '' };
  const page = await lirePage(criteres, debut, annuaires);
  if ('kind' in page) return page;
  const chemin = `${base}/${ressource ?? ''}`;
  const next = page.suite && ecrireJeton(effective, page.suite);
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(page.isTout && debut.apres === '' && debut.rang === 0 && { total: page.cles.length }),
    link: [
      { relation: 'self', url: `${chemin}?${effective}` },
      ...(next === undefined ? [] : [{ relation: 'next', url: `${chemin}?_page_token=${next}` }]),
    ],
    entry: page.cles.map((cle) => entree(cle, criteres, base, annuaires)),
  };
}

function entree(cle: ClePorteur, criteres: Criteres, base: string, annuaires: Annuaires): object {
  const fhir = lireRessource(cle, annuaires);
  return {
    fullUrl: `${base}/${fhir.resourceType}/${fhir.id}`,
    resource: criteres.elements.length > 0 ? restreindre(fhir, criteres.elements) : fhir,
    search: { mode: 'match' },
  };
}

export function lireRessource(cle: ClePorteur, { etat, reperes }: Annuaires): Fhir {
  return ecrireOuverte(cle, etat.balsDe(cle) ?? [], reperes, etat.toucheLe(cle));
}

const communs = ['_elements', '_count', '_page_token', 'mailbox-mss-type'];

function lireCriteres(ressource: Ressource | undefined, query: URLSearchParams): Criteres | Refus {
  const types = (query.get('_type') ?? '').split(',').filter((one) => one !== '');
  const ressources = ressource ? [ressource] : types.filter(isRessource);
  if (!ressource && (ressources.length === 0 || ressources.length !== types.length)) {
    return malForme('_type : Practitioner, PractitionerRole ou Organization attendu');
  }
  let adresse: Adresse | undefined;
  const condition = new URLSearchParams();
  for (const [nom, valeur] of query) {
    const mode = modes[nom];
    if (mode !== undefined && !adresse && valeur !== '') adresse = { mode, texte: valeur };
    else if (ressource && parametresDe(ressource).includes(nom)) {
      condition.append(nom, valeur);
    } else if (!communs.includes(nom) && (ressource || nom !== '_type')) {
      return malForme(`Paramètre inattendu, vide ou en double : ${nom.slice(0, 100)}`);
    }
  }
  const type = lireType(query.get('mailbox-mss-type'));
  if (typeof type === 'object') return type;
  const parPage = lireCount(query.get('_count'));
  if (typeof parPage === 'object') return parPage;
  return {
    ressources,
    adresse,
    type,
    condition: condition.size > 0 ? condition.toString() : undefined,
    elements: (query.get('_elements') ?? '').split(',').filter((one) => /^\w+$/u.test(one)),
    parPage,
  };
}

function parametresDe(ressource: Ressource): readonly string[] {
  const noms = parametresDeCondition[ressource];
  return ressource === 'PractitionerRole' ? [...noms, ...parametresDeReference] : noms;
}

/** A string search is by default on the beginning, without case (FHIR R4, search, string). */
const modes: Readonly<Record<string, Adresse['mode']>> = {
  'mailbox-mss': 'debut',
  'mailbox-mss:contains': 'fragment',
  'mailbox-mss:exact': 'exacte',
};

function lireType(texte: string | null): TypeBal | undefined | Refus {
  if (texte === null) return undefined;
  const at = texte.lastIndexOf('|');
  const code = texte.slice(at + 1);
  const isConnu = at < 0 || [systemeR256, systemeR257].includes(texte.slice(0, at));
  if (isConnu && isTypeBal(code)) return code;
  return malForme('mailbox-mss-type : système|code attendu (PER, ORG, APP, CAB)');
}

function lireCount(texte: string | null): number | Refus {
  if (texte === null) return pageParDefaut;
  if (!/^[1-9]\d{0,5}$/u.test(texte)) return malForme('_count : entier ≥ 1 attendu');
  return Math.min(pageMax, Number(texte));
}

type Page = {
  readonly cles: readonly ClePorteur[];
  readonly suite: Reprise | undefined;
  /** True when the page is also the last one. */
  readonly isTout: boolean;
};

async function lirePage(
  criteres: Criteres,
  debut: Reprise,
  { etat, reperes }: Annuaires,
): Promise<Page | Refus> {
  if (criteres.condition !== undefined) return parIdentifiant(criteres, { etat, reperes });
  const trouvees: { cle: ClePorteur; suite: Reprise }[] = [];
  const candidats = criteres.adresse
    ? parAdresse(criteres, criteres.adresse, debut, etat)
    : parRang(criteres, debut, etat);
  for (const candidat of candidats) {
    const derniere = trouvees.at(-1)?.suite;
    // The carriers of one address stay together: a page begins after an address.
    if (trouvees.length >= criteres.parPage && !isMemeAdresse(derniere, candidat.suite)) {
      return { cles: cles(trouvees), suite: derniere, isTout: false };
    }
    if (convient(candidat.cle, criteres, etat)) trouvees.push(candidat);
  }
  return { cles: cles(trouvees), suite: undefined, isTout: true };
}

function isMemeAdresse(left: Reprise | undefined, right: Reprise): boolean {
  return right.apres !== '' && left?.apres === right.apres;
}

function cles(trouvees: readonly { cle: ClePorteur }[]): ClePorteur[] {
  return trouvees.map(({ cle }) => cle);
}

/** Resources named by an identifier, whether they carry something or not. */
async function parIdentifiant(criteres: Criteres, annuaires: Annuaires): Promise<Page | Refus> {
  const [ressource = 'Practitioner'] = criteres.ressources;
  const query = new URLSearchParams(criteres.condition);
  const isReference = parametresDeReference.some((nom) => query.has(nom));
  const trouves = isReference
    ? await parReferences(query, annuaires.reperes)
    : await parIdentifiants(ressource, query, annuaires.reperes);
  if ('kind' in trouves) return trouves;
  const isFiltre = criteres.adresse !== undefined || criteres.type !== undefined;
  const gardes = isFiltre
    ? trouves.filter(({ cle }) => convient(cle, criteres, annuaires.etat))
    : trouves;
  return { cles: cles(gardes), suite: undefined, isTout: true };
}

function* parAdresse(
  { ressources }: Criteres,
  { mode, texte }: Adresse,
  { apres }: Reprise,
  etat: Etat,
): Generator<{ cle: ClePorteur; suite: Reprise }> {
  const { adresses } = etat;
  const bas = texte.toLowerCase();
  const trouvees =
    mode === 'exacte'
      ? [bas].filter((adresse) => adresse > apres)
      : mode === 'debut'
        ? adresses.parPrefixe(bas, apres)
        : adresses.parFragment(bas, apres);
  for (const adresse of trouvees) {
    for (const cle of adresses.porteursDe(adresse)) {
      if (!ressources.includes(ressourceDe(cle))) continue;
      // A carrier comes once, on whatever page its first address stands.
      if (adresse !== premiere(etat.balsDe(cle) ?? [], { mode, texte })) continue;
      yield { cle, suite: { ressource: 0, rang: 0, apres: adresse } };
    }
  }
}

/** The first address found, in the order of the search. */
function premiere(bals: readonly BalPortee[], adresse: Adresse): string | undefined {
  let trouvee: string | undefined;
  for (const bal of balsVisibles(bals)) {
    const basse = bal.adresse.toLowerCase();
    if (isAdresse(bal.adresse, adresse) && (trouvee === undefined || basse < trouvee))
      trouvee = basse;
  }
  return trouvee;
}

function* parRang(
  { ressources }: Criteres,
  debut: Reprise,
  etat: Etat,
): Generator<{ cle: ClePorteur; suite: Reprise }> {
  for (let at = debut.ressource; at < ressources.length; at++) {
    const toutes = etat.clesDe(ressources[at] ?? 'Practitioner');
    for (let rang = at === debut.ressource ? debut.rang : 0; rang < toutes.length; rang++) {
      const cle = toutes[rang];
      if (cle !== undefined) yield { cle, suite: { ressource: at, rang: rang + 1, apres: '' } };
    }
  }
}

/** Some visible BAL meets all the criteria. */
function convient(cle: ClePorteur, { adresse, type }: Criteres, etat: Etat): boolean {
  return balsVisibles(etat.balsDe(cle) ?? []).some(
    (bal) =>
      (type === undefined || bal.typeBal === type) &&
      (adresse === undefined || isAdresse(bal.adresse, adresse)),
  );
}

function isAdresse(adresse: string, { mode, texte }: Adresse): boolean {
  if (mode === 'exacte') return adresse === texte;
  const [haute, bas] = [adresse.toLowerCase(), texte.toLowerCase()];
  return mode === 'debut' ? haute.startsWith(bas) : haute.includes(bas);
}

function ecrireJeton(query: string, reprise: Reprise): string {
  return Buffer.from(JSON.stringify([query, reprise])).toString('base64url');
}

function lireJeton(jeton: string): { query: string; reprise: Reprise } | undefined {
  try {
    const lu = JSON.parse(Buffer.from(jeton, 'base64url').toString()) as unknown;
    if (!Array.isArray(lu)) return undefined;
    const [query, reprise] = lu as unknown[];
    return typeof query === 'string' && isReprise(reprise) ? { query, reprise } : undefined;
  } catch {
    return undefined;
  }
}

function isReprise(value: unknown): value is Reprise {
  if (typeof value !== 'object' || value === null) return false;
  const { ressource, rang, apres } = value as Record<string, unknown>;
  return (
    typeof ressource === 'number' &&
    typeof rang === 'number' &&
    Number.isInteger(ressource) &&
    Number.isInteger(rang) &&
    ressource >= 0 &&
    rang >= 0 &&
    typeof apres === 'string'
  );
}
