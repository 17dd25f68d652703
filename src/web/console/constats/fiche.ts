// One finding explained: why it holds, both sides, what it serves, what to do, and when it was seen.
import { catalogueConstats, groupesConstat } from '../../../domain/constat.js';
import { libellesEtat } from '../../../domain/feed-state.js';
import { expliquer } from '../../../domain/constat-explication.js';
import type { Db } from '../../../db/pool.js';
import { comparerCotes } from '../../../report/constat-cotes.js';
import { raconter } from '../../../report/memoire.js';
import { findHistory } from '../../../store/bal-annuaire.js';
import type { ConstatGarde } from '../../../store/constat.js';
import {
  findConstat,
  findDerniereOperation,
  listApparitions,
  listAutresConstats,
} from '../../../store/constat-fiche.js';
import { findLastRun } from '../../../store/reconcile-run.js';
import { PageError } from '../../page/page-error.js';
import type { Page } from '../../page/pages.js';
import { liensDe } from './liens.js';

const numero = /^[0-9]{1,15}$/u;

export async function montrerConstat(db: Db, id: string): Promise<Page> {
  const constat = numero.test(id) ? await findConstat(db, Number(id)) : undefined;
  if (!constat) {
    throw new PageError(
      404,
      'Constat introuvable',
      'Aucun constat n’a ce numéro. Un constat garde le sien même une fois clos : vérifiez l’adresse de la page.',
    );
  }
  const { code, adresse, domaine } = constat;
  const { libelle, exigence, action, groupe } = catalogueConstats[code];
  const run = await findLastRun(db);
  const apparitions = await listApparitions(db, constat);
  const autres = await listAutresConstats(db, constat);
  const operation = adresse === undefined ? undefined : await findDerniereOperation(db, adresse);
  return {
    gabarit: 'console/constats/fiche',
    status: 200,
    titre: libelle,
    donnees: {
      code,
      groupe: groupesConstat.find(({ nom }) => nom === groupe)?.libelle ?? groupe,
      exigence,
      action,
      domaine,
      sujet: adresse ?? domaine,
      typeBal: constat.typeBal,
      explication: expliquer(constat),
      cotes: comparerCotes(constat),
      absences: absences(constat),
      liens: liensDe(constat),
      ...dates(constat, run?.judgedAt),
      apparitions: apparitions.map((un) => ({ ...un, closLe: un.closLe ?? null })),
      memoire: adresse === undefined ? [] : raconter(await findHistory(db, adresse)),
      autres: autres.map((autre) => ({
        id: autre.id,
        libelle: catalogueConstats[autre.code].libelle,
        explication: expliquer(autre),
      })),
      operation: operation && {
        ...operation,
        genre: genres[operation.kind],
        etat: libellesEtat[operation.state],
      },
    },
  };
}

const genres = { insert: 'Publication', replace: 'Modification', delete: 'Suppression' } as const;

function dates(
  { ouvertLe, modifieLe, closLe }: ConstatGarde,
  jugeLe: Date | undefined,
): Readonly<Record<string, Date | undefined>> {
  return {
    ouvertLe,
    modifieLe: modifieLe.getTime() === ouvertLe.getTime() ? undefined : modifieLe,
    closLe,
    // The last reconciliation looked at it again, if only to leave it as it is.
    vuLe: closLe ? undefined : jugeLe,
  };
}

function absences({ valeurs }: ConstatGarde): { operateur: boolean; annuaire: boolean } {
  return { operateur: valeurs['operateur'] === null, annuaire: valeurs['annuaire'] === null };
}
