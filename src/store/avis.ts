// Mails to send: queued by the stages inside their own transactions, sent by « notices send ».
import { isAdresseMail } from '../domain/adresse-mail.js';
import type { EtatEnvoi, NouvelAvis } from '../domain/avis.js';
import type { Db } from '../db/pool.js';

export type Avis = {
  readonly id: number;
  readonly cle: string;
  readonly gabarit: string;
  readonly domaine: string;
  readonly adresse: string | undefined;
  readonly destinataire: string;
  readonly etat: EtatEnvoi;
  readonly tentatives: number;
  readonly prochainEnvoiLe: Date;
  readonly creeLe: Date;
  /** When the mail server accepted it. */
  readonly partiLe: Date | undefined;
  readonly dernierCode: string | undefined;
  /** French. */
  readonly dernierMessage: string | undefined;
  readonly messageId: string;
};

// Statements of bounded size, whatever the caller brings.
const batchMax = 1_000;

/** A notice shows a few values and a short list; more is a mistake of its maker. */
const donneesCharsMax = 65_536;

/**
 * Puts notices in the queue, in the caller's transaction. The same `cle` twice changes nothing. A recipient that no mail can
 * be sent to is kept as `refuse` (ADRESSE_INVALIDE), where a person sees it: it stops nothing. The number queued now.
 */
export async function enqueueAvis(db: Db, avis: readonly NouvelAvis[], now: Date): Promise<number> {
  let queued = 0;
  for (let start = 0; start < avis.length; start += batchMax) {
    queued += await insertAvis(db, avis.slice(start, start + batchMax), now);
  }
  return queued;
}

async function insertAvis(db: Db, avis: readonly NouvelAvis[], now: Date): Promise<number> {
  const isValid = avis.map(({ destinataire }) => isAdresseMail(destinataire));
  const { rowCount } = await db.query(
    `insert into avis (cle, gabarit, domaine, adresse, destinataire, donnees, prochain_envoi_le, cree_le, message_id,
       etat, dernier_code, dernier_message)
     select n.cle, n.gabarit, n.domaine, n.adresse, n.destinataire, n.donnees, coalesce(n.apres, $1::timestamptz),
       $1::timestamptz, 'avis.' || replace(gen_random_uuid()::text, '-', '') || '@' || n.hote,
       case when n.est_valable then 'a-envoyer' else 'refuse' end,
       case when not n.est_valable then 'ADRESSE_INVALIDE' end,
       case when not n.est_valable then 'Aucun courriel ne peut être adressé à ce destinataire : corrigez son adresse, ' ||
         'puis annulez cet avis (« annuaire-sync notices cancel »).' end
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::timestamptz[], $9::text[],
       $10::boolean[]) n (cle, gabarit, domaine, adresse, destinataire, donnees, apres, hote, est_valable)
     on conflict (cle) do nothing`,
    [
      now,
      avis.map(({ cle }) => cle),
      avis.map(({ gabarit }) => gabarit),
      avis.map(({ domaine }) => domaine),
      avis.map(({ adresse }) => adresse ?? null),
      avis.map(({ destinataire }) => destinataire.slice(0, 400)),
      avis.map(storedDonnees),
      avis.map(({ envoyerApres }) => envoyerApres ?? null),
      avis.map(({ domaine }) => hostOf(domaine)),
      isValid,
    ],
  );
  return rowCount ?? 0;
}

function storedDonnees({ cle, donnees }: NouvelAvis): string {
  const text = JSON.stringify(donnees);
  if (text.length > donneesCharsMax) throw new Error(`notice ${cle}: its data is too large`);
  return text.replaceAll('\\u0000', '\\ufffd');
}

/** The right side of the Message-ID. */
function hostOf(domaine: string): string {
  return isAdresseMail(`avis@${domaine}`) ? domaine : 'annuaire-sync.invalid';
}

const columns = `id::float8 as id, cle, gabarit, domaine, adresse, destinataire, etat, tentatives,
  prochain_envoi_le as "prochainEnvoiLe", cree_le as "creeLe", parti_le as "partiLe", dernier_code as "dernierCode",
  dernier_message as "dernierMessage", message_id as "messageId"`;

type AvisRow = Omit<Avis, 'adresse' | 'partiLe' | 'dernierCode' | 'dernierMessage'> & {
  readonly adresse: string | null;
  readonly partiLe: Date | null;
  readonly dernierCode: string | null;
  readonly dernierMessage: string | null;
};

/** Those that exist, in no order. */
export async function findAvis(db: Db, cles: readonly string[]): Promise<Avis[]> {
  const { rows } = await db.query<AvisRow>(
    `select ${columns} from avis where cle = any($1::text[])`,
    [cles],
  );
  return rows.map(toAvis);
}

function toAvis(row: AvisRow): Avis {
  return {
    ...row,
    adresse: row.adresse ?? undefined,
    partiLe: row.partiLe ?? undefined,
    dernierCode: row.dernierCode ?? undefined,
    dernierMessage: row.dernierMessage ?? undefined,
  };
}

/**
 * Gives up notices that did not leave, in the caller's transaction; the number given up. One that is being sent at this very
 * moment is not: look at it again (`findAvis`) when that matters.
 */
export async function cancelAvis(db: Db, cles: readonly string[], now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `update avis set etat = 'annule', annule_le = $2::timestamptz
     where cle = any($1::text[]) and etat in ('a-envoyer', 'refuse', 'abandonne')`,
    [cles, now],
  );
  return rowCount ?? 0;
}
