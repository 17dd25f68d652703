// The audit trail: each trace is chained to the one before it. docs/journal.md says how to check the chain with other tools.
import { createHash, randomBytes } from 'node:crypto';
import { borner, type ContenuBorne } from '../domain/trace-contenu.js';
import type { NouvelleTrace } from '../domain/trace.js';
import type { Db } from '../db/pool.js';

/**
 * Writes one trace at the end of the chain. `now`: when the action was done. It holds the lock of the chain until `db` commits: call it
 * as the last statement of a short transaction; a long stage records in a transaction of its own, afterwards. Inside a transaction of
 * PostgreSQL stricter than `read committed`, two writers at once make one fail.
 */
export async function recordTrace(db: Db, trace: NouvelleTrace, now: Date): Promise<void> {
  const contenu = borner(trace);
  const sel = randomBytes(16).toString('hex');
  await db.query(insertSql, [
    formatInstant(now),
    trace.action,
    trace.issue,
    hashContenu(sel, contenu),
    sel,
    contenu.auteurGenre,
    contenu.auteurId,
    contenu.auteurNom,
    contenu.objets,
    contenu.posteAdresse,
    contenu.posteAgent,
    contenu.requete,
    contenu.reponse,
    contenu.correlation,
  ]);
}

/** The function of migrations/0019: the program's account may be allowed nothing else. */
const insertSql = `select trace_ajouter($1::text, $2::text, $3::text, $4::bytea, $5::text, $6::text, $7::text,
  $8::text, $9::text[], $10::text, $11::text, $12::text, $13::text, $14::text)`;

/** To the microsecond, as the database gives it back: an altered time must not hide below what a Date holds. */
function formatInstant(at: Date): string {
  return at.toISOString().replace('Z', '000Z');
}

/** Of the contents: SHA-256 of a JSON array of the salt and of the columns, absent ones null. */
export function hashContenu(sel: string, contenu: ContenuBorne): Buffer {
  const parts = [
    sel,
    contenu.auteurGenre,
    contenu.auteurId,
    contenu.auteurNom,
    contenu.objets,
    contenu.posteAdresse,
    contenu.posteAgent,
    contenu.requete,
    contenu.reponse,
    contenu.correlation,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

export type EnteteTrace = {
  readonly sequence: number;
  /** ISO 8601, UTC, to the microsecond. */
  readonly at: string;
  readonly action: string;
  readonly issue: string;
  readonly precedente: Buffer;
  readonly empreinteContenu: Buffer;
};

/** Of a row: what the next one carries as its `precedente`. trace_ajouter computes the same in SQL. */
export function hashEntete(entete: EnteteTrace): Buffer {
  const { sequence, at, action, issue, precedente, empreinteContenu } = entete;
  const text = [
    sequence,
    at,
    action,
    issue,
    precedente.toString('hex'),
    empreinteContenu.toString('hex'),
  ].join('|');
  return createHash('sha256').update(text).digest();
}

export type LienChaine = EnteteTrace & {
  readonly empreinte: Buffer;
  readonly contenu: { readonly sel: string; readonly borne: ContenuBorne } | undefined;
  /** At term, as it says of itself. */
  readonly estEffacee: boolean;
  /** By one of its objects: what searches read was taken away. */
  readonly estIntrouvable: boolean;
};

type LienRow = Omit<ContenuBorne, 'auteurGenre' | 'auteurId'> & {
  readonly [Key in keyof Omit<LienChaine, 'contenu'>]: LienChaine[Key];
} & {
  readonly sel: string | null;
  readonly auteurGenre: ContenuBorne['auteurGenre'] | null;
  readonly auteurId: string | null;
};

/** The rows after `apres`, in order, for a check; whatever was done to them, they are given as they are. */
export async function listLiens(db: Db, apres: bigint, max: number): Promise<LienChaine[]> {
  const { rows } = await db.query<LienRow>(
    `select sequence::float8 as sequence, action, issue, empreinte, empreinte_precedente as precedente,
       to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
       empreinte_contenu as "empreinteContenu", effacee_le is not null as "estEffacee", sel,
       auteur_genre as "auteurGenre", auteur_id as "auteurId", auteur_nom as "auteurNom", objets,
       poste_adresse as "posteAdresse", poste_agent as "posteAgent", requete, reponse, correlation,
       exists (select from unnest(trace.objets) o (objet) where not exists (select from trace_objet x
         where x.objet = o.objet and x.at = trace.at and x.sequence = trace.sequence)) as "estIntrouvable"
     from trace where trace.sequence > $1::bigint order by trace.sequence limit $2::integer`,
    [apres.toString(), max],
  );
  return rows.map(toLien);
}

function toLien({
  sel,
  auteurGenre,
  auteurId,
  estEffacee,
  estIntrouvable,
  ...row
}: LienRow): LienChaine {
  const { sequence, at, action, issue, precedente, empreinteContenu, empreinte } = row;
  const entete = {
    ...{ sequence, at, action, issue, precedente, empreinteContenu, empreinte },
    ...{ estEffacee, estIntrouvable },
  };
  if (sel === null || auteurGenre === null || auteurId === null) {
    return { ...entete, contenu: undefined };
  }
  const { auteurNom, objets, posteAdresse, posteAgent, requete, reponse, correlation } = row;
  const borne = {
    ...{ auteurGenre, auteurId, auteurNom, objets, posteAdresse, posteAgent },
    ...{ requete, reponse, correlation },
  };
  return { ...entete, contenu: { sel, borne } };
}

export type TeteChaine = { readonly sequence: number; readonly empreinte: Buffer };

/** The end of the chain, as its writers left it; undefined when somebody took it away. */
export async function findTete(db: Db): Promise<TeteChaine | undefined> {
  const { rows } = await db.query<TeteChaine>(
    `select sequence::float8 as sequence, empreinte from trace_tete`,
  );
  return rows[0];
}
