// What an administrator looks at before he decides on a demande.
import type { Db } from '../db/pool.js';
import type { CodeConstat } from '../domain/constat.js';
import { parseRpps } from '../domain/identifiers.js';
import { findBalDuTitulaire, listBalsDuTitulaire, type BalDuTitulaire } from './demande-bals.js';
import type { Demande } from './demande.js';
import { findProfessionnel, type Professionnel } from './professionnel.js';

export type PreuvesDemande = {
  /** The BAL as it is now; undefined: it is his no more. */
  readonly bal: BalDuTitulaire | undefined;
  /** His activities and structures; undefined: in no national file. */
  readonly professionnel: Professionnel | undefined;
  /** His other PER, wherever hosted. */
  readonly autresBals: readonly BalDuTitulaire[];
  /** Open constats about the BAL. */
  readonly constats: readonly ConstatDeLaBal[];
  readonly derniereAuthentification: Date | undefined;
};

export type ConstatDeLaBal = {
  readonly id: number;
  readonly code: CodeConstat;
  readonly openedAt: Date;
};

const constatsMax = 20;

export async function readPreuves(
  db: Db,
  { adresse, rpps }: Pick<Demande, 'adresse' | 'rpps'>,
  domaines: readonly string[],
  now: Date,
): Promise<PreuvesDemande> {
  const parsed = parseRpps(rpps);
  const siennes = await listBalsDuTitulaire(db, rpps, domaines);
  const { rows: constats } = await db.query<ConstatDeLaBal>(
    `select id::float8 as id, code, opened_at as "openedAt" from constat
     where adresse = $1::text and closed_run_id is null order by id limit ${constatsMax}`,
    [adresse],
  );
  const { rows } = await db.query<{ le: Date | null }>(
    `select max(derniere_authentification) as le from bal_operateur
     where adresse = $1::text and gone_load_id is null and etat <> 'ferme'`,
    [adresse],
  );
  return {
    bal: await findBalDuTitulaire(db, rpps, domaines, adresse),
    professionnel: parsed && (await findProfessionnel(db, parsed, now)),
    autresBals: siennes.filter((bal) => bal.adresse !== adresse),
    constats,
    derniereAuthentification: rows[0]?.le ?? undefined,
  };
}
