// A mail as its sender takes it, at the pace that all senders keep together.
import type { DonneesAvis, EtatEnvoi } from '../domain/avis.js';
import type { Db } from '../db/pool.js';
import { prendre, type Pris, type PriseRequest } from './file-envoi.js';

/** What a mail is made of. */
export type AvisAEnvoyer = {
  readonly id: number;
  readonly cle: string;
  readonly gabarit: string;
  readonly domaine: string;
  readonly adresse: string | undefined;
  readonly destinataire: string;
  readonly donnees: DonneesAvis;
  readonly messageId: string;
};

export type PriseAvis =
  | { readonly kind: 'pris'; readonly pris: Pris; readonly avis: AvisAEnvoyer }
  | { readonly kind: 'rien' }
  /** As many have left within a minute as may. */
  | { readonly kind: 'debit'; readonly jusqua: Date };

const minuteMs = 60_000;

/** `db` is inside a transaction. With a pace, claims happen one after the other. */
export async function prendreAvis(
  db: Db,
  request: PriseRequest,
  debitParMinute: number,
): Promise<PriseAvis> {
  if (debitParMinute > 0) {
    const jusqua = await findDebitJusqua(db, request.now, debitParMinute);
    if (jusqua) return { kind: 'debit', jusqua };
  }
  const pris = await prendre(db, 'avis', request);
  if (!pris) return { kind: 'rien' };
  const [avis] = await listAvisAEnvoyer(db, [pris.id]);
  if (!avis) throw new Error(`avis ${pris.id} was claimed and is not there`);
  return { kind: 'pris', pris, avis };
}

/** When the pace allows another one; undefined: now. */
async function findDebitJusqua(
  db: Db,
  now: Date,
  debitParMinute: number,
): Promise<Date | undefined> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1::text, 0))`, [
    'annuaire-sante-sync:avis:debit',
  ]);
  const since = new Date(now.getTime() - minuteMs);
  const { rows } = await db.query<{ le: Date }>(
    `select derniere_tentative_le as le from avis where derniere_tentative_le > $1::timestamptz
     order by derniere_tentative_le desc offset $2::integer limit 1`,
    [since, debitParMinute - 1],
  );
  return rows[0] && new Date(rows[0].le.getTime() + minuteMs);
}

const aEnvoyerColumns = `id::float8 as id, cle, gabarit, domaine, adresse, destinataire, donnees, message_id as "messageId"`;

type AEnvoyerRow = Omit<AvisAEnvoyer, 'adresse'> & { readonly adresse: string | null };

async function listAvisAEnvoyer(db: Db, ids: readonly number[]): Promise<AvisAEnvoyer[]> {
  const { rows } = await db.query<AEnvoyerRow>(
    `select ${aEnvoyerColumns} from avis where id = any($1::bigint[]) order by id`,
    [ids],
  );
  return rows.map((row) => ({ ...row, adresse: row.adresse ?? undefined }));
}

/** What would be sent now, in order, a page at a time; nothing is taken. */
export async function listAvisDus(
  db: Db,
  now: Date,
  apres: { readonly le: Date; readonly id: number } | undefined,
  max: number,
): Promise<(AvisAEnvoyer & { readonly prochainEnvoiLe: Date })[]> {
  const { rows } = await db.query<AEnvoyerRow & { readonly prochainEnvoiLe: Date }>(
    `select ${aEnvoyerColumns}, prochain_envoi_le as "prochainEnvoiLe" from avis
     where etat = 'a-envoyer' and prochain_envoi_le <= $1::timestamptz
       and ($2::timestamptz is null or (prochain_envoi_le, id) > ($2::timestamptz, $3::bigint))
     order by prochain_envoi_le, id limit $4::integer`,
    [now, apres?.le ?? null, apres?.id ?? null, max],
  );
  return rows.map((row) => ({ ...row, adresse: row.adresse ?? undefined }));
}

export type AvisListe = {
  readonly id: number;
  readonly etat: EtatEnvoi;
  readonly gabarit: string;
  readonly domaine: string;
  readonly destinataire: string;
  readonly creeLe: Date;
  readonly prochainEnvoiLe: Date | undefined;
  readonly partiLe: Date | undefined;
  readonly tentatives: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
};

export type AvisDetail = AvisListe & {
  readonly cle: string;
  readonly adresse: string | undefined;
  readonly donnees: DonneesAvis;
  readonly doutes: number;
  readonly messageId: string;
  readonly annuleLe: Date | undefined;
  readonly envoyeur: string | undefined;
};

type Nullable<T> = {
  [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K];
};

export type FiltreAvis = {
  readonly etats: readonly EtatEnvoi[];
  readonly domaine: string | undefined;
  readonly code: string | undefined;
  readonly max: number;
};

const listColumns = `id::float8 as id, etat, gabarit, domaine, destinataire, cree_le as "creeLe",
  case when etat = 'a-envoyer' then prochain_envoi_le end as "prochainEnvoiLe", parti_le as "partiLe", tentatives,
  dernier_code as code, dernier_message as message`;

/** The latest first. */
export async function listAvis(db: Db, filtre: FiltreAvis): Promise<AvisListe[]> {
  const { rows } = await db.query<Nullable<AvisListe>>(
    `select ${listColumns} from avis
     where etat = any($1::text[]) and ($2::text is null or domaine = $2::text)
       and ($3::text is null or dernier_code = $3::text)
     order by id desc limit $4::integer`,
    [filtre.etats, filtre.domaine ?? null, filtre.code ?? null, filtre.max],
  );
  return rows.map(toListe);
}

export async function findAvisDetail(db: Db, id: number): Promise<AvisDetail | undefined> {
  const { rows } = await db.query<Nullable<AvisDetail>>(
    `select ${listColumns}, cle, adresse, donnees, doutes, message_id as "messageId", annule_le as "annuleLe", envoyeur
     from avis where id = $1::bigint`,
    [id],
  );
  const row = rows[0];
  return (
    row && {
      ...row,
      ...toListe(row),
      adresse: row.adresse ?? undefined,
      annuleLe: row.annuleLe ?? undefined,
      envoyeur: row.envoyeur ?? undefined,
    }
  );
}

function toListe<T extends Nullable<AvisListe>>(row: T) {
  return {
    ...row,
    prochainEnvoiLe: row.prochainEnvoiLe ?? undefined,
    partiLe: row.partiLe ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  };
}
