// Which stages the settings give something to do: the others would fail each time for want of an address.
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { etapes, nomsEtapes, type NomEtape } from '../planification/etapes.js';
import { isPulled } from './inventory-sync.js';

export function etapesUtiles(settings: Settings): ReadonlySet<NomEtape> {
  return new Set(nomsEtapes.filter((nom) => pourquoiInutile(nom, settings) === undefined));
}

/** What follows `annuaire-sync --config FILE --json` on the command line of a stage. */
export function commandeDe(nom: NomEtape, { dataDir }: Settings): readonly string[] {
  const { commande } = etapes[nom];
  // To be copied elsewhere, by whatever copies this folder: docs/journal.md.
  if (nom === 'checkpoint')
    return [...commande, '--out', join(dataDir, 'points-de-controle.jsonl')];
  return commande;
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
    case 'checkpoint':
      return settings.journal.cleDesPoints === undefined
        ? 'aucune clé ne signe les points de contrôle (« journal.cleDesPoints »)'
        : undefined;
    case 'backup':
      return settings.database.url === undefined
        ? undefined
        : 'la base est la vôtre : sauvegardez-la avec ses outils';
    case 'reconcile':
    case 'hygiene':
    case 'plan':
    case 'status':
    case 'purge':
    case 'verification':
      return undefined;
  }
}
