// Whether the inventory can be trusted to say that somebody did not come: what stops the whole cycle, in French.
import type { Db } from '../db/pool.js';
import { RefusedError } from '../errors.js';
import { countPer, findReference, type ParcPer } from '../store/hygiene-run.js';
import { findLastRun } from '../store/reconcile-run.js';
import { findLoadInService, listInventaireLoads } from '../store/source-load.js';
import { findDerniersEntiers, listLastRuns } from '../store/source-status.js';
import type { HygieneSettings } from './settings.js';

export type CodeArret =
  | 'INVENTAIRE_INCOMPLET'
  | 'INVENTAIRE_EN_RETARD'
  | 'INVENTAIRE_REFUSE'
  | 'RAPPROCHEMENT_DEPASSE'
  | 'LIEN_IMPOSSIBLE'
  | 'DATES_ABSENTES'
  | 'DATES_PERDUES'
  | 'SUPPRESSIONS';

export type Arret = {
  readonly code: CodeArret;
  /** French: what it is, what to do. */
  readonly message: string;
  /** « --accept » goes on all the same. */
  readonly estLevable: boolean;
};

export type Monde = {
  readonly parc: ParcPer;
  /** Any of these, not lifted: nobody advances. */
  readonly arrets: readonly Arret[];
};

/** @throws RefusedError `HYGIENE_SANS_INVENTAIRE`. */
export async function readMonde(db: Db, settings: HygieneSettings, now: Date): Promise<Monde> {
  const load = await findLoadInService(db, 'inventaire');
  if (!load) {
    throw new RefusedError(
      'HYGIENE_SANS_INVENTAIRE',
      'L’inventaire n’a jamais été importé : lancez « annuaire-sync inventory import FICHIER », puis « annuaire-sync reconcile ».',
    );
  }
  const parc = await countPer(db);
  const arrets = [
    ...(await sourceArrets(db, settings, now)),
    ...(await reconcileArrets(db, load.id)),
    ...dateArrets(parc, await findReference(db), settings),
    ...(settings.lienOpposition ? [] : [lienImpossible]),
  ];
  return { parc, arrets };
}

const lienImpossible: Arret = {
  code: 'LIEN_IMPOSSIBLE',
  message:
    'Le réglage web.urlPublique manque : sans lui, un titulaire prévenu ne pourrait pas s’opposer. Donnez l’adresse du serveur web vue des titulaires.',
  estLevable: false,
};

/** The inventory is as old as the oldest of its sources. */
async function sourceArrets(
  db: Db,
  { inventaires, inventaireAgeMaxHeures }: HygieneSettings,
  now: Date,
): Promise<Arret[]> {
  const [loads, runs] = [await listInventaireLoads(db), await listLastRuns(db)];
  const entiers = await findDerniersEntiers(db);
  const several = inventaires.length > 1;
  return inventaires.flatMap((nom): Arret[] => {
    const qui = several ? `La source « ${nom} » de l’inventaire` : 'L’inventaire';
    const load = loads.find(({ inventaireSource }) => inventaireSource === nom);
    const run = runs.find(({ inventaireSource }) => inventaireSource === nom);
    if (!load) {
      const remede = `lancez « annuaire-sync inventory sync ${nom} ».`;
      return [blocking('INVENTAIRE_INCOMPLET', `${qui} n’a jamais été importée : ${remede}`)];
    }
    // A platform that tells events may well not tell who signs in: only its snapshots say who did not.
    const since = entiers.get(nom)?.getTime() ?? 0;
    const ageHeures = (now.getTime() - since) / 3_600_000;
    return [
      ...(ageHeures > inventaireAgeMaxHeures
        ? [enRetard(qui, ageHeures, inventaireAgeMaxHeures)]
        : []),
      ...(run?.outcome === 'refused'
        ? [refuse(several ? `de la source « ${nom} »` : 'de l’inventaire', run.message)]
        : []),
    ];
  });
}

function enRetard(qui: string, ageHeures: number, ageMaxHeures: number): Arret {
  return blocking(
    'INVENTAIRE_EN_RETARD',
    `${qui} a ${Math.floor(ageHeures)} h, au plus ${ageMaxHeures} h sont permises (plan.gardes.inventaireAgeMaxHeures) : ` +
      'un titulaire a pu se connecter depuis. Importez-en un plus récent.',
  );
}

function refuse(quoi: string, message: string | undefined): Arret {
  // The first line says it; the others are its faults, which « inventory import » shows.
  const [debut] = message?.split('\n') ?? [];
  const raison = debut === undefined ? '.' : ` : ${debut}`;
  return blocking(
    'INVENTAIRE_REFUSE',
    `Le dernier import ${quoi} a été refusé${raison} Corrigez cela d’abord.`,
  );
}

async function reconcileArrets(db: Db, loadId: number): Promise<Arret[]> {
  const run = await findLastRun(db);
  if (run?.loads['inventaire'] === loadId) return [];
  return [
    blocking(
      'RAPPROCHEMENT_DEPASSE',
      'Le dernier rapprochement n’a pas vu l’inventaire en service : lancez « annuaire-sync reconcile », puis relancez la commande.',
    ),
  ];
}

// Under as many BAL, a share says nothing.
const perMin = 20;

function dateArrets(
  { perCount, datedCount }: ParcPer,
  reference: ParcPer | undefined,
  { sansDatePartMax, datesPerduesPartMax }: HygieneSettings,
): Arret[] {
  const sansDate = perCount - datedCount;
  const part = perCount === 0 ? 1 : datedCount / perCount;
  const avant =
    !reference || reference.perCount === 0 ? part : reference.datedCount / reference.perCount;
  if (perCount > 0 && (datedCount === 0 || (perCount >= perMin && 1 - part > sansDatePartMax))) {
    return [
      {
        code: 'DATES_ABSENTES',
        message:
          `${sansDate} des ${perCount} BAL PER de l’inventaire n’ont pas de date de dernière authentification : ` +
          'une BAL ne peut être dite inactive sans elle. Complétez l’inventaire, ou relancez avec --accept si c’est exact.',
        estLevable: true,
      },
    ];
  }
  if (avant - part <= datesPerduesPartMax) return [];
  return [
    {
      code: 'DATES_PERDUES',
      message:
        `${percent(part)} des BAL PER ont une date de dernière authentification, contre ${percent(avant)} au passage précédent : ` +
        'l’inventaire semble en avoir perdu. Corrigez-le, ou relancez avec --accept si c’est exact.',
      estLevable: true,
    },
  ];
}

function blocking(code: CodeArret, message: string): Arret {
  return { code, message, estLevable: false };
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
