// From the settings file to what the hygiene cycle wants to know.
import type { Settings } from '../config/settings.js';
import type { Db } from '../db/pool.js';
import { usageInactivite } from '../domain/cycle-inactivite.js';
import { lienPublic, signLien } from '../domain/lien-signe.js';
import type { HygieneSettings } from '../hygiene/settings.js';
import { getCleDesLiens } from '../store/cle-interne.js';

export async function hygieneSettings(settings: Settings, db: Db): Promise<HygieneSettings> {
  const { hygiene, inventaire, operateur, plan, reconcile, web } = settings;
  const { urlPublique } = web;
  const cle = await getCleDesLiens(db, web.cleDesLiens);
  return {
    ...hygiene,
    contact: hygiene.contact,
    quota: { actif: hygiene.quota.actif, administrateur: hygiene.quota.administrateur },
    limiteJours: reconcile.inactiviteJours,
    domaines: operateur.domaines.map(({ nom }) => nom),
    inventaires: inventaire.sources.map(({ nom }) => nom),
    inventaireAgeMaxHeures: plan.gardes.inventaireAgeMaxHeures,
    lienOpposition:
      urlPublique &&
      ((id, expireLe) => {
        const jeton = signLien(cle, { usage: usageInactivite, id: String(id), expireLe });
        return lienPublic(urlPublique, 'avis/inactivite', jeton);
      }),
  };
}
