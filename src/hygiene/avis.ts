// What the holder of a BAL is told, and to which mailboxes.
import type { DonneesAvis, NouvelAvis } from '../domain/avis.js';
import { ajouterJours } from '../domain/cycle-inactivite.js';
import { dateEnFrancais } from '../domain/paris-time.js';
import type { Db } from '../db/pool.js';
import type { CasVu } from '../store/cas-inactivite.js';
import { findAutresBal } from '../store/destinataires-avis.js';
import type { HygieneSettings } from './settings.js';

/** A link outlives the deletion that it is about: the holder who comes late still reads what became of his BAL. */
const lienApresJours = 90;

export type AvisDuCas = {
  readonly cas: CasVu;
  readonly genre: 'inactivite' | 'inactivite-rappel';
  /** The earliest deletion, as told. */
  readonly suppressionLe: Date;
};

export type AvisEcrits = AvisDuCas & { readonly avis: readonly NouvelAvis[] };

/** One notice for each mailbox that the holder may read: the BAL itself, then others of his. */
export async function ecrireAvis(
  db: Db,
  demandes: readonly AvisDuCas[],
  settings: HygieneSettings,
  now: Date,
): Promise<AvisEcrits[]> {
  const autres = await autresBal(
    db,
    demandes.map(({ cas }) => cas.adresse),
    settings,
    now,
  );
  return demandes.map((demande) => {
    const { cas, genre } = demande;
    const destinataires = [cas.adresse, ...(autres.get(cas.adresse) ?? [])];
    const avis = destinataires.map((destinataire) => ({
      cle: `${genre}:${cas.id}:${destinataire}`,
      gabarit: genre,
      domaine: cas.domaine,
      adresse: cas.adresse,
      destinataire,
      donnees: donnees(demande, destinataire, settings, now),
    }));
    return { ...demande, avis };
  });
}

/** Empty when the settings want the BAL alone to be told. */
export async function autresBal(
  db: Db,
  adresses: readonly string[],
  { autresBalMax, limiteJours, domaines }: HygieneSettings,
  now: Date,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (autresBalMax === 0 || adresses.length === 0) return new Map();
  const inactiveAvant = ajouterJours(now, -limiteJours);
  return findAutresBal(db, adresses, { max: autresBalMax, inactiveAvant, domaines });
}

function donnees(
  { cas, suppressionLe }: AvisDuCas,
  destinataire: string,
  { contact, lienOpposition, limiteJours }: HygieneSettings,
  now: Date,
): DonneesAvis {
  if (!lienOpposition) throw new Error('a notice without a way to object');
  const expireLe = ajouterJours(suppressionLe > now ? suppressionLe : now, lienApresJours);
  return {
    ...(contact !== undefined && { contact }),
    ...(destinataire !== cas.adresse && { autreBal: true }),
    ...(cas.estAuthentification && { derniereConnexion: dateEnFrancais(cas.activiteLe) }),
    adresse: cas.adresse,
    joursMax: limiteJours,
    dateSuppression: dateEnFrancais(suppressionLe),
    lienConserver: lienOpposition(cas.id, expireLe),
  };
}
