// Tells the programs of the opérateur which national sources are late, once for each lateness.
import { publishEvenement } from '../store/evenement.js';
import type { Db } from '../db/pool.js';
import type { SourceStatus } from './status.js';

export async function annoncerRetards(
  db: Db,
  sources: readonly SourceStatus[],
  now: Date,
): Promise<void> {
  for (const one of sources) {
    const { source, label, isEnabled, load, lastRun, freshness } = one;
    // Of a source that nobody ever tried to load, the first extract will tell.
    if (!isEnabled || freshness.kind === 'a-jour' || !lastRun) continue;
    await publishEvenement(
      db,
      {
        type: 'source.en-retard',
        cle: `source.en-retard:${source}:${load?.id ?? 0}`,
        donnees: {
          source,
          libelle: label,
          enServiceDepuis: (load?.genereLe ?? load?.loadedAt)?.toISOString() ?? null,
          ageHeures: freshness.kind === 'en-retard' ? Math.round(freshness.ageHours) : null,
          cause: freshness.cause.slice(0, 500),
        },
      },
      now,
    );
  }
}
