// Look-ups served: counts by day, and the sample that a setting may ask for.
import type { Consultation } from '../domain/consultation.js';
import type { Db } from '../db/pool.js';

export type CompteConsultations = Pick<
  Consultation,
  'interface' | 'compte' | 'operation' | 'resultat' | 'entrees'
> & {
  /** aaaa-mm-jj, Europe/Paris. */
  readonly jour: string;
  readonly nombre: number;
};

/** Adds to what the day has. The keys are in order: two processes that write at once do not wait for each other in a circle. */
export async function ajouterConsultations(
  db: Db,
  comptes: readonly CompteConsultations[],
): Promise<void> {
  await db.query(
    `insert into consultation_compte as c (jour, interface, compte, operation, resultat, nombre, entrees)
     select jour, interface, compte, operation, resultat, nombre, entrees
     from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
       n (jour, interface, compte, operation, resultat, nombre, entrees)
     order by jour, interface, compte, operation, resultat
     on conflict (jour, interface, compte, operation, resultat) do update set nombre = c.nombre + excluded.nombre,
       entrees = c.entrees + excluded.entrees`,
    [
      comptes.map(({ jour }) => jour),
      comptes.map((compte) => compte.interface),
      comptes.map(({ compte }) => compte.slice(0, 200)),
      comptes.map(({ operation }) => operation.slice(0, 60)),
      comptes.map(({ resultat }) => resultat.slice(0, 20)),
      comptes.map(({ nombre }) => nombre),
      comptes.map(({ entrees }) => entrees),
    ],
  );
}

export type ConsultationGardee = Omit<Consultation, 'demande'> & {
  readonly at: Date;
  readonly demande: string;
};

export async function insertEchantillon(
  db: Db,
  gardees: readonly ConsultationGardee[],
): Promise<void> {
  await db.query(
    `insert into consultation_echantillon (at, interface, compte, adresse, agent, operation, demande, resultat, entrees, duree_ms)
     select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::integer[], $10::integer[])`,
    [
      gardees.map(({ at }) => at),
      gardees.map((gardee) => gardee.interface),
      gardees.map(({ compte }) => compte.slice(0, 200)),
      gardees.map(({ adresse }) => adresse.slice(0, 100)),
      gardees.map(({ agent }) => agent?.slice(0, 300) ?? null),
      gardees.map(({ operation }) => operation.slice(0, 60)),
      gardees.map(({ demande }) => demande.slice(0, 1_000)),
      gardees.map(({ resultat }) => resultat.slice(0, 20)),
      gardees.map(({ entrees }) => entrees),
      gardees.map(({ dureeMs }) => Math.round(dureeMs)),
    ],
  );
}

/** In the order of the days, all accounts together. `jour` between both, included. */
export async function listConsultations(
  db: Db,
  { premierJour, dernierJour }: { readonly premierJour: string; readonly dernierJour: string },
): Promise<Omit<CompteConsultations, 'compte'>[]> {
  const { rows } = await db.query<Omit<CompteConsultations, 'compte'>>(
    `select to_char(jour, 'YYYY-MM-DD') as jour, interface, operation, resultat,
       sum(nombre)::float8 as nombre, sum(entrees)::float8 as entrees
     from consultation_compte where jour between $1::date and $2::date
     group by consultation_compte.jour, interface, operation, resultat
     order by consultation_compte.jour, interface, operation, resultat`,
    [premierJour, dernierJour],
  );
  return rows;
}

/** `aaaa-mm-jj`; undefined while nothing was counted. */
export async function findPremierJourConsultation(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ jour: string | null }>(
    `select to_char(min(jour), 'YYYY-MM-DD') as jour from consultation_compte`,
  );
  return rows[0]?.jour ?? undefined;
}
