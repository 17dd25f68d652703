// What waits, as families of metrics: operations of the feed, mails and webhooks, demandes.
import type { Db } from '../db/pool.js';
import { etatsDemandeAttendus } from '../domain/demande.js';
import { findChannel } from '../store/feed-channel.js';
import {
  countEcartes,
  findPlusAncienEnvoi,
  mesurerDemandes,
  mesurerEnvois,
  mesurerFile,
  mesurerTentatives,
} from '../store/metriques-files.js';
import { famille, instant, simple, type Etiquettes, type Famille, type Valeur } from './famille.js';

const heureMs = 3_600_000;

/** `now`: what a pause and the last hour are judged at. */
export async function lireEnvois(db: Db, now: Date): Promise<Famille[]> {
  const { stop, pausedUntil } = await findChannel(db);
  const tentatives = await mesurerTentatives(db, new Date(now.getTime() - heureMs));
  return [
    famille('annuaire_sync_envois', parEtat(await mesurerEnvois(db))),
    simple(
      'annuaire_sync_envois_plus_ancien_timestamp_seconds',
      instant(await findPlusAncienEnvoi(db)),
    ),
    famille(
      'annuaire_sync_envois_heure',
      tentatives.map(({ issue, nombre }) => [{ issue }, nombre]),
    ),
    simple('annuaire_sync_canal_arrete', Number(stop !== undefined)),
    simple(
      'annuaire_sync_canal_en_pause',
      Number(pausedUntil !== undefined && pausedUntil.getTime() > now.getTime()),
    ),
  ];
}

export async function lireAvis(db: Db): Promise<Famille[]> {
  const files = [
    { file: 'courriel', etats: await mesurerFile(db, 'avis') },
    { file: 'webhook', etats: await mesurerFile(db, 'evenement_envoi') },
  ];
  return [
    famille(
      'annuaire_sync_avis',
      files.flatMap(({ file, etats }) => parEtat(etats, { file })),
    ),
    famille(
      'annuaire_sync_avis_plus_ancien_timestamp_seconds',
      files.map(({ file, etats }) => [
        { file },
        instant(etats.find(({ etat }) => etat === 'a-envoyer')?.plusAncienLe),
      ]),
    ),
    simple('annuaire_sync_webhooks_ecartes', await countEcartes(db)),
  ];
}

export async function lireDemandes(db: Db, demandesDelai: number): Promise<Famille[]> {
  const demandes = await mesurerDemandes(db);
  const attendues: readonly string[] = etatsDemandeAttendus;
  const depots = demandes
    .filter(({ etat }) => attendues.includes(etat))
    .map(({ plusAncienneLe }) => plusAncienneLe.getTime());
  return [
    famille('annuaire_sync_demandes', parEtat(demandes)),
    simple(
      'annuaire_sync_demandes_plus_ancienne_timestamp_seconds',
      depots.length === 0 ? undefined : Math.min(...depots) / 1_000,
    ),
    simple('annuaire_sync_demandes_delai_seconds', demandesDelai),
  ];
}

function parEtat(
  comptes: readonly { readonly etat: string; readonly nombre: number }[],
  labels: Etiquettes = {},
): Valeur[] {
  return comptes.map(({ etat, nombre }) => [{ ...labels, etat }, nombre]);
}
