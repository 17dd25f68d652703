// The open findings as a page of the console shows them: filtered, sorted, page by page, in a bounded time over half a
// million. Few matches are gathered and sorted; many are read in the order of an index, code by code, and merged: no
// filter can then make an index be walked in vain.
import { codesConstat, type CodeConstat } from '../domain/constat.js';
import { nombreBorne, type NombreBorne } from '../domain/nombre-borne.js';
import type { Db } from '../db/pool.js';
import { constatColumns, toConstat, type ConstatGarde, type ConstatRow } from './constat.js';

export type RechercheConstats = {
  /** Any of these; undefined: any code. */
  readonly codes?: readonly CodeConstat[] | undefined;
  readonly domaine?: string | undefined;
  readonly typeBal?: string | undefined;
  /** Beginning of the address, in small letters. */
  readonly debutAdresse?: string | undefined;
  readonly ouvertDepuis?: Date | undefined;
  readonly ouvertAvant?: Date | undefined;
};

export const trisConstats = ['recents', 'anciens', 'adresse', 'domaine', 'code'] as const;
export type TriConstats = (typeof trisConstats)[number];

export type PageDemandee = {
  readonly tri: TriConstats;
  /** The page after, or before, this finding; it may be closed since. */
  readonly borne: { readonly sens: 'apres' | 'avant'; readonly id: number } | undefined;
  readonly taille: number;
};

export type PageConstats = {
  readonly constats: readonly ConstatGarde[];
  readonly aSuivant: boolean;
  readonly aPrecedent: boolean;
};

/** Above this, how many there are is not said. */
export const constatsComptesMax = 10_000;

export type Comptage = {
  readonly nombre: NombreBorne;
  /** Counted further than what is said: it decides how they are read. */
  readonly trouves: number;
};

// Reading so many by their identifiers and sorting them takes a tenth of a second; walking an index for what a filter leaves
// of it, when it leaves less than a tenth, may take ten times that.
const rassemblesMax = 50_000;

export async function compterRecherche(
  db: Db,
  recherche: RechercheConstats,
  max = constatsComptesMax,
): Promise<Comptage> {
  const params = new Params();
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from (
       select from constat c where ${conditions(recherche, params)}
       limit ${Math.max(max, rassemblesMax) + 1}) t`,
    params.values,
  );
  const trouves = rows[0]?.n ?? 0;
  return { nombre: nombreBorne(trouves, max), trouves };
}

/** `trouves`: what `compterRecherche` said of the same search. */
export async function listRecherche(
  db: Db,
  recherche: RechercheConstats,
  trouves: number,
  { tri, borne, taille }: PageDemandee,
): Promise<PageConstats> {
  const ordre = ordreDe(recherche, tri, borne?.sens === 'avant');
  const depart = borne && (await findCles(db, ordre, borne.id));
  if (borne && !depart) return { constats: [], aSuivant: false, aPrecedent: false };
  const params = new Params();
  const choix = estRassemblable(recherche, trouves, tri) ? rassembles : parCode;
  const { rows } = await db.query<ConstatRow>(
    `select ${constatColumns} from (${choix(recherche, ordre, depart, taille + 1, params)}) choisi
     join constat c on c.id = choisi.id order by ${ordre.triNomme}`,
    params.values,
  );
  const constats = rows.slice(0, taille).map(toConstat);
  const aPlus = rows.length > taille;
  return borne?.sens === 'avant'
    ? { constats: constats.reverse(), aSuivant: true, aPrecedent: aPlus }
    : { constats, aSuivant: aPlus, aPrecedent: borne !== undefined };
}

function estRassemblable(recherche: RechercheConstats, trouves: number, tri: TriConstats): boolean {
  const { domaine: voulu, typeBal, debutAdresse, ouvertDepuis, ouvertAvant } = recherche;
  const isParAge = tri === 'recents' || tri === 'anciens';
  const isToutesAdresses = tri === 'adresse' && voulu === undefined;
  // What the index of the order does not hold is looked at row by row.
  const isMalServie =
    debutAdresse !== undefined ||
    (!isParAge && !isToutesAdresses && (typeBal ?? ouvertDepuis ?? ouvertAvant) !== undefined);
  return trouves <= (isMalServie ? rassemblesMax : constatsComptesMax);
}

type Cle = { readonly expression: string; readonly type: string };

type Ordre = {
  readonly cles: readonly Cle[];
  readonly comparaison: '<' | '>';
  readonly triExpressions: string;
  readonly triNomme: string;
};

const adresse: Cle = { expression: `coalesce(c.adresse, '')`, type: 'text' };
const domaine: Cle = { expression: 'c.domaine', type: 'text' };
const precision: Cle = { expression: 'c.precision', type: 'text' };
const code: Cle = { expression: 'c.code', type: 'text' };
const age: Cle = { expression: 'c.opened_at', type: 'timestamptz' };
const id: Cle = { expression: 'c.id', type: 'bigint' };

// Each ends with what tells two findings apart, and is, code by code, the order of an index (migrations/0016).
const clesDe: Readonly<Record<TriConstats, readonly Cle[]>> = {
  recents: [age, id],
  anciens: [age, id],
  adresse: [adresse, id],
  domaine: [domaine, adresse, precision, code],
  code: [code, domaine, adresse, precision],
};

function ordreDe(recherche: RechercheConstats, tri: TriConstats, isArriere: boolean): Ordre {
  // Within a domain both are the same order, and this one has an index.
  const cles = clesDe[tri === 'adresse' && recherche.domaine !== undefined ? 'domaine' : tri];
  const isDescendant = (tri === 'recents') !== isArriere;
  const sens = isDescendant ? ' desc' : '';
  return {
    cles,
    comparaison: isDescendant ? '<' : '>',
    triExpressions: cles.map(({ expression }) => expression + sens).join(', '),
    triNomme: cles.map((_, rang) => `cle${rang}${sens}`).join(', '),
  };
}

/** As text, so that not a microsecond is lost; undefined when there is no such finding. */
async function findCles(db: Db, { cles }: Ordre, constatId: number): Promise<string[] | undefined> {
  const { rows } = await db.query<{ cles: string[] }>(
    `select array[${cles.map(({ expression }) => `${expression}::text`).join(', ')}] as cles
     from constat c where c.id = $1::bigint`,
    [constatId],
  );
  return rows[0]?.cles;
}

type Choix = (
  recherche: RechercheConstats,
  ordre: Ordre,
  depart: readonly string[] | undefined,
  limite: number,
  params: Params,
) => string;

/** All that match, found in an index alone, then sorted. */
const rassembles: Choix = (recherche, ordre, depart, limite, params) =>
  `with numero as materialized (
     select c.id from constat c where ${conditions(recherche, params)}),
   trouve as (
     select c.id, ${nommees(ordre)} from numero cross join lateral (
       select o.id, o.code, o.domaine, o.adresse, o.precision, o.opened_at
       from constat o where o.id = numero.id limit 1) c)
   select id, ${ordre.cles.map(nomDe).join(', ')} from trouve ${suite(ordre, depart, params, 'where', nomDe)}
   order by ${ordre.triNomme} limit ${limite}`;

/** The first of each code, out of its index, then the first of all. */
const parCode: Choix = (recherche, ordre, depart, limite, params) =>
  `select premiers.id, ${ordre.cles.map((cle, rang) => `premiers.${nomDe(cle, rang)}`).join(', ')}
   from unnest(${params.add(recherche.codes ?? codesConstat)}::text[]) demande (code)
   cross join lateral (
     select c.id, ${nommees(ordre)} from constat c
     where c.code = demande.code and ${conditions({ ...recherche, codes: undefined }, params)}
       ${suite(ordre, depart, params, 'and', ({ expression }) => expression)}
     order by ${ordre.triExpressions} limit ${limite}) premiers
   order by ${ordre.triNomme} limit ${limite}`;

function nommees({ cles }: Ordre): string {
  return cles
    .map(({ expression }, rang) => `${expression} as ${nomDe(undefined, rang)}`)
    .join(', ');
}

function nomDe(_cle: Cle | undefined, rang: number): string {
  return `cle${rang}`;
}

function suite(
  { cles, comparaison }: Ordre,
  depart: readonly string[] | undefined,
  params: Params,
  mot: 'where' | 'and',
  ecrire: (cle: Cle, rang: number) => string,
): string {
  if (!depart) return '';
  const bornes = cles.map(({ type }, rang) => `${params.add(depart[rang])}::${type}`);
  return `${mot} (${cles.map(ecrire).join(', ')}) ${comparaison} (${bornes.join(', ')})`;
}

/** Only what is asked stands in the text: a plan made once for any value then uses the right index. */
function conditions(recherche: RechercheConstats, params: Params): string {
  const { codes, typeBal, debutAdresse, ouvertDepuis, ouvertAvant } = recherche;
  const parts = ['c.closed_run_id is null'];
  if (codes) parts.push(`c.code = any(${params.add(codes)}::text[])`);
  if (recherche.domaine !== undefined) {
    parts.push(`c.domaine = ${params.add(recherche.domaine)}::text`);
  }
  if (typeBal !== undefined) parts.push(`c.type_bal = ${params.add(typeBal)}::text`);
  if (debutAdresse !== undefined) {
    // Byte by byte (collate "C"): what begins so stands between the beginning and the last that begins so.
    parts.push(`c.adresse >= ${params.add(debutAdresse)}::text`);
    parts.push(`c.adresse < ${params.add(`${debutAdresse}\u{10ffff}`)}::text`);
  }
  if (ouvertDepuis) parts.push(`c.opened_at >= ${params.add(ouvertDepuis)}::timestamptz`);
  if (ouvertAvant) parts.push(`c.opened_at < ${params.add(ouvertAvant)}::timestamptz`);
  return parts.join(' and ');
}

/** The values of a statement, numbered as they are written. */
class Params {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
