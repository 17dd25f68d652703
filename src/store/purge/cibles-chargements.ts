// What the loads left besides their rows: attempts, rejected lines, lists of changes, what platforms pushed.
import { versionEvenements } from '../source-load.js';
import { chargementsAnciens, type Cible } from './cible.js';

const estEvenements = (run: string): string =>
  `${run}.version is not distinct from '${versionEvenements}'`;

const memeSource = `n.source = t.source and n.inventaire_source is not distinct from t.inventaire_source`;

/**
 * The last attempt of each source with each outcome stays: what is in service is told by it. An attempt that applied events is what tells
 * that its load was no whole inventory: it goes once a later one was.
 */
const estDepassee = `exists (select from source_run n where ${memeSource} and n.id > t.id
    and n.outcome = t.outcome and (${estEvenements('n')}) = (${estEvenements('t')}))
  and (not (${estEvenements('t')}) or exists (select from source_run n where ${memeSource} and n.id > t.id
    and not (${estEvenements('n')}) and n.outcome in ('loaded', 'unchanged')))`;

export const ciblesChargements: readonly Cible[] = [
  {
    nom: 'source_change',
    categorie: 'chargements',
    libelle: 'listes de changements',
    table: 'source_change',
    // What the next reconciliation still has to look at stays.
    condition: `t.load_id in (${chargementsAnciens}
        and l.id <= coalesce((select (r.loads ->> l.source)::integer from reconcile_run r
          where r.finished_at is not null order by r.id desc limit 1), 2147483647))`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'source_reject',
    categorie: 'chargements',
    libelle: 'lignes rejetées',
    table: 'source_reject',
    condition: `t.run_id in (select r.id from source_run r where r.started_at < $1::timestamptz)`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'source_run',
    categorie: 'inventaires',
    libelle: 'essais de chargement',
    table: 'source_run',
    condition: `t.started_at < $1::timestamptz and t.outcome <> 'running' and ${estDepassee}`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'inventaire_import',
    categorie: 'inventaires',
    libelle: 'instantanés reçus',
    table: 'inventaire_import',
    condition: `t.recu_le < $1::timestamptz and t.etat <> 'en-cours' and t.fichier is null
      and exists (select from inventaire_import n where n.source = t.source and n.id > t.id
        and n.etat in ('charge', 'inchange'))`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'inventaire_lot',
    categorie: 'inventaires',
    libelle: 'lots d’évènements reçus',
    table: 'inventaire_lot',
    condition: `t.recu_le < $1::timestamptz`,
    parcours: 'pages',
    joursMin: 'evenements',
    estGardee: true,
  },
  {
    nom: 'bal_evenement',
    categorie: 'balsAbsentes',
    libelle: 'derniers évènements des BAL',
    table: 'bal_evenement',
    condition: `t.recu_le < $1::timestamptz`,
    parcours: 'pages',
    // An older event is refused by itself.
    joursMin: 'evenements',
    estGardee: false,
  },
];
