// The cases of inactivity, with what the inventory in service shows of their BAL.
import type {
  CasSuivi,
  CauseCloture,
  EtatCas,
  RaisonAttente,
  VueInventaire,
} from '../domain/cycle-inactivite.js';
import type { Db } from '../db/pool.js';

export type CasInactivite = CasSuivi & {
  readonly id: number;
  readonly adresse: string;
  readonly domaine: string;
  readonly attente: RaisonAttente | undefined;
  readonly ouvertLe: Date;
  readonly avisCles: readonly string[];
  readonly avisDemandeLe: Date | undefined;
  readonly avisPartiLe: Date | undefined;
  readonly rappelCles: readonly string[];
  readonly decideeLe: Date | undefined;
  readonly closLe: Date | undefined;
  readonly cloture: CauseCloture | undefined;
  readonly conserveeJusqua: Date | undefined;
  readonly auteur: string | undefined;
  readonly motif: string | undefined;
  readonly posteAdresse: string | undefined;
  readonly posteAgent: string | undefined;
};

export type CasVu = CasInactivite & { readonly vue: VueInventaire };

const columns = `k.id::float8 as id, k.adresse, k.domaine, k.etat, k.attente, k.activite_le as "activiteLe",
  k.est_authentification as "estAuthentification", k.limite_le as "limiteLe", k.ouvert_le as "ouvertLe",
  k.avis_cles as "avisCles", k.avis_demande_le as "avisDemandeLe", k.annonce_le as "annonceLe",
  k.avis_parti_le as "avisPartiLe", k.echeance_le as "echeanceLe", k.rappel_cles as "rappelCles",
  k.rappel_le as "rappelLe", k.decidee_le as "decideeLe", k.clos_le as "closLe", k.cloture,
  k.conservee_jusqua as "conserveeJusqua", k.auteur, k.motif, k.poste_adresse as "posteAdresse",
  k.poste_agent as "posteAgent"`;

type Nullable<T> = {
  [Key in keyof T]: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key];
};
type CasRow = Nullable<CasInactivite>;

function toCas(row: CasRow): CasInactivite {
  return {
    ...row,
    attente: row.attente ?? undefined,
    avisDemandeLe: row.avisDemandeLe ?? undefined,
    annonceLe: row.annonceLe ?? undefined,
    avisPartiLe: row.avisPartiLe ?? undefined,
    echeanceLe: row.echeanceLe ?? undefined,
    rappelLe: row.rappelLe ?? undefined,
    decideeLe: row.decideeLe ?? undefined,
    closLe: row.closLe ?? undefined,
    cloture: row.cloture ?? undefined,
    conserveeJusqua: row.conserveeJusqua ?? undefined,
    auteur: row.auteur ?? undefined,
    motif: row.motif ?? undefined,
    posteAdresse: row.posteAdresse ?? undefined,
    posteAgent: row.posteAgent ?? undefined,
  };
}

/** The last sign of life of a line `b` of the inventory, as the rule INACTIVE counts it. */
export const activiteSql = (b: string): string =>
  `coalesce(${b}.derniere_authentification, ${b}.date_creation::timestamp at time zone 'Europe/Paris')`;

type VueRow = {
  readonly estPresente: boolean;
  readonly estPer: boolean;
  readonly vueActiviteLe: Date | null;
  readonly aAuthentification: boolean;
  readonly estConstatee: boolean;
};

const vueSql = `v.*, exists (select from constat c where c.adresse = k.adresse and c.code = 'INACTIVE'
    and c.closed_run_id is null) as "estConstatee"`;

// A closed line still says when its holder last came; it does not say that the BAL exists.
const vueJoin = `cross join lateral (select coalesce(bool_or(b.etat <> 'ferme'), false) as "estPresente",
    coalesce(bool_or(b.type_bal = 'PER' and b.etat <> 'ferme'), false) as "estPer",
    max(${activiteSql('b')}) as "vueActiviteLe",
    coalesce(bool_or(b.derniere_authentification is not null), false) as "aAuthentification"
  from bal_operateur b where b.adresse = k.adresse and b.gone_load_id is null) v`;

function toVu({
  estPresente,
  estPer,
  vueActiviteLe,
  aAuthentification,
  estConstatee,
  ...row
}: CasRow & VueRow): CasVu {
  const activiteLe = vueActiviteLe ?? undefined;
  return {
    ...toCas(row),
    vue: estPresente
      ? { kind: 'presente', estPer, activiteLe, aAuthentification, estConstatee }
      : { kind: 'absente' },
  };
}

/** The open cases after `afterId`, in the order of their numbers; locked until the end of the transaction. */
export async function lockCasOuverts(db: Db, afterId: number, pageMax: number): Promise<CasVu[]> {
  const { rows } = await db.query<CasRow & VueRow>(
    `select ${columns}, ${vueSql} from cas_inactivite k ${vueJoin}
     where k.clos_le is null and k.id > $1::bigint order by k.id limit $2::integer for update of k`,
    [afterId, pageMax],
  );
  return rows.map(toVu);
}

/** Those of these numbers that are still open; locked until the end of the transaction. */
export async function lockCas(db: Db, ids: readonly number[]): Promise<CasVu[]> {
  const { rows } = await db.query<CasRow & VueRow>(
    `select ${columns}, ${vueSql} from cas_inactivite k ${vueJoin}
     where k.clos_le is null and k.id = any($1::bigint[]) order by k.id for update of k`,
    [ids],
  );
  return rows.map(toVu);
}

export async function findCas(db: Db, id: number): Promise<CasInactivite | undefined> {
  const { rows } = await db.query<CasRow>(
    `select ${columns} from cas_inactivite k where k.id = $1::bigint`,
    [id],
  );
  return rows[0] && toCas(rows[0]);
}

/** Every occasion of one BAL, the newest first; at most `max`. */
export async function listCasDe(db: Db, adresse: string, max: number): Promise<CasInactivite[]> {
  const { rows } = await db.query<CasRow>(
    `select ${columns} from cas_inactivite k where k.adresse = $1::text order by k.id desc limit $2::integer`,
    [adresse, max],
  );
  return rows.map(toCas);
}

export type FiltreCas = {
  readonly etats: readonly EtatCas[];
  readonly domaine: string | undefined;
};

/** In the order of what comes first; at most `max`. */
export async function listCas(
  db: Db,
  { etats, domaine }: FiltreCas,
  max: number,
): Promise<CasInactivite[]> {
  const { rows } = await db.query<CasRow>(
    `select ${columns} from cas_inactivite k
     where k.etat = any($1::text[]) and ($2::text is null or k.domaine = $2::text)
     order by coalesce(k.clos_le, k.echeance_le, k.limite_le), k.id limit $3::integer`,
    [etats, domaine ?? null, max],
  );
  return rows.map(toCas);
}

/** How many cases in each state. */
export async function countCas(
  db: Db,
  domaine: string | undefined,
): Promise<ReadonlyMap<EtatCas, number>> {
  const { rows } = await db.query<{ etat: EtatCas; n: number }>(
    `select etat, count(*)::integer as n from cas_inactivite
     where $1::text is null or domaine = $1::text group by etat`,
    [domaine ?? null],
  );
  return new Map(rows.map(({ etat, n }) => [etat, n]));
}

/** Cases that passed to « a-supprimer » since, whatever became of them. */
export async function countDecidees(db: Db, since: Date): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from cas_inactivite where decidee_le > $1::timestamptz`,
    [since],
  );
  return rows[0]?.n ?? 0;
}
