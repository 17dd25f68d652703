// What is, and what was, published in the Annuaire; and how it compares in number with the inventory.
import type { Db } from '../db/pool.js';

/** An extraction, by its date. */
export type Extraction = { readonly loadId: number; readonly date: Date };

/** A stretch of time during which a BAL was in every extraction that we received. */
export type Presence = {
  readonly depuis: Extraction;
  /** True when `depuis` is the first extraction that we ever received: the BAL may be older. */
  readonly isDepuisPremiere: boolean;
  readonly derniereVue: Extraction;
  /** The first extraction without it; undefined while it is published. */
  readonly absenteDepuis: Extraction | undefined;
  /** True when extractions are missing between the two: the day it went is not known. */
  readonly isTrou: boolean;
  /** Extractions in which its lines changed while it stayed published. */
  readonly modifications: readonly Extraction[];
};

// The ANS publishes every day: above this, something was not published or not received.
const ecartMaxMs = 36 * 3600 * 1000;

/** The presences of an address, oldest first; none when it was never seen. */
export async function findHistory(db: Db, adresse: string): Promise<Presence[]> {
  const { rows: lignes } = await db.query<{ debut: number; fin: number | null }>(
    // Each side has its index.
    `select first_load_id as debut, gone_load_id as fin from bal_annuaire
     where adresse = $1::text and gone_load_id is null
     union
     select first_load_id, gone_load_id from bal_annuaire
     where adresse = $1::text and gone_load_id is not null order by debut, fin`,
    [adresse.toLowerCase()],
  );
  if (lignes.length === 0) return [];
  const { rows: extractions } = await db.query<Extraction>(
    `select id as "loadId", coalesce(genere_le, loaded_at) as date from source_load
     where source = 'bals' order by id`,
  );
  return mergePresences(lignes, extractions);
}

function mergePresences(
  lignes: readonly { debut: number; fin: number | null }[],
  extractions: readonly Extraction[],
): Presence[] {
  const rangs = new Map(extractions.map((extraction, rang) => [extraction.loadId, rang]));
  const rangDe = (loadId: number): number => rangs.get(loadId) ?? 0;
  const presences: { debut: number; fin: number; bords: Set<number> }[] = [];
  for (const ligne of lignes) {
    const debut = rangDe(ligne.debut);
    const fin = ligne.fin === null ? extractions.length : rangDe(ligne.fin);
    const derniere = presences.at(-1);
    if (derniere && debut <= derniere.fin) {
      derniere.bords.add(debut).add(fin);
      derniere.fin = Math.max(derniere.fin, fin);
    } else {
      presences.push({ debut, fin, bords: new Set([debut, fin]) });
    }
  }
  return presences.flatMap(({ debut, fin, bords }) => {
    const [depuis, derniereVue, absenteDepuis] = [
      extractions[debut],
      extractions[fin - 1],
      extractions[fin],
    ];
    if (!depuis || !derniereVue) return [];
    const modifications = [...bords]
      .filter((rang) => rang > debut && rang < fin)
      .sort((x, y) => x - y)
      .flatMap((rang) => extractions[rang] ?? []);
    const isTrou =
      absenteDepuis !== undefined &&
      absenteDepuis.date.getTime() - derniereVue.date.getTime() > ecartMaxMs;
    return [
      { depuis, isDepuisPremiere: debut === 0, derniereVue, absenteDepuis, isTrou, modifications },
    ];
  });
}

export type BalCount = {
  readonly domaine: string;
  readonly typeBal: string;
  readonly inventaire: number;
  readonly publiees: number;
};

/** BAL per domain and type on both sides, for the domains given and those of the inventory. */
export async function countBals(db: Db, domaines: readonly string[]): Promise<BalCount[]> {
  const { rows } = await db.query<BalCount>(
    `with parc as (
       select domaine, type_bal, count(distinct adresse) as n from bal_operateur
       where gone_load_id is null and etat <> 'ferme' group by domaine, type_bal),
     nos_domaines as (
       select domaine from parc union select unnest($1::text[])),
     publie as (
       select b.domaine, coalesce(b.type_bal, '') as type_bal, count(distinct b.adresse) as n
       from nos_domaines d join bal_annuaire b on b.domaine = d.domaine
       where b.gone_load_id is null group by b.domaine, coalesce(b.type_bal, ''))
     select domaine, type_bal as "typeBal", coalesce(parc.n, 0)::integer as inventaire,
       coalesce(publie.n, 0)::integer as publiees
     from parc full join publie using (domaine, type_bal)
     order by domaine, type_bal`,
    [domaines.map((domaine) => domaine.toLowerCase())],
  );
  return rows;
}
