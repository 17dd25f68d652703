// `inventory accept`: an administrator answers for a snapshot that a guard refused.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { withAdvisoryLock } from '../../db/advisory-lock.js';
import type { Pool } from '../../db/pool.js';
import type { ImportRecu } from '../../domain/inventaire-recu.js';
import { AppError, RefusedError, UsageError } from '../../errors.js';
import type { Progress } from '../../progress.js';
import { findImport, finishImport, isOutdated } from '../../store/inventaire-import.js';
import type { ImportResult } from '../import-result.js';
import { discard, endOfResult, importContenu, type SourceHttp } from './instantane.js';
import { lockOf } from './push.js';

export type AcceptOptions = {
  readonly sources: readonly SourceHttp[];
  /** Folder of the kept files. */
  readonly folder: string;
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly acceptedBy: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly now: Date;
};

/** Throws UsageError, RefusedError, and what an import does. */
export async function acceptImport(
  pool: Pool,
  id: number,
  options: AcceptOptions,
): Promise<ImportResult> {
  const recu = await findImport(pool, id);
  if (recu?.fichier === undefined)
    throw new UsageError(
      'RIEN_A_ACCEPTER',
      `L’import n° ${id} n’attend pas d’être accepté : « annuaire-sync inventory accept » dit lesquels attendent.`,
    );
  const locked = await withAdvisoryLock(pool, lockOf(recu.source), () =>
    accept(pool, recu, join(options.folder, recu.fichier ?? ''), options),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'INVENTAIRE_OCCUPE',
    `Un instantané de la source « ${recu.source} » est en cours d’import : attendez qu’il finisse, puis relancez.`,
  );
}

async function accept(
  pool: Pool,
  recu: ImportRecu,
  path: string,
  options: AcceptOptions,
): Promise<ImportResult> {
  const { acceptedBy, now, sources, ...conditions } = options;
  const source = sources.find(({ nom }) => nom === recu.source);
  if (!source)
    throw new UsageError(
      'SOURCE_INCONNUE',
      `La source « ${recu.source} » n’est plus une source http des réglages (inventaire.sources).`,
    );
  if (await isOutdated(pool, recu))
    throw new RefusedError(
      'INSTANTANE_DEPASSE',
      `L’instantané n° ${recu.id} n’est plus le dernier de « ${recu.source} » : un plus récent est en service. Rien n’a été changé.`,
    );
  if ((await sha256Of(path)) !== recu.sha256)
    throw new AppError(
      'FICHIER_ALTERE',
      `${path} manque, ou n’est plus ce qui a été reçu : faites renvoyer l’instantané. Rien n’a été changé.`,
    );
  const contenu = {
    ...recu,
    path,
    source,
    origin: `instantané n° ${recu.id}, accepté par ${acceptedBy}`,
  };
  const result = await importContenu(pool, contenu, {
    ...conditions,
    now,
    acceptedBy,
    conseil: '',
  });
  const end = { ...endOfResult(result), acceptePar: acceptedBy };
  await finishImport(pool, recu.id, end, now);
  await discard(path);
  return result;
}

async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
