// Notices, events, calls, sign-ins, accounts, and the trail itself.
import { efface, type Cible } from './cible.js';

const dateAvis = `greatest(t.cree_le, t.derniere_tentative_le, t.parti_le, t.annule_le)`;

/** Every delivery is at its end, and no new one will be made. */
const estEnvoye = `t.reparti_le is not null and t.survenu_le < $1::timestamptz
  and not exists (select from evenement_envoi e where e.evenement_id = t.id and e.etat in ('a-envoyer', 'en-envoi'))`;

export const ciblesAcces: readonly Cible[] = [
  {
    nom: 'avis.contenus',
    categorie: 'avisContenus',
    libelle: 'destinataire et contenu des avis',
    table: 'avis',
    // An open case looks for its notices by their keys; the key of a notice may hold an address.
    condition: `t.etat in ('parti', 'refuse', 'abandonne', 'annule') and ${dateAvis} < $1::timestamptz
      and t.destinataire <> '${efface}'
      and not exists (select from cas_inactivite k where k.adresse = t.adresse and k.clos_le is null)
      and not exists (select from demande d where d.adresse = t.adresse and d.close_le is null)`,
    // Nothing is left to send again: what a person could have retried is given up.
    maj: `destinataire = '${efface}', donnees = '{}', cle = 'efface:' || t.id, dernier_message = null,
      adresse = null, etat = case when t.etat in ('refuse', 'abandonne') then 'annule' else t.etat end,
      annule_le = case when t.etat in ('refuse', 'abandonne') then ${dateAvis} else t.annule_le end`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'avis',
    categorie: 'avis',
    libelle: 'avis, dates et états',
    table: 'avis',
    condition: `t.destinataire = '${efface}' and ${dateAvis} < $1::timestamptz`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'evenement.contenus',
    categorie: 'avisContenus',
    libelle: 'contenu des évènements envoyés',
    table: 'evenement',
    condition: `${estEnvoye} and t.donnees <> '{}'`,
    maj: `donnees = '{}'`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'evenement',
    categorie: 'avis',
    libelle: 'évènements, avec leurs envois',
    table: 'evenement',
    // What goes on would be told a second time: a late demande, the plan in force.
    condition: `${estEnvoye} and t.donnees = '{}'
      and not exists (select from demande d where d.close_le is null and t.cle = 'demande.en-retard:' || d.id)
      and not exists (select from plan p where p.etat <> 'remplace'
        and t.cle in ('plan.en-attente:' || p.id, 'plan.bloque:' || p.id))`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'api_call',
    categorie: 'appelsApi',
    libelle: 'appels de l’API',
    table: 'api_call',
    condition: `t.at < $1::timestamptz`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'consultation_echantillon',
    categorie: 'consultations',
    libelle: 'consultations échantillonnées',
    table: 'consultation_echantillon',
    condition: `t.at < $1::timestamptz`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'consultation_compte',
    categorie: 'decomptes',
    libelle: 'décomptes des consultations',
    table: 'consultation_compte',
    condition: `t.jour < ($1::timestamptz at time zone 'Europe/Paris')::date`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'session_web',
    categorie: 'connexions',
    libelle: 'sessions terminées',
    table: 'session_web',
    condition: `t.expire_le < $1::timestamptz`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'lien_connexion',
    categorie: 'connexions',
    libelle: 'liens de connexion expirés',
    table: 'lien_connexion',
    condition: `t.expire_le < $1::timestamptz`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'essai_connexion',
    categorie: 'connexions',
    libelle: 'essais de connexion',
    table: 'essai_connexion',
    condition: `t.dernier_le < $1::timestamptz and (t.bloque_jusqua is null or t.bloque_jusqua < $1::timestamptz)`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'compte',
    categorie: 'comptes',
    libelle: 'comptes désactivés que le journal ne nomme plus',
    table: 'compte',
    // Its name may be given to somebody else from then on: no trace may still name it.
    condition: `t.desactive_le < $1::timestamptz
      and not exists (select from trace x where x.auteur_id in (t.nom, 'compte:' || t.id))
      and not exists (select from trace_objet x where x.objet = 'compte:' || t.nom)`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'api_key',
    categorie: 'comptes',
    libelle: 'auteurs des clés révoquées',
    table: 'api_key',
    condition: `t.revoked_at < $1::timestamptz and (t.created_by <> '${efface}' or t.revoked_by <> '${efface}')`,
    maj: `created_by = '${efface}', revoked_by = '${efface}'`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'restauration',
    categorie: 'operations',
    libelle: 'auteurs des restaurations',
    table: 'restauration',
    // The one in force still holds the sending back.
    condition: `t.levee_le < $1::timestamptz and (t.auteur <> '${efface}' or t.levee_par <> '${efface}')`,
    maj: `auteur = '${efface}', levee_par = '${efface}', levee_raison = null`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'purge_passage',
    categorie: 'operations',
    libelle: 'auteurs des purges',
    table: 'purge_passage',
    condition: `t.termine_le < $1::timestamptz and t.auteur <> '${efface}'`,
    maj: `auteur = '${efface}'`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'passage',
    categorie: 'passages',
    libelle: 'passages planifiés',
    table: 'passage',
    // The last of each stage tells when the next one is due.
    condition: `t.fini_le < $1::timestamptz
      and exists (select from passage n where n.etape = t.etape and n.prevu_le > t.prevu_le)`,
    parcours: 'pages',
    estGardee: true,
    estFacultative: true,
  },
  {
    nom: 'noeud',
    categorie: 'passages',
    libelle: 'nœuds disparus',
    table: 'noeud',
    condition: `t.vu_le < $1::timestamptz`,
    parcours: 'pages',
    estGardee: false,
    estFacultative: true,
  },
  {
    nom: 'trace',
    categorie: 'traces',
    libelle: 'contenu des traces du journal',
    table: 'trace',
    vivantes: 't.effacee_le is null',
    condition: `t.effacee_le is null and t.at < $1::timestamptz`,
    maj: 'contenu',
    parcours: 'traces',
    estGardee: true,
  },
];
