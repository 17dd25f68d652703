// What the search box of the console finds besides professionals by their names (src/store/professionnel.ts).
import type { Db } from '../db/pool.js';

/** True when the BAL is, or was, on one of the two sides. */
export async function isBalConnue(db: Db, adresse: string): Promise<boolean> {
  const on = (table: string, etat: string): string =>
    `exists (select from ${table} where adresse = $1::text and gone_load_id ${etat})`;
  const { rows } = await db.query<{ est: boolean }>(
    `select ${on('bal_annuaire', 'is null')} or ${on('bal_operateur', 'is null')}
       or ${on('bal_annuaire', 'is not null')} or ${on('bal_operateur', 'is not null')} as est`,
    [adresse],
  );
  return rows[0]?.est === true;
}

export type BalTrouvee = {
  readonly adresse: string;
  readonly publiee: boolean;
  readonly hebergee: boolean;
};

/** BAL in service whose address begins so. Both bounds are given: a plan made once for all needs them. */
export async function searchBals(db: Db, debut: string, max: number): Promise<BalTrouvee[]> {
  const { rows } = await db.query<BalTrouvee>(
    `select adresse, bool_or(publiee) as publiee, bool_or(hebergee) as hebergee from (
       (select distinct adresse, true as publiee, false as hebergee from bal_annuaire
        where adresse >= $1::text and adresse < $2::text and gone_load_id is null order by adresse limit $3::integer)
       union all
       (select distinct adresse, false, true from bal_operateur
        where adresse >= $1::text and adresse < $2::text and gone_load_id is null order by adresse limit $3::integer)
     ) bals group by adresse order by adresse limit $3::integer`,
    [debut, `${debut}\u{10ffff}`, max],
  );
  return rows;
}

/** Domains of the white list, or with BAL of ours. */
export async function isDomaineConnu(db: Db, domaine: string): Promise<boolean> {
  const { rows } = await db.query<{ est: boolean }>(
    `select exists (select from domaine_liste_blanche where domaine = $1::text and gone_load_id is null)
       or exists (select from bal_operateur where domaine = $1::text and gone_load_id is null) as est`,
    [domaine],
  );
  return rows[0]?.est === true;
}

/** The RPPS that took the place of an ADELI number. */
export async function findRppsOfAdeli(db: Db, adeli: string): Promise<string | undefined> {
  const { rows } = await db.query<{ rpps: string }>(
    `select rpps from correspondance_adeli where adeli = $1::text and gone_load_id is null order by rpps limit 1`,
    [adeli],
  );
  return rows[0]?.rpps;
}

export type MouvementActivite = {
  readonly genre: 'debut' | 'fin';
  readonly le: Date;
  /** Seen in the first version that we received: it may be older. */
  readonly estPremiere: boolean;
  readonly raisonSociale: string | null;
};

/** When lines of practice of a professional came and went, oldest first. A change of a line is an end and a beginning. */
export async function listMouvementsActivite(db: Db, rpps: string): Promise<MouvementActivite[]> {
  const { rows } = await db.query<MouvementActivite>(
    `with lignes as materialized (
       select first_load_id, gone_load_id, structure_hash from activite
       where identifiant_pp = $1::text and gone_load_id is null
       union all
       (select first_load_id, gone_load_id, structure_hash from activite
        where identifiant_pp = $1::text and gone_load_id is not null order by identifiant_pp limit 200))
     select distinct m.genre, l.loaded_at as le, l.is_full as "estPremiere", s.raison_sociale as "raisonSociale"
     from lignes a
     cross join lateral (values ('debut', a.first_load_id), ('fin', a.gone_load_id)) m (genre, load_id)
     join source_load l on l.id = m.load_id
     left join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null
     order by le limit 200`,
    [rpps],
  );
  return rows;
}

export type ExercantTrouve = {
  readonly identifiant: string;
  readonly nom: string | null;
  readonly prenom: string | null;
};

/** Some of those who practise on a site, by FINESS; a look at an index for each line, `lignesMax` at most. */
export async function listExercants(
  db: Db,
  finess: string,
  max: number,
): Promise<ExercantTrouve[]> {
  const { rows } = await db.query<ExercantTrouve>(
    `select identifiant_pp as identifiant, min(nom_exercice collate "C") as nom,
       min(prenom_exercice collate "C") as prenom
     from (select a.identifiant_pp, a.nom_exercice, a.prenom_exercice
       from (select ligne_hash from structure_exercice where finess_site = $1::text and gone_load_id is null limit 50) s
       join activite a on a.structure_hash = s.ligne_hash and a.gone_load_id is null limit 500) lignes
     where identifiant_pp is not null
     group by identifiant_pp order by nom, prenom, identifiant limit $2::integer`,
    [finess, max],
  );
  return rows;
}
