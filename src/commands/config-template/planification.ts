/** Of the template, what the daemon runs by itself, and when. */
export const planificationTemplate = `# Ce que « annuaire-sync daemon » fait tourner, et quand (docs/daemon.md). Pris en compte sur SIGHUP (« systemctl reload »).
planification:
  # noeud: annuaire-1         # nom de ce nœud ; sans lui, celui de la machine. À donner si deux démons y tournent
  services: { ldap: true, web: true, etapes: true }   # ce que ce nœud fait ; aussi : daemon --sans ldap
  fuseau: Europe/Paris        # des heures ci-dessous
  gigueSecondes: 120          # retard tiré au sort au plus, pour ne pas appeler l'ANS à la même seconde que tout le monde
  cycle: '30 5 * * *'         # la chaîne de chaque jour : minute heure jour mois jour-de-semaine ; false : jamais
  etapes:                     # cycle : dans la chaîne, à sa place, après la précédente ; une expression cron : seule ; false : jamais
    extract: cycle            # les extractions nationales
    inventory: cycle          # l'inventaire, aux sources qui se lisent (csv, ldap, sql)
    reconcile: cycle
    hygiene: cycle
    plan: cycle
    push: '*/5 * * * *'       # ce qui est approuvé part dans les cinq minutes
    notices: '*/5 * * * *'
    status: '12 * * * *'      # annonce à vos programmes (webhooks) ce qui est en retard
    purge: '40 2 * * *'       # ce dont la durée de conservation est passée (section « conservation »)
    verification: '40 1 * * 0' # « audit verify », chaque dimanche : sans vérification depuis huit jours, status et Prometheus le disent
    checkpoint: '50 2 * * *'  # si « journal.cleDesPoints » est réglé : un point signé de plus dans dataDir/points-de-controle.jsonl
    backup: false             # la base privée, par exemple '20 1 * * *' (section « sauvegarde » : où, combien)
  dureeMaxMinutes:            # au-delà, l'étape est arrêtée, et c'est dit
    extract: 360
    inventory: 120
    reconcile: 120
    hygiene: 60
    plan: 60
    push: 720
    notices: 120
    status: 15
    purge: 240
    verification: 240
    checkpoint: 15
    backup: 360
  vidangeSecondes: 600        # après un changement de réglages : temps laissé aux connexions ouvertes par les anciens
  passagesConservesJours: 400 # histoire des passages

`;
