// The queue of what leaves, mails (avis) and webhooks (evenement_envoi) alike: rows are claimed for a while, then settled by
// whoever claimed them. Both tables have the columns that are used here.
import type { EtatEnvoi } from '../domain/avis.js';
import type { Db } from '../db/pool.js';

export type FileEnvoi = 'avis' | 'evenement_envoi';

export type Pris = {
  readonly id: number;
  /** Names the claim: only it settles the row. */
  readonly prise: string;
  /** Ended before this one. */
  readonly tentatives: number;
  readonly doutes: number;
  readonly premiereTentativeLe: Date;
};

export type PriseRequest = {
  readonly prise: string;
  readonly now: Date;
  readonly bailJusqua: Date;
  /** Of webhooks: the endpoint. */
  readonly point?: string | undefined;
};

/** The one that has waited the longest, if any is due. Two claims at once never take the same. */
export async function prendre(
  db: Db,
  file: FileEnvoi,
  request: PriseRequest,
): Promise<Pris | undefined> {
  const { rows } = await db.query<Omit<Pris, 'prise'>>(
    `update ${file} set etat = 'en-envoi', envoyeur = $1::text, bail_jusqua = $3::timestamptz,
       premiere_tentative_le = coalesce(premiere_tentative_le, $2::timestamptz), derniere_tentative_le = $2::timestamptz
     where id = (select id from ${file}
       where etat = 'a-envoyer' and prochain_envoi_le <= $2::timestamptz ${file === 'avis' ? '' : 'and point = $4::text'}
       order by prochain_envoi_le, id limit 1 for update skip locked)
     returning id::float8 as id, tentatives, doutes, premiere_tentative_le as "premiereTentativeLe"`,
    [
      request.prise,
      request.now,
      request.bailJusqua,
      ...(file === 'avis' ? [] : [request.point ?? '']),
    ],
  );
  return rows[0] && { ...rows[0], prise: request.prise };
}

/**
 * Leases that ended without a result: the sender died, perhaps after the other side had accepted. Each is a doubt; beyond
 * `doutesMax`, it is given up. The number of rows.
 */
export async function reprendreBaux(
  db: Db,
  file: FileEnvoi,
  limits: { readonly now: Date; readonly doutesMax: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `update ${file} e set doutes = e.doutes + 1, tentatives = e.tentatives + 1, envoyeur = null, bail_jusqua = null,
       etat = case when e.doutes + 1 > $2::integer then 'abandonne' else 'a-envoyer' end,
       prochain_envoi_le = $1::timestamptz, dernier_code = 'ISSUE_INCONNUE',
       dernier_message = 'L’envoi a été interrompu (programme arrêté) : on ignore s’il a abouti.' ||
         case when e.doutes + 1 > $2::integer then ' Il n’y en aura pas d’autre sans votre décision ' ||
           '(« annuaire-sync notices retry »).' else '' end
     where e.id in (select id from ${file} where etat = 'en-envoi' and bail_jusqua <= $1::timestamptz
       order by id limit 1000 for update skip locked)`,
    [limits.now, limits.doutesMax],
  );
  return rowCount ?? 0;
}

export type Reglement = {
  readonly id: number;
  readonly prise: string;
  readonly etat: Extract<EtatEnvoi, 'parti' | 'refuse' | 'abandonne' | 'a-envoyer'>;
  readonly now: Date;
  /** False when what failed was the way and not what was sent. */
  readonly estComptee: boolean;
  readonly estDoute: boolean;
  /** Of what goes back to the queue. */
  readonly prochainEnvoiLe: Date | undefined;
  readonly code: string;
  readonly message: string;
};

/** False when the lease had ended and somebody else has the row: their result counts. */
export async function regler(db: Db, file: FileEnvoi, reglement: Reglement): Promise<boolean> {
  const { rowCount } = await db.query(
    `update ${file} set etat = $3::text, envoyeur = null, bail_jusqua = null,
       tentatives = tentatives + $5::integer, doutes = doutes + $6::integer,
       parti_le = case when $3::text = 'parti' then $4::timestamptz end,
       prochain_envoi_le = coalesce($7::timestamptz, prochain_envoi_le),
       premiere_tentative_le = case when $5::integer = 0 and tentatives = 0 then null else premiere_tentative_le end,
       dernier_code = $8::text, dernier_message = $9::text
     where id = $1::bigint and etat = 'en-envoi' and envoyeur = $2::text`,
    [
      reglement.id,
      reglement.prise,
      reglement.etat,
      reglement.now,
      reglement.estComptee ? 1 : 0,
      reglement.estDoute ? 1 : 0,
      reglement.prochainEnvoiLe ?? null,
      reglement.code,
      stored(reglement.message),
    ],
  );
  return rowCount === 1;
}

const messageCharsMax = 1_000;

/** As PostgreSQL takes it: bounded, and without what a server may have put in its answer to trouble a terminal. */
function stored(text: string): string {
  return text.replace(/\p{Control}+/gu, ' ').slice(0, messageCharsMax);
}

/** Puts back in the queue what did not leave, as if it had never been tried; the numbers that were. */
export async function renvoyer(
  db: Db,
  file: FileEnvoi,
  ids: readonly number[],
  now: Date,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `update ${file} set etat = 'a-envoyer', prochain_envoi_le = $2::timestamptz, tentatives = 0, doutes = 0,
       premiere_tentative_le = null
     where id = any($1::bigint[]) and etat in ('refuse', 'abandonne', 'a-envoyer')
     returning id::float8 as id`,
    [ids, now],
  );
  return rows.map(({ id }) => id);
}

export async function annuler(
  db: Db,
  file: FileEnvoi,
  ids: readonly number[],
  now: Date,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `update ${file} set etat = 'annule', annule_le = $2::timestamptz
     where id = any($1::bigint[]) and etat in ('refuse', 'abandonne', 'a-envoyer')
     returning id::float8 as id`,
    [ids, now],
  );
  return rows.map(({ id }) => id);
}

export type CompteEtat = {
  readonly etat: EtatEnvoi;
  readonly nombre: number;
  /** When the oldest was queued. */
  readonly plusAncienLe: Date;
};

export async function compterEtats(db: Db, file: FileEnvoi): Promise<CompteEtat[]> {
  const { rows } = await db.query<CompteEtat>(
    `select etat, count(*)::integer as nombre, min(cree_le) as "plusAncienLe" from ${file}
     where etat <> 'parti' group by etat
     union all
     select 'parti', count(*)::integer, min(cree_le) from ${file} where etat = 'parti' having count(*) > 0`,
  );
  return rows;
}

/** When the next one is due or a lease ends; undefined when nothing will be. */
export async function findProchain(
  db: Db,
  file: FileEnvoi,
  points: readonly string[] = [],
): Promise<Date | undefined> {
  const { rows } = await db.query<{ le: Date | null }>(
    `select least(
       (select min(prochain_envoi_le) from ${file} where etat = 'a-envoyer'
          ${file === 'avis' ? '' : 'and point = any($1::text[])'}),
       (select min(bail_jusqua) from ${file} where etat = 'en-envoi'
          ${file === 'avis' ? '' : 'and point = any($1::text[])'})) as le`,
    file === 'avis' ? [] : [points],
  );
  return rows[0]?.le ?? undefined;
}
