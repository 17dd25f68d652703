// Events put in service: staged, judged, compared with what their BAL are, in the transaction of their list.
import type { Client } from '../../db/pool.js';
import type { BalOperateur } from '../../domain/bal-operateur.js';
import type { FauteRecue, VerdictEvenements } from '../../domain/inventaire-recu.js';
import { fautesMontreesMax } from '../../domain/inventaire-recu.js';
import { findInstantaneUs, findRangs, recordRangs } from '../../store/bal-evenement.js';
import {
  beginStaging,
  compareStaging,
  countBals,
  countTouched,
  listConflits,
  listCreationsInterdites,
  lockInventaire,
  putInService,
  stageBals,
  type StagingFigures,
} from '../../store/bal-operateur.js';
import { sumPerdues } from '../../store/inventaire-lot.js';
import { findInventaireLoad, insertLoad, type SourceLoad } from '../../store/source-load.js';
import { describeCreations } from '../apply.js';
import { columnsOfLayout, versionNamed } from '../version.js';
import { replay, type EtatFinal } from './etat-final.js';
import { invalid, originOf, type Work } from './lot.js';

export type Applied = {
  readonly verdict: VerdictEvenements;
  /** BAL that were in service, not closed, and are no longer. */
  readonly perdues: number;
  readonly loadId: number | undefined;
};

export async function applyEvenements(client: Client, work: Work): Promise<Applied> {
  const { lot, lus, settings, now } = work;
  const { nom } = lot.source;
  await client.query(`set local lock_timeout = ${Math.max(1, Math.round(settings.attenteMs))}`);
  await lockInventaire(client);
  const inService = await findInventaireLoad(client, nom);
  if (!inService) return refused('sans-instantane', 'INSTANTANE_ATTENDU', noSnapshot);
  const adresses = [...new Set(lus.evenements.map(({ adresse }) => adresse))];
  const connus = await findRangs(client, nom, adresses);
  const etat = replay(
    lus.evenements,
    new Map(connus.map((connu) => [connu.adresse, connu])),
    await findInstantaneUs(client, nom),
  );
  if (etat.appliques === 0) return applied(work, etat, { avertissements: lus.avertissements });
  const touched = [...etat.bals.keys()];
  await beginStaging(client);
  await stageBals(client, stream([...etat.bals.values()].flat()));
  const conflits = await findConflits(client, work);
  if (conflits.nombre > 0)
    return { verdict: invalid(conflits.fautes, conflits.nombre), perdues: 0, loadId: undefined };
  const figures = await compareStaging(client, nom, touched);
  const excess = await findExcess(client, work, figures);
  if (excess !== undefined) return refused('garde', 'INVENTAIRE_SUPPRESSIONS', excess);
  const avertissements = [
    ...lus.avertissements,
    ...describeCreations(await listCreationsInterdites(client)),
  ];
  const rangs = [...etat.rangs].map(([adresse, rang]) => ({ adresse, ...rang }));
  await recordRangs(client, nom, rangs, now);
  if (figures.added + figures.gone + figures.refreshed === 0)
    return applied(work, etat, { avertissements });
  const bals = await countTouched(client, nom);
  const loadId = await insertLoad(client, loadOf(work, inService, figures, avertissements));
  await putInService(client, nom, loadId, false);
  return applied(work, etat, { avertissements, bals, loadId, perdues: figures.balsLost });
}

const noSnapshot =
  'Cette source n’a pas encore d’inventaire : envoyez d’abord un instantané complet (PUT), que les événements suivront.';

function refused(kind: 'garde' | 'sans-instantane', code: string, message: string): Applied {
  const probleme = { code, message, fautes: [], nombreFautes: 0 };
  return { verdict: { kind, probleme }, perdues: 0, loadId: undefined };
}

type Outcome = {
  readonly avertissements: readonly string[];
  readonly bals?: {
    readonly creees: number;
    readonly modifiees: number;
    readonly supprimees: number;
  };
  readonly loadId?: number;
  readonly perdues?: number;
};

function applied({ lus }: Work, etat: EtatFinal, outcome: Outcome): Applied {
  const { avertissements, bals, loadId, perdues = 0 } = outcome;
  const compte = {
    evenements: lus.evenements.length,
    appliques: etat.appliques,
    perimes: etat.perimes,
    balsCreees: bals?.creees ?? 0,
    balsModifiees: bals?.modifiees ?? 0,
    balsSupprimees: bals?.supprimees ?? 0,
  };
  const verdict = { kind: 'applique', chargement: loadId, compte, avertissements } as const;
  return { verdict, perdues, loadId };
}

// eslint-disable-next-line @typescript-eslint/require-await -- what the copy reads is a stream
async function* stream(bals: readonly BalOperateur[]): AsyncGenerator<readonly BalOperateur[]> {
  yield bals;
}

/** Each event about a BAL that another source has in service. */
async function findConflits(
  client: Client,
  { lot, lus }: Work,
): Promise<{ readonly fautes: readonly FauteRecue[]; readonly nombre: number }> {
  const { nombre, premiers } = await listConflits(client, lot.source.nom);
  const sources = new Map(premiers.map(({ adresse, source }) => [adresse, source]));
  const fautes = lus.evenements.flatMap(({ adresse }, evenement) => {
    const autre = sources.get(adresse);
    const message = `la source d’inventaire « ${autre ?? ''} » a cette adresse en service`;
    const code = 'ADRESSE_AUTRE_SOURCE';
    return autre === undefined ? [] : [{ evenement, champ: 'adresse', code, message }];
  });
  return { fautes: fautes.slice(0, fautesMontreesMax), nombre: Math.max(nombre, fautes.length) };
}

/** French, when events would take more BAL away over the window than the settings let them. */
async function findExcess(
  client: Client,
  { lot, settings, now }: Work,
  { balsLost }: StagingFigures,
): Promise<string | undefined> {
  const { fenetreHeures, suppressionsPartMax, suppressionsPlancher } = settings.garde;
  if (balsLost === 0) return undefined;
  const since = new Date(now.getTime() - fenetreHeures * 3_600_000);
  const earlier = await sumPerdues(client, lot.source.nom, since);
  if (earlier + balsLost <= suppressionsPlancher) return undefined;
  const base = (await countBals(client, lot.source.nom)) + earlier;
  const limit = Math.max(suppressionsPlancher, Math.floor(base * suppressionsPartMax));
  if (earlier + balsLost <= limit) return undefined;
  return (
    `Les événements supprimeraient ou fermeraient ${balsLost} BAL, après ${earlier} depuis ${fenetreHeures} h : ` +
    `la limite est de ${limit} sur ${base}. Rien n’a été appliqué. Si c’est juste, envoyez un instantané complet (PUT), ` +
    'qu’un administrateur acceptera, ou étalez les suppressions.'
  );
}

function loadOf(
  { lot, lus, empreinte }: Work,
  inService: SourceLoad,
  { added, gone }: StagingFigures,
  warnings: readonly string[],
): Parameters<typeof insertLoad>[1] {
  const columns = new Set<string>([...columnsOfLayout(inService.layout), ...lus.columns]);
  return {
    source: 'inventaire',
    inventaireSource: lot.source.nom,
    version: versionNamed(lot.source.nom, empreinte.toString('hex')),
    genereLe: undefined,
    origin: originOf(lot),
    sizeBytes: lot.content.length,
    // A snapshot without a column that an event has filled would empty it: its guard must know.
    layout: `evenements|${[...columns].join(',')}`,
    // What is in service is still the snapshot, but for these lines: what it left out is still out.
    lineCount: Math.max(0, inService.lineCount + added - gone),
    rejectedCount: inService.rejectedCount,
    duplicateCount: inService.duplicateCount,
    addedCount: added,
    goneCount: gone,
    isFull: false,
    warnings,
  };
}
