// A source that the settings no longer know: its lines leave the service, or pass to another source.
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { limitStatement } from '../db/silence.js';
import { gardienDesDomaines, type SourceInventaire } from '../domain/source-inventaire.js';
import { AppError, RefusedError, UsageError } from '../errors.js';
import { deleteRangs, moveRangs } from '../store/bal-evenement.js';
import {
  applyStaging,
  beginStaging,
  compareStaging,
  lockInventaire,
} from '../store/bal-operateur.js';
import { insertMovedLoad, listDomainesEnService, moveLignes } from '../store/inventaire-parts.js';
import { finishRun, insertLoad, startRun, versionRetrait } from '../store/source-load.js';

export type DropResult = { readonly source: string; readonly balCount: number };

/**
 * Takes every line of the source out of service; the history stays.
 *
 * @throws RefusedError `INVENTAIRE_REDUIT` when BAL would disappear and nobody answers for it.
 */
export async function dropSource(
  pool: Pool,
  nom: string,
  acceptedBy: string | undefined,
): Promise<DropResult> {
  return alone(pool, [nom], () =>
    transaction(pool, async (client) => {
      await beginStaging(client);
      await lockInventaire(client);
      const { gone, balsBefore } = await compareStaging(client, nom);
      if (gone === 0) throw nothingInService(nom);
      if (balsBefore > 0 && acceptedBy === undefined)
        throw new RefusedError(
          'INVENTAIRE_REDUIT',
          `Rien n’a été changé : ${balsBefore} BAL en service disparaîtraient avec la source « ${nom} ». ` +
            'Si elles n’existent plus, relancez avec --accept ; si une autre source les tient désormais, « annuaire-sync inventory transfer ».',
        );
      await recordDrop(client, nom, gone, acceptedBy);
      return { source: nom, balCount: balsBefore };
    }),
  );
}

async function recordDrop(
  client: Client,
  nom: string,
  gone: number,
  acceptedBy: string | undefined,
): Promise<void> {
  const runId = await startRun(client, 'inventaire', nom);
  const origin = 'inventory drop';
  const loadId = await insertLoad(client, {
    source: 'inventaire',
    inventaireSource: nom,
    version: versionRetrait,
    genereLe: undefined,
    origin,
    sizeBytes: 0,
    layout: '',
    lineCount: 0,
    rejectedCount: 0,
    duplicateCount: 0,
    addedCount: 0,
    goneCount: gone,
    isFull: false,
    warnings: [],
  });
  await applyStaging(client, nom, loadId, false);
  // Were it declared again, its first snapshot would be kept from bringing back what these events told.
  await deleteRangs(client, nom);
  const acceptedGuards = acceptedBy === undefined ? [] : [`INVENTAIRE_REDUIT (${acceptedBy})`];
  const end = {
    outcome: 'loaded',
    version: versionRetrait,
    origin,
    loadId,
    acceptedGuards,
  } as const;
  await finishRun(client, runId, end);
}

export type TransferResult = {
  readonly source: string;
  readonly vers: string;
  readonly domaines: readonly string[];
  readonly balCount: number;
};

/**
 * Gives the lines in service of `ancienne` to `nouvelle`, whose domains they are; of `voulus` only, when they are told. No
 * BAL disappears and none is new for it.
 */
export async function transferSource(
  pool: Pool,
  ancienne: string,
  nouvelle: SourceInventaire,
  voulus: readonly string[],
): Promise<TransferResult> {
  if (ancienne === nouvelle.nom)
    throw new UsageError('SOURCE_IDENTIQUE', 'L’ancienne et la nouvelle source ont le même nom.');
  return alone(pool, [ancienne, nouvelle.nom].sort(), () =>
    transaction(pool, async (client) => {
      await limitStatement(client, 0);
      await lockInventaire(client);
      const enService = await listDomainesEnService(client, ancienne);
      if (enService.length === 0) throw nothingInService(ancienne);
      const domaines = chooseDomaines(ancienne, nouvelle, enService, voulus);
      const balCount = await moveLignes(client, ancienne, nouvelle.nom, domaines);
      await moveRangs(client, ancienne, nouvelle.nom, domaines);
      const origin = `inventory transfer ${ancienne} ${nouvelle.nom}`;
      await insertMovedLoad(client, nouvelle.nom, ancienne, origin);
      await insertMovedLoad(client, ancienne, ancienne, origin);
      return { source: ancienne, vers: nouvelle.nom, domaines, balCount };
    }),
  );
}

function chooseDomaines(
  ancienne: string,
  nouvelle: SourceInventaire,
  enService: readonly string[],
  voulus: readonly string[],
): readonly string[] {
  const refuser = gardienDesDomaines(nouvelle);
  for (const domaine of voulus) {
    const reason = enService.includes(domaine)
      ? refuser(domaine)
      : `« ${ancienne} » n’a rien en service sous ${domaine}`;
    if (reason !== undefined)
      throw new UsageError('DOMAINE_AUTRE_SOURCE', `Attendu : ${reason}. Rien n’a été changé.`);
  }
  const possibles = enService.filter((domaine) => refuser(domaine) === undefined);
  if (possibles.length === 0)
    throw new UsageError(
      'DOMAINE_AUTRE_SOURCE',
      `Aucun domaine de « ${ancienne} » (${enService.slice(0, 5).join(', ')}) n’appartient à « ${nouvelle.nom} » : ` +
        'déclarez-les d’abord dans ses « domaines ».',
    );
  return voulus.length === 0 ? possibles : voulus;
}

function nothingInService(nom: string): UsageError {
  return new UsageError(
    'SOURCE_SANS_LIGNE',
    `La source d’inventaire « ${nom} » n’a aucune ligne en service.`,
  );
}

/** While no import of these sources is at work. */
async function alone<T>(pool: Pool, noms: readonly string[], work: () => Promise<T>): Promise<T> {
  const [first, ...others] = noms;
  if (first === undefined) return work();
  const locked = await withAdvisoryLock(pool, `source:inventaire:${first}`, () =>
    alone(pool, others, work),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'INVENTAIRE_OCCUPE',
    `Un import de la source d’inventaire « ${first} » est en cours sur cette base : attendez qu’il finisse, puis relancez.`,
  );
}
