// Which stages the settings give something to do: the others would fail each time for want of an address.
import type { Settings } from '../config/settings.js';
import { nomsEtapes, type NomEtape } from '../planification/etapes.js';
import { isPulled } from './inventory-sync.js';

export function etapesUtiles(settings: Settings): ReadonlySet<NomEtape> {
  return new Set(nomsEtapes.filter((nom) => pourquoiInutile(nom, settings) === undefined));
}

/** French; undefined: it has something to do. */
export function pourquoiInutile(nom: NomEtape, settings: Settings): string | undefined {
  switch (nom) {
    case 'extract':
      return Object.values(settings.sources).some(({ actif }) => actif)
        ? undefined
        : 'aucune source active (« sources »)';
    case 'inventory':
      return settings.inventaire.sources.some(isPulled)
        ? undefined
        : 'aucune source d’inventaire à aller chercher (« inventaire »)';
    case 'push':
      return settings.alimentation.client
        ? undefined
        : 'l’adresse de l’API n’est pas réglée (« alimentation.url »)';
    case 'notices':
      return settings.avis.mail !== undefined || settings.avis.webhook.points.length > 0
        ? undefined
        : 'ni serveur de courriel ni webhook (« avis »)';
    case 'reconcile':
    case 'hygiene':
    case 'plan':
    case 'status':
    case 'purge':
      return undefined;
  }
}
