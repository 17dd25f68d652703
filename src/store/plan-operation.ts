// The operations and the retenues of a plan, to be read.
import type { ChampBal, KindOperation } from '../domain/feed-operation.js';
import type { FeedState } from '../domain/feed-state.js';
import type { CodeRetenue, MotifPlan } from '../domain/plan.js';
import type { TypeBal } from '../domain/bal-operateur.js';
import type { Db } from '../db/pool.js';

/** What is published, as far as it is known, of the BAL that an operation is about. */
export type PublicationConnue = {
  readonly typeBal?: string;
  readonly porteur?: string;
  readonly listeRouge?: boolean;
  readonly rang?: number;
  readonly description?: string;
  readonly service?: string;
  readonly responsable?: string;
  readonly typeIdentifiantPp?: string;
  readonly identifiantPp?: string;
  /** extraction, operation (accepted since), presumee (at first sight). */
  readonly connuPar?: string;
};

export type OperationDuPlan = {
  readonly id: string;
  readonly kind: KindOperation;
  readonly state: FeedState;
  readonly domaine: string;
  readonly adresse: string;
  readonly typeBal: TypeBal | undefined;
  readonly porteurKind: string;
  readonly rpps: string | undefined;
  readonly structure: string | undefined;
  readonly listeRouge: boolean;
  readonly rang: number | undefined;
  readonly description: string | undefined;
  readonly service: string | undefined;
  readonly responsable: string | undefined;
  readonly champs: readonly ChampBal[];
  readonly motif: MotifPlan;
  readonly exigence: string;
  readonly publie: PublicationConnue | undefined;
  /** Of a deletion: the address that takes the place of this one. */
  readonly autreAdresse: string | undefined;
  readonly apres: string | undefined;
  readonly proposeeLe: Date;
  readonly decideeLe: Date | undefined;
  readonly decideePar: string | undefined;
  readonly premiereApprobationPar: string | undefined;
};

export type Nullable<T> = {
  [Key in keyof T]: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key];
};

export const operationColumns = `o.id::text as id, o.kind, o.state, o.domaine, o.adresse, o.type_bal as "typeBal",
  o.porteur_kind as "porteurKind", o.rpps, o.structure_id as structure, o.liste_rouge as "listeRouge",
  o.rang, o.description, o.service, o.responsable, o.champs, o.motif, o.exigence,
  o.valeurs -> 'publie' as publie, o.valeurs ->> 'autreAdresse' as "autreAdresse",
  o.apres_id::text as apres, o.created_at as "proposeeLe", o.decided_at as "decideeLe",
  o.decided_by as "decideePar", o.first_approved_by as "premiereApprobationPar"`;

/** Waiting for a decision, or decided and on their way; what failed is among the retenues. */
const duPlan = `o.last_plan_id = $1::integer and o.state in ('planned', 'approved', 'retry', 'sending')
  and ($2::text is null or o.domaine = $2::text)`;

export function toOperation(row: Nullable<OperationDuPlan>): OperationDuPlan {
  return {
    ...row,
    typeBal: row.typeBal ?? undefined,
    rpps: row.rpps ?? undefined,
    structure: row.structure ?? undefined,
    rang: row.rang ?? undefined,
    description: row.description ?? undefined,
    service: row.service ?? undefined,
    responsable: row.responsable ?? undefined,
    publie: row.publie ?? undefined,
    autreAdresse: row.autreAdresse ?? undefined,
    apres: row.apres ?? undefined,
    decideeLe: row.decideeLe ?? undefined,
    decideePar: row.decideePar ?? undefined,
    premiereApprobationPar: row.premiereApprobationPar ?? undefined,
  };
}

export type CompteOperations = {
  readonly kind: KindOperation;
  readonly motif: MotifPlan;
  readonly domaine: string;
  /** decider: nobody decided; seconde: waits for a second person; decidee: approved, not yet answered by the ANS. */
  readonly etape: 'decider' | 'seconde' | 'decidee';
  readonly nombre: number;
};

export async function countOperations(
  db: Db,
  planId: number,
  domaine: string | undefined,
): Promise<CompteOperations[]> {
  const { rows } = await db.query<CompteOperations>(
    `select kind, motif, domaine, case when state <> 'planned' then 'decidee'
         when first_approved_by is not null then 'seconde' else 'decider' end as etape,
       count(*)::integer as nombre
     from feed_operation o where ${duPlan} group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [planId, domaine ?? null],
  );
  return rows;
}

/** Approved by somebody, and no longer wanted as they were when this plan was computed: they were not sent. */
export async function countOvertakenApprovals(
  db: Db,
  planId: number,
  domaine: string | undefined,
): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation o
     where o.state = 'superseded' and o.decided_at is not null
       and o.last_plan_id = (select max(id) from plan where id < $1::integer)
       and ($2::text is null or o.domaine = $2::text)`,
    [planId, domaine ?? null],
  );
  return rows[0]?.n ?? 0;
}

const pageSizeMax = 2_000;

/** Page by page from a cursor: `db` is a client inside a transaction. */
export async function* listOperations(
  db: Db,
  planId: number,
  domaine: string | undefined,
): AsyncGenerator<OperationDuPlan[], void, undefined> {
  await db.query(
    `declare operations no scroll cursor for select ${operationColumns} from feed_operation o where ${duPlan}
     order by o.domaine, o.adresse, o.id`,
    [planId, domaine ?? null],
  );
  for (;;) {
    const { rows } = await db.query<Nullable<OperationDuPlan>>(
      `fetch forward ${pageSizeMax} from operations`,
    );
    if (rows.length === 0) break;
    yield rows.map(toOperation);
  }
  await db.query('close operations');
}

/** The first operations of each kind and reason that wait for a decision. */
export async function listExamples(
  db: Db,
  planId: number,
  domaine: string | undefined,
  perMotifMax: number,
): Promise<OperationDuPlan[]> {
  const { rows } = await db.query<Nullable<OperationDuPlan>>(
    `select * from (select ${operationColumns}, row_number() over (partition by o.kind, o.motif
         order by o.domaine, o.adresse, o.id) as rang_exemple
       from feed_operation o where ${duPlan} and o.state = 'planned') rangees
     where rang_exemple <= $3::integer order by kind, motif, rang_exemple`,
    [planId, domaine ?? null, perMotifMax],
  );
  return rows.map(toOperation);
}

export type Retenue = {
  readonly domaine: string;
  readonly adresse: string;
  readonly kind: KindOperation;
  readonly code: CodeRetenue;
  readonly message: string;
  readonly operation: string | undefined;
};

export const retenueColumns = `r.domaine, r.adresse, r.kind, r.code, r.message, r.operation_id::text as operation`;
const retenueDuPlan = `r.plan_id = $1::integer and ($2::text is null or r.domaine = $2::text)`;

export function toRetenue(row: Nullable<Retenue>): Retenue {
  return { ...row, operation: row.operation ?? undefined };
}

export type CompteRetenues = {
  readonly code: CodeRetenue;
  readonly kind: KindOperation;
  readonly nombre: number;
};

export async function countRetenues(
  db: Db,
  planId: number,
  domaine: string | undefined,
): Promise<CompteRetenues[]> {
  const { rows } = await db.query<CompteRetenues>(
    `select code, kind, count(*)::integer as nombre from plan_retenue r where ${retenueDuPlan}
     group by code, kind order by code, kind`,
    [planId, domaine ?? null],
  );
  return rows;
}

/** Page by page from a cursor: `db` is a client inside a transaction. */
export async function* listRetenues(
  db: Db,
  planId: number,
  domaine: string | undefined,
): AsyncGenerator<Retenue[], void, undefined> {
  await db.query(
    `declare retenues no scroll cursor for select ${retenueColumns} from plan_retenue r where ${retenueDuPlan}
     order by r.code, r.domaine, r.adresse, r.kind`,
    [planId, domaine ?? null],
  );
  for (;;) {
    const { rows } = await db.query<Nullable<Retenue>>(
      `fetch forward ${pageSizeMax} from retenues`,
    );
    if (rows.length === 0) break;
    yield rows.map(toRetenue);
  }
  await db.query('close retenues');
}

export async function listRetenueExamples(
  db: Db,
  planId: number,
  domaine: string | undefined,
  perCodeMax: number,
): Promise<Retenue[]> {
  const { rows } = await db.query<Nullable<Retenue>>(
    `select * from (select ${retenueColumns}, row_number() over (partition by r.code
         order by r.domaine, r.adresse) as rang_exemple
       from plan_retenue r where ${retenueDuPlan}) rangees
     where rang_exemple <= $3::integer order by code, rang_exemple`,
    [planId, domaine ?? null, perCodeMax],
  );
  return rows.map(toRetenue);
}
