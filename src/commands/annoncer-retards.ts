// Tells the programs of the opérateur which sources are late, national ones and those of the inventory, once for each lateness.
import type { Freshness } from '../domain/freshness.js';
import { publishEvenement } from '../store/evenement.js';
import type { Db } from '../db/pool.js';
import { causeDuRetard, lastSuccess } from './inventaire-status.js';
import type { Status } from './status.js';

export async function annoncerRetards(
  db: Db,
  {
    sources,
    inventaire,
  }: Pick<Status, 'sources'> & { inventaire: Pick<Status['inventaire'], 'sources'> },
  now: Date,
): Promise<void> {
  for (const { source, label, isEnabled, load, lastRun, freshness } of sources) {
    // Of a source that nobody ever tried to load, the first extract will tell.
    if (!isEnabled || !lastRun) continue;
    const since = load?.genereLe ?? load?.loadedAt;
    const retard = { cle: `${source}:${load?.id ?? 0}`, source, libelle: label, since };
    await publishRetard(db, { ...retard, freshness, cause: causeOf(freshness) }, now);
  }
  for (const one of inventaire.sources) {
    const { nom, type, load, lastRun, freshness } = one;
    // What the settings no longer know is nobody's to load again.
    if (type === undefined || !lastRun) continue;
    const since = lastSuccess(load, lastRun);
    const retard = {
      // The same inventory given again is no new load, and what comes after it is another lateness.
      cle: `inventaire:${nom}:${since?.getTime() ?? 0}`,
      source: 'inventaire',
      nom,
      libelle: `Inventaire « ${nom} »`,
      since,
    };
    await publishRetard(db, { ...retard, freshness, cause: causeDuRetard(one) }, now);
  }
}

type Retard = {
  readonly cle: string;
  readonly source: string;
  /** Of a source of the inventory. */
  readonly nom?: string;
  readonly libelle: string;
  readonly since: Date | undefined;
  readonly freshness: Freshness;
  readonly cause: string;
};

async function publishRetard(
  db: Db,
  { cle, source, nom, libelle, since, freshness, cause }: Retard,
  now: Date,
): Promise<void> {
  if (freshness.kind === 'a-jour') return;
  await publishEvenement(
    db,
    {
      type: 'source.en-retard',
      cle: `source.en-retard:${cle}`,
      donnees: {
        source,
        ...(nom !== undefined && { nom }),
        libelle,
        enServiceDepuis: since?.toISOString() ?? null,
        ageHeures: freshness.kind === 'en-retard' ? Math.round(freshness.ageHours) : null,
        cause: cause.slice(0, 500),
      },
    },
    now,
  );
}

function causeOf(freshness: Freshness): string {
  return freshness.kind === 'a-jour' ? '' : freshness.cause;
}
