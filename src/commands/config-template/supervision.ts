/** Of the template, how the program is watched. */
export const supervisionTemplate = `# Journal du service (docs/supervision.md).
journaux:
  format: lisible             # ou json : un objet par ligne ; --json l'impose
  niveau: info                # debug, info, warn ou error

# Métriques pour Prometheus, à /metrics du serveur web (docs/supervision.md).
metriques:
  actif: true
  adresses: [127.0.0.0/8, '::1']   # qui peut les lire sans jeton
  # jeton: { env: ANNUAIRE_SYNC_METRIQUES }   # ou par « Authorization: Bearer … », 16 caractères au moins
  fraicheurSecondes: 5        # la base n'est pas relue plus souvent, quel que soit le nombre de lecteurs
  delaiSecondes: 3            # au-delà, la base compte comme injoignable et le reste est donné
  # ecoute: { adresse: 127.0.0.1, port: 8481 }   # écoute à part, pour un nœud sans serveur web (/metrics, et /readyz sous le démon) ; cette machine seule

`;
