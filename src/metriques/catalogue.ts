// Every family of metrics that the program exposes. Names, types and labels are part of the interface: dashboards and alerts
// rely on them. docs/supervision.md has the same table, and a test holds the two against each other.
import { catalogueBase } from './catalogue-base.js';
import { counter, gauge, histogram, type DefinitionMetrique } from './definition.js';

/** Told by each process of itself. */
export const catalogueProcessus = {
  annuaire_sync_info: gauge('Version du programme et de Node.js ; toujours 1.', 'version', 'node'),
  annuaire_sync_processus_demarrage_timestamp_seconds: gauge('Démarrage du processus.'),
  annuaire_sync_processus_cpu_seconds_total: counter('Temps de calcul employé.', 'mode'),
  annuaire_sync_processus_memoire_bytes: gauge('Mémoire tenue.', 'sorte'),
  annuaire_sync_processus_descripteurs: gauge('Descripteurs de fichiers ouverts.'),
  annuaire_sync_processus_descripteurs_max: gauge('Descripteurs permis au processus.'),
  annuaire_sync_boucle_retard_seconds: gauge(
    'Retard de la boucle d’événements depuis la lecture précédente.',
    'rang',
  ),
  annuaire_sync_boucle_occupation_ratio: gauge(
    'Part du temps où la boucle d’événements travaillait, depuis la lecture précédente.',
  ),
  annuaire_sync_ldap_connexions: gauge('Connexions LDAP ouvertes.'),
  annuaire_sync_ldap_connexions_acceptees_total: counter('Connexions LDAP acceptées.'),
  annuaire_sync_ldap_connexions_refusees_total: counter(
    'Connexions LDAP refusées : limite de toutes, ou d’une adresse.',
    'limite',
  ),
  annuaire_sync_ldap_operations_total: counter(
    'Opérations LDAP terminées, par code de résultat (RFC 4511) : sizeLimitExceeded, timeLimitExceeded, adminLimitExceeded et busy sont des recherches arrêtées par une limite.',
    'operation',
    'resultat',
  ),
  annuaire_sync_ldap_recherche_duree_seconds: histogram(
    'Durée des recherches LDAP, de la demande lue à la dernière réponse écrite.',
  ),
  annuaire_sync_ldap_entrees_total: counter('Entrées envoyées par LDAP.'),
  annuaire_sync_ldap_echanges_bytes_total: counter('Octets LDAP reçus et envoyés.', 'sens'),
  annuaire_sync_ldap_erreurs_internes_total: counter(
    'Connexions LDAP fermées par une erreur du programme.',
  ),
  annuaire_sync_ldap_instantane_timestamp_seconds: gauge(
    'Construction de l’instantané que LDAP sert ; absent tant qu’il n’y en a pas.',
  ),
  annuaire_sync_ldap_instantane_extraction_timestamp_seconds: gauge(
    'Date de l’extraction nationale que LDAP sert.',
  ),
  annuaire_sync_ldap_instantane_entrees: gauge('Entrées de l’instantané que LDAP sert.'),
  annuaire_sync_http_requetes_total: counter(
    'Requêtes HTTP répondues, par modèle de route et classe de statut.',
    'methode',
    'route',
    'classe',
  ),
  annuaire_sync_http_duree_seconds: histogram('Durée des requêtes HTTP.', 'methode', 'route'),
  annuaire_sync_http_en_cours: gauge('Requêtes HTTP en cours.'),
  annuaire_sync_verifications_total: counter(
    'Réponses de l’API de vérification, par action et verdict.',
    'action',
    'verdict',
  ),
  annuaire_sync_base_connexions: gauge(
    'Connexions à la base du processus : ouvertes, libres, et demandes qui en attendent une.',
    'etat',
  ),
  annuaire_sync_base_erreurs_total: counter('Connexions à la base perdues.'),
} as const satisfies Readonly<Record<string, DefinitionMetrique>>;

export const catalogue = { ...catalogueProcessus, ...catalogueBase };

export type NomMetrique = keyof typeof catalogue;
