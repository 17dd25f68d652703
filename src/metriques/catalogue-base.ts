// The families that are read in the database, or on the machine, when they are asked for: the same whichever process tells them.
import { gauge, type DefinitionMetrique } from './definition.js';

export const catalogueBase = {
  annuaire_sync_base_joignable: gauge(
    '1 : la base répond ; 0 : ce qui vient d’elle manque, le reste est là.',
  ),
  annuaire_sync_base_lecture_duree_seconds: gauge('Durée de la dernière lecture de la base.'),
  annuaire_sync_base_bytes: gauge('Taille de la base.'),
  annuaire_sync_base_creation_timestamp_seconds: gauge('Première mise en place de la base.'),
  annuaire_sync_base_lecture_seule: gauge('1 : la base est une réplique, en lecture seule.'),
  annuaire_sync_etape_passage_timestamp_seconds: gauge(
    'Fin du dernier passage planifié de l’étape.',
    'etape',
  ),
  annuaire_sync_etape_succes_timestamp_seconds: gauge(
    'Fin du dernier passage réussi de l’étape.',
    'etape',
  ),
  annuaire_sync_etape_duree_seconds: gauge('Durée du dernier passage de l’étape.', 'etape'),
  annuaire_sync_etape_issue: gauge(
    'Issue du dernier passage fini : 1 pour elle.',
    'etape',
    'issue',
  ),
  annuaire_sync_etape_commencee_timestamp_seconds: gauge(
    'Début du passage en cours de l’étape ; absent quand elle ne travaille pas.',
    'etape',
  ),
  annuaire_sync_etape_prochaine_timestamp_seconds: gauge(
    'Prochain passage prévu de l’étape, tous nœuds ensemble.',
    'etape',
  ),
  annuaire_sync_etape_succes_attendu_timestamp_seconds: gauge(
    'Depuis quand l’étape aurait dû réussir au moins une fois, d’après sa planification.',
    'etape',
  ),
  annuaire_sync_noeud_vu_timestamp_seconds: gauge(
    'Dernier signe de vie d’un nœud qui ne s’est pas arrêté proprement.',
    'noeud',
  ),
  annuaire_sync_noeud_service_pret: gauge('1 : ce service du nœud est prêt.', 'noeud', 'service'),
  annuaire_sync_source_version_timestamp_seconds: gauge(
    'Date de ce qui est en service : génération de l’extraction, dernier envoi entier de l’inventaire.',
    'genre',
    'source',
  ),
  annuaire_sync_source_age_max_seconds: gauge(
    'Âge au-delà duquel la source est en retard (réglages).',
    'genre',
    'source',
  ),
  annuaire_sync_source_contact_timestamp_seconds: gauge(
    'Dernière tentative à laquelle l’éditeur a répondu.',
    'genre',
    'source',
  ),
  annuaire_sync_source_echec: gauge(
    '1 : la dernière tentative a échoué ou a été refusée.',
    'genre',
    'source',
  ),
  annuaire_sync_source_lignes: gauge(
    'Lignes de la version en service : lues, rejetées, ajoutées et parties par rapport à la précédente.',
    'genre',
    'source',
    'sorte',
  ),
  annuaire_sync_rapprochement_timestamp_seconds: gauge('Fin du dernier rapprochement.'),
  annuaire_sync_rapprochement_bal: gauge('BAL que le dernier rapprochement a regardées.'),
  annuaire_sync_rapprochement_constats: gauge(
    'Constats du dernier rapprochement : nouveaux, clos, ouverts à sa fin.',
    'sorte',
  ),
  annuaire_sync_constats_ouverts: gauge(
    'Constats ouverts à la fin du dernier rapprochement, par code (docs/constats.md).',
    'code',
  ),
  annuaire_sync_hygiene_chiffre: gauge(
    'Chiffres du dernier jour mesuré, tous domaines ensemble (docs/hygiene-chiffres.md).',
    'chiffre',
  ),
  annuaire_sync_hygiene_passage_timestamp_seconds: gauge('Fin du dernier cycle d’hygiène.'),
  annuaire_sync_hygiene_arrete: gauge('1 : le dernier cycle d’hygiène a été arrêté par une garde.'),
  annuaire_sync_plan_timestamp_seconds: gauge('Calcul du plan en vigueur.'),
  annuaire_sync_plan_bloque: gauge('1 : une garde bloque le plan en vigueur.'),
  annuaire_sync_plan_operations: gauge('Opérations du plan en vigueur.', 'genre'),
  annuaire_sync_plan_retenues: gauge('Opérations que le plan en vigueur retient.'),
  annuaire_sync_envois: gauge('Opérations d’alimentation qui ne sont pas finies.', 'etat'),
  annuaire_sync_envois_plus_ancien_timestamp_seconds: gauge(
    'Décision de la plus ancienne des opérations à envoyer ; au-delà de 1 000, de celles qui partent les premières.',
  ),
  annuaire_sync_envois_heure: gauge(
    'Tentatives d’envoi finies depuis une heure, parmi les 100 000 dernières.',
    'issue',
  ),
  annuaire_sync_canal_arrete: gauge('1 : les envois sont arrêtés par une erreur d’accès.'),
  annuaire_sync_canal_en_pause: gauge('1 : les envois attendent que l’API réponde de nouveau.'),
  annuaire_sync_avis: gauge('Courriels et webhooks qui ne sont pas partis.', 'file', 'etat'),
  annuaire_sync_avis_plus_ancien_timestamp_seconds: gauge(
    'Création du plus ancien qui attend de partir.',
    'file',
  ),
  annuaire_sync_webhooks_ecartes: gauge('Points de webhook laissés de côté (ils ont répondu 410).'),
  annuaire_sync_demandes: gauge('Demandes des professionnels qui ne sont pas closes.', 'etat'),
  annuaire_sync_demandes_plus_ancienne_timestamp_seconds: gauge(
    'Dépôt de la plus ancienne demande qui attend l’opérateur.',
  ),
  annuaire_sync_demandes_delai_seconds: gauge('Délai de réponse aux demandes (réglages).'),
  annuaire_sync_sessions: gauge('Sessions ouvertes, par espace du site.', 'espace'),
  annuaire_sync_journal_traces: gauge('Numéro de la dernière trace du journal.'),
  annuaire_sync_journal_verification_timestamp_seconds: gauge(
    'Dernière vérification de la chaîne du journal.',
  ),
  annuaire_sync_journal_intact: gauge('1 : la dernière vérification a trouvé le journal intact.'),
  annuaire_sync_purge_timestamp_seconds: gauge('Dernière purge.'),
  annuaire_sync_purge_reussie: gauge('1 : la dernière purge a réussi.'),
  annuaire_sync_sauvegarde_attendue: gauge(
    '1 : la base est celle du programme, à sauvegarder par lui ; 0 : elle est la vôtre.',
  ),
  annuaire_sync_sauvegarde_timestamp_seconds: gauge(
    'Fin de la dernière sauvegarde réussie de la base privée.',
  ),
  annuaire_sync_sauvegarde_bytes: gauge('Taille de la dernière sauvegarde.'),
  annuaire_sync_certificat_expiration_timestamp_seconds: gauge(
    'Fin de validité du certificat, par réglage qui le nomme ; d’un fichier de plusieurs, la première.',
    'reglage',
  ),
  annuaire_sync_disque_libre_bytes: gauge('Place libre pour le programme dans dataDir.'),
  annuaire_sync_disque_bytes: gauge('Taille du disque de dataDir.'),
} as const satisfies Readonly<Record<string, DefinitionMetrique>>;
