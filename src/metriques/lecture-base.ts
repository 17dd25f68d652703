// What the database tells, as families of metrics. Each look is a dozen statements that read a few rows, or an index.
import type { Db } from '../db/pool.js';
import { codesConstat } from '../domain/constat.js';
import { sourceNames } from '../domain/source.js';
import { findCreationBase, listLisibles } from '../store/etat-base.js';
import { findTete } from '../store/journal.js';
import { listNoeuds } from '../store/noeud.js';
import { mesurerEtapes } from '../store/metriques-etapes.js';
import {
  mesurerInventaires,
  mesurerSources,
  type MesureSource,
} from '../store/metriques-sources.js';
import {
  findDerniereTrace,
  mesurerBase,
  mesurerChiffres,
  mesurerHygiene,
  mesurerPlan,
  mesurerRapprochement,
  mesurerSessions,
} from '../store/metriques-suivi.js';
import { findDerniereVerification } from '../store/statut.js';
import { famille, instant, simple, type Famille, type Valeur } from './famille.js';
import { lireAvis, lireDemandes, lireEnvois } from './lecture-files.js';

/** Of the settings, what the figures are held against; in seconds. */
export type Attentes = {
  /** Of the national sources that are active, by name. */
  readonly sourcesAgeMax: ReadonlyMap<string, number>;
  readonly inventaires: readonly string[];
  readonly inventaireAgeMax: number;
  readonly demandesDelai: number;
};

const heureMs = 3_600_000;
/** A node that was not seen for longer was taken away. */
const noeudOublieMs = 7 * 24 * heureMs;

export async function lireBase(db: Db, attentes: Attentes, now: Date): Promise<Famille[]> {
  // What this account may not read, other nodes tell.
  const lisibles = await listLisibles(db, ['trace', 'session_web']);
  return [
    ...(await lireServeur(db)),
    ...(await lireEtapes(db)),
    ...(await lireNoeuds(db, now)),
    ...(await lireSources(db, attentes)),
    ...(await lireSuivi(db)),
    ...(await lirePlan(db)),
    ...(await lireEnvois(db, now)),
    ...(await lireAvis(db)),
    ...(await lireDemandes(db, attentes.demandesDelai)),
    ...(lisibles.has('trace') ? await lireJournal(db) : []),
    ...(lisibles.has('session_web') ? await lireSessions(db, now) : []),
  ];
}

async function lireSessions(db: Db, now: Date): Promise<Famille[]> {
  const sessions = await mesurerSessions(db, now);
  return [
    famille(
      'annuaire_sync_sessions',
      sessions.map(({ espace, nombre }) => [{ espace }, nombre]),
    ),
  ];
}

async function lireServeur(db: Db): Promise<Famille[]> {
  const base = await mesurerBase(db);
  return [
    simple('annuaire_sync_base_bytes', base?.octets),
    simple('annuaire_sync_base_lecture_seule', base && Number(base.estReplique)),
  ];
}

async function lireEtapes(db: Db): Promise<Famille[]> {
  const etapes = await mesurerEtapes(db);
  const tell = (value: (etape: (typeof etapes)[number]) => number | undefined): Valeur[] =>
    etapes.map((etape) => [{ etape: etape.etape }, value(etape)]);
  return [
    famille(
      'annuaire_sync_etape_passage_timestamp_seconds',
      tell(({ finiLe }) => instant(finiLe)),
    ),
    famille(
      'annuaire_sync_etape_succes_timestamp_seconds',
      tell(({ succesLe }) => instant(succesLe)),
    ),
    famille(
      'annuaire_sync_etape_duree_seconds',
      tell(({ dureeSecondes }) => dureeSecondes ?? undefined),
    ),
    famille(
      'annuaire_sync_etape_issue',
      etapes.flatMap(({ etape, issue }) => (issue === null ? [] : [[{ etape, issue }, 1]])),
    ),
    famille(
      'annuaire_sync_etape_commencee_timestamp_seconds',
      tell(({ commenceLe }) => instant(commenceLe)),
    ),
  ];
}

async function lireNoeuds(db: Db, now: Date): Promise<Famille[]> {
  const connus = await listNoeuds(db, new Date(now.getTime() - noeudOublieMs));
  // One that stopped as it should is missed by nobody.
  const noeuds = connus.filter(({ arreteLe }) => arreteLe === undefined);
  const etapes = noeuds.flatMap(({ etat }) => etat.etapes);
  return [
    famille(
      'annuaire_sync_noeud_vu_timestamp_seconds',
      noeuds.map(({ nom, vuLe }) => [{ noeud: nom }, instant(vuLe)]),
    ),
    famille(
      'annuaire_sync_noeud_service_pret',
      noeuds.flatMap(({ nom: noeud, etat: { services } }) =>
        services.map(({ nom: service, etat }): Valeur => [
          { noeud, service },
          Number(etat === 'pret'),
        ]),
      ),
    ),
    famille(
      'annuaire_sync_etape_prochaine_timestamp_seconds',
      derniersInstants(etapes.map(({ nom, prochaine }) => [nom, prochaine])),
    ),
    famille(
      'annuaire_sync_etape_succes_attendu_timestamp_seconds',
      derniersInstants(etapes.map(({ nom, succesAttenduDepuis }) => [nom, succesAttenduDepuis])),
    ),
  ];
}

/** Of each stage, the latest that a node tells. */
function derniersInstants(
  dits: readonly (readonly [etape: string, instant: string | undefined])[],
): Valeur[] {
  const derniers = new Map<string, number>();
  for (const [etape, dit] of dits) {
    const at = dit === undefined ? NaN : Date.parse(dit) / 1_000;
    if (at > (derniers.get(etape) ?? 0)) derniers.set(etape, at);
  }
  return [...derniers].map(([etape, at]) => [{ etape }, at]);
}

async function lireSources(db: Db, attentes: Attentes): Promise<Famille[]> {
  const { sourcesAgeMax, inventaires, inventaireAgeMax } = attentes;
  const nationales = await mesurerSources(db, sourceNames);
  const locales = await mesurerInventaires(db, inventaires);
  const toutes: { genre: string; mesure: MesureSource; ageMax: number | undefined }[] = [
    ...nationales.map((mesure) => ({
      genre: 'nationale',
      mesure,
      ageMax: sourcesAgeMax.get(mesure.nom),
    })),
    ...locales.map((mesure) => ({ genre: 'inventaire', mesure, ageMax: inventaireAgeMax })),
  ];
  const tell = (value: (one: (typeof toutes)[number]) => number | undefined): Valeur[] =>
    toutes.map((one) => [{ genre: one.genre, source: one.mesure.nom }, value(one)]);
  return [
    famille(
      'annuaire_sync_source_version_timestamp_seconds',
      tell(({ mesure }) => instant(mesure.version)),
    ),
    famille(
      'annuaire_sync_source_age_max_seconds',
      tell(({ ageMax }) => ageMax),
    ),
    famille(
      'annuaire_sync_source_contact_timestamp_seconds',
      tell(({ mesure }) => instant(mesure.contact)),
    ),
    famille(
      'annuaire_sync_source_echec',
      tell(({ mesure: { issue } }) => (issue === null ? undefined : Number(isEchec(issue)))),
    ),
    famille(
      'annuaire_sync_source_lignes',
      toutes.flatMap(({ genre, mesure }) => lignesOf(genre, mesure)),
    ),
  ];
}

function isEchec(issue: NonNullable<MesureSource['issue']>): boolean {
  return issue === 'failed' || issue === 'refused' || issue === 'interrupted';
}

function lignesOf(genre: string, mesure: MesureSource): Valeur[] {
  const { nom: source, lignes, rejetees, ajoutees, parties } = mesure;
  return Object.entries({ lues: lignes, rejetees, ajoutees, parties }).map(([sorte, nombre]) => [
    { genre, source, sorte },
    nombre ?? undefined,
  ]);
}

async function lireSuivi(db: Db): Promise<Famille[]> {
  const rapprochement = await mesurerRapprochement(db);
  const hygiene = await mesurerHygiene(db);
  const parCode = rapprochement?.parCode;
  return [
    simple('annuaire_sync_rapprochement_timestamp_seconds', instant(rapprochement?.finiLe)),
    simple('annuaire_sync_rapprochement_bal', rapprochement?.bals ?? undefined),
    famille('annuaire_sync_rapprochement_constats', [
      [{ sorte: 'nouveaux' }, rapprochement?.nouveaux],
      [{ sorte: 'clos' }, rapprochement?.clos],
      [{ sorte: 'ouverts' }, rapprochement?.ouverts],
    ]),
    famille(
      'annuaire_sync_constats_ouverts',
      parCode ? codesConstat.map((code) => [{ code }, parCode[code] ?? 0]) : [],
    ),
    famille(
      'annuaire_sync_hygiene_chiffre',
      (await mesurerChiffres(db)).map(({ chiffre, valeur }) => [{ chiffre }, valeur]),
    ),
    simple('annuaire_sync_hygiene_passage_timestamp_seconds', instant(hygiene?.finiLe)),
    simple('annuaire_sync_hygiene_arrete', hygiene && Number(hygiene.estArrete)),
  ];
}

async function lirePlan(db: Db): Promise<Famille[]> {
  const plan = await mesurerPlan(db);
  return [
    simple('annuaire_sync_plan_timestamp_seconds', instant(plan?.calculeLe)),
    simple('annuaire_sync_plan_bloque', plan && Number(plan.estBloque)),
    famille('annuaire_sync_plan_operations', [
      [{ genre: 'insert' }, plan?.insertions],
      [{ genre: 'replace' }, plan?.remplacements],
      [{ genre: 'delete' }, plan?.suppressions],
    ]),
    simple('annuaire_sync_plan_retenues', plan?.retenues),
  ];
}

async function lireJournal(db: Db): Promise<Famille[]> {
  const tete = await findTete(db);
  const verification = await findDerniereVerification(db);
  const purge = await findDerniereTrace(db, 'purge');
  return [
    // Here for the alerts that tell what was never done: who cannot read the trail does not know.
    simple('annuaire_sync_base_creation_timestamp_seconds', instant(await findCreationBase(db))),
    simple('annuaire_sync_journal_traces', tete?.sequence ?? 0),
    simple('annuaire_sync_journal_verification_timestamp_seconds', instant(verification?.at)),
    simple(
      'annuaire_sync_journal_intact',
      verification && Number(verification.issue === 'reussite'),
    ),
    simple('annuaire_sync_purge_timestamp_seconds', instant(purge?.at)),
    simple('annuaire_sync_purge_reussie', purge && Number(purge.issue === 'reussite')),
  ];
}
