// What the tests of the demandes share: a professional, his BAL, and what the ANS answers.
import type { Pool } from '../../src/db/pool.js';
import { deposerDemande, type Depot, type ResultatDepot } from '../../src/demande/deposer.js';
import type { Acte } from '../../src/demande/acte.js';
import type { DemandesSettings } from '../../src/demande/settings.js';
import type { Demandeur } from '../../src/domain/demande.js';
import type { Demande } from '../../src/store/demande.js';
import type { Etat } from './annuaire.js';
import { load } from './annuaire.js';
import { socle, viderPlan } from './plan.js';

export const rpps = '10000000018';
export const autreRpps = '10000000026';
export const a = 'anne.exemple@chu.mssante.fr';
export const now = new Date('2026-11-21T10:00:00Z');

export const demandeur: Demandeur = {
  idNatPs: `8${rpps}`,
  rpps,
  nom: 'EXEMPLE Anne',
  moyen: 'psc',
};

export const admin: Acte = {
  auteur: { genre: 'personne', id: 'dupont', nom: 'Dupont' },
  poste: { adresse: '192.0.2.1' },
};

export const reglagesDemandes: DemandesSettings = {
  domaines: ['chu.mssante.fr'],
  delaiJours: 30,
  ouvertesMax: 3,
  parJourMax: 5,
  contact: 'support@exemple.fr',
  devenirMessages: { texte: 'Vos messages ne seront plus lisibles.', effacesApresJours: undefined },
  lienSuivi: (id, expireLe) => `https://exemple.test/demande/lien/${id}.${expireLe.getTime()}`,
};

export async function viderDemandes(pool: Pool): Promise<void> {
  await viderPlan(pool);
  await pool.query('truncate demande, demande_etape, avis, evenement restart identity cascade');
}

/** One BAL of his, published and hosted, besides what is given. */
export async function charger(pool: Pool, etat: Etat = {}): Promise<void> {
  await load(pool, {
    ...socle,
    bals: [{ adresse: a, rpps, structure: '1750000001' }],
    inventaire: [{ adresse: a, rpps, structure: '1750000001' }],
    ...etat,
  });
}

export function deposer(
  pool: Pool,
  changes: Partial<Depot> = {},
  settings: Partial<DemandesSettings> = {},
  at = now,
): Promise<ResultatDepot> {
  const depot: Depot = {
    demandeur,
    adresse: a,
    motif: 'hors-structure',
    commentaire: undefined,
    contact: 'anne@exemple.fr',
    ...changes,
  };
  return deposerDemande(pool, { ...reglagesDemandes, ...settings }, depot, at);
}

/** The one that was made; fails on any other result. */
export async function deposee(
  pool: Pool,
  changes: Partial<Depot> = {},
  settings: Partial<DemandesSettings> = {},
): Promise<Demande> {
  const result = await deposer(pool, changes, settings);
  if (result.kind !== 'deposee') throw new Error(JSON.stringify(result));
  return result.demande;
}

/** « etape auteur motif », in the order in which they came. */
export async function etapes(pool: Pool, id = 1): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', etape, coalesce(auteur_nom, auteur_id), motif) as ligne
     from demande_etape where demande_id = $1::bigint order by id`,
    [id],
  );
  return rows.map(({ ligne }) => ligne);
}

/** « gabarit destinataire », in the order of their queue. */
export async function courriels(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', gabarit, destinataire) as ligne from avis order by id`,
  );
  return rows.map(({ ligne }) => ligne);
}

/** « action issue auteur », of the demandes. */
export async function traces(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', action, issue, auteur_id) as ligne from trace
     where action like 'demande.%' order by sequence`,
  );
  return rows.map(({ ligne }) => ligne);
}
