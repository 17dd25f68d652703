// Everything known of one BAL: what is published, what the inventory says, and what was done about it. Each list is bounded.
import type { EtatEnvoi } from '../domain/avis.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { FeedState } from '../domain/feed-state.js';
import type { Db } from '../db/pool.js';
import { constatColumns, toConstat, type ConstatGarde, type ConstatRow } from './constat.js';

export type LigneBal = {
  readonly typeBal: string | null;
  readonly typeIdentifiantPp: string | null;
  readonly identifiantPp: string | null;
  readonly structureId: string | null;
  readonly service: string | null;
};

export type LignePubliee = LigneBal & {
  readonly adressePubliee: string;
  readonly nom: string | null;
  readonly prenom: string | null;
  readonly profession: string | null;
  readonly savoirFaire: string | null;
  readonly dematerialisation: string | null;
  readonly raisonSociale: string | null;
  readonly codePostal: string | null;
  readonly commune: string | null;
};

export type LigneInventaire = LigneBal & {
  readonly source: string;
  readonly responsable: string | null;
  readonly description: string | null;
  readonly listeRouge: boolean;
  readonly preferee: boolean;
  readonly etat: string;
  /** aaaa-mm-jj. */
  readonly dateCreation: string | null;
  readonly transfertVers: string | null;
  readonly derniereAuthentification: Date | null;
  readonly tailleOctets: number | null;
  readonly quotaOctets: number | null;
};

const lignesMax = 50;

const communes = `type_bal as "typeBal", type_identifiant_pp as "typeIdentifiantPp", identifiant_pp as "identifiantPp",
  structure_id as "structureId", service_rattachement as service`;

export async function listPubliees(db: Db, adresse: string): Promise<LignePubliee[]> {
  const { rows } = await db.query<LignePubliee>(
    `select ${communes}, adresse_publiee as "adressePubliee", nom_exercice as nom, prenom_exercice as prenom,
       coalesce(libelle_profession, libelle_categorie_profession) as profession, libelle_savoir_faire as "savoirFaire",
       dematerialisation, raison_sociale as "raisonSociale", code_postal as "codePostal",
       ligne_acheminement as commune
     from bal_annuaire where adresse = $1::text and gone_load_id is null
     order by structure_id, ligne_hash limit ${lignesMax}`,
    [adresse],
  );
  return rows;
}

export async function listInventoriees(db: Db, adresse: string): Promise<LigneInventaire[]> {
  const { rows } = await db.query<LigneInventaire>(
    `select ${communes}, source_inventaire as source, responsable, description, liste_rouge as "listeRouge", preferee,
       etat, date_creation::text as "dateCreation", transfert_vers as "transfertVers",
       derniere_authentification as "derniereAuthentification", taille_octets::float8 as "tailleOctets",
       quota_octets::float8 as "quotaOctets"
     from bal_operateur where adresse = $1::text and gone_load_id is null
     order by structure_id, ligne_hash limit ${lignesMax}`,
    [adresse],
  );
  return rows;
}

export type MouvementInventaire = {
  readonly genre: 'entree' | 'modification' | 'sortie';
  readonly le: Date;
  /** Of the first load of its source: the BAL may be older. */
  readonly estPremiere: boolean;
};

/** What the loads of the inventory did to it, oldest first. */
export async function listMouvements(db: Db, adresse: string): Promise<MouvementInventaire[]> {
  const { rows } = await db.query<MouvementInventaire>(
    `with lignes as materialized (
       select first_load_id as debut, gone_load_id as fin from bal_operateur
       where adresse = $1::text and gone_load_id is null
       union all
       (select first_load_id, gone_load_id from bal_operateur
        where adresse = $1::text and gone_load_id is not null order by adresse limit 1000)),
     bords as (select debut as load_id from lignes union select fin from lignes where fin is not null)
     select case
         when not exists (select from lignes where debut < b.load_id and (fin is null or fin >= b.load_id)) then 'entree'
         when not exists (select from lignes where debut <= b.load_id and (fin is null or fin > b.load_id)) then 'sortie'
         else 'modification' end as genre,
       l.loaded_at as le, l.is_full as "estPremiere"
     from bords b join source_load l on l.id = b.load_id
     order by b.load_id limit 200`,
    [adresse],
  );
  return rows;
}

/** Of BAL, given by their addresses: the open ones, then the closed ones, the last first. */
export async function listConstatsDe(
  db: Db,
  adresses: readonly string[],
  max: number,
): Promise<ConstatGarde[]> {
  const of = (etat: 'is null' | 'is not null', order: string): string =>
    `(select ${constatColumns} from constat c where c.adresse = any($1::text[]) and c.closed_run_id ${etat}
      order by ${order} limit $2::integer)`;
  const { rows } = await db.query<ConstatRow>(
    `${of('is null', 'c.opened_at desc, c.id desc')} union all ${of('is not null', 'c.closed_at desc, c.id desc')}`,
    [adresses, max],
  );
  return rows.map(toConstat);
}

export type OperationDe = {
  readonly id: number;
  readonly adresse: string;
  readonly kind: KindOperation;
  readonly state: FeedState;
  readonly motif: string;
  readonly creeLe: Date;
  readonly decideeLe: Date | null;
  readonly decideePar: string | null;
  readonly accepteeLe: Date | null;
  readonly confirmeeLe: Date | null;
  readonly message: string | null;
};

export async function listOperationsDe(
  db: Db,
  adresses: readonly string[],
  max: number,
): Promise<OperationDe[]> {
  const { rows } = await db.query<OperationDe>(
    `select id::float8 as id, adresse, kind, state, motif, created_at as "creeLe", decided_at as "decideeLe",
       decided_by as "decideePar", accepted_at as "accepteeLe", confirmed_at as "confirmeeLe", last_message as message
     from feed_operation where adresse = any($1::text[]) order by id desc limit $2::integer`,
    [adresses, max],
  );
  return rows;
}

export type AvisDe = {
  readonly id: number;
  readonly gabarit: string;
  readonly destinataire: string;
  readonly etat: EtatEnvoi;
  readonly creeLe: Date;
  readonly partiLe: Date | null;
};

export async function listAvisDe(db: Db, adresse: string, max: number): Promise<AvisDe[]> {
  const { rows } = await db.query<AvisDe>(
    `select id::float8 as id, gabarit, destinataire, etat, cree_le as "creeLe", parti_le as "partiLe"
     from avis where adresse = $1::text order by id desc limit $2::integer`,
    [adresse, max],
  );
  return rows;
}

export type SuppressionDe = {
  readonly motif: string;
  readonly reference: string;
  readonly decideeLe: Date;
  readonly decideePar: string;
};

/** The deletions decided that still hold. */
export async function listSuppressionsDe(db: Db, adresse: string): Promise<SuppressionDe[]> {
  const { rows } = await db.query<SuppressionDe>(
    `select motif, reference, decided_at as "decideeLe", decided_by as "decideePar" from suppression_decidee
     where adresse = $1::text and withdrawn_at is null order by id desc limit 20`,
    [adresse],
  );
  return rows;
}
