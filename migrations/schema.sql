-- What the migrations make, for reading and for review. Refreshed by: npm run schema:dump

table activite
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  structure_hash bigint
  type_identifiant_pp text collate "C"
  identifiant_pp text collate "C"
  code_civilite_exercice text
  code_civilite text
  nom_exercice text
  prenom_exercice text
  code_profession text collate "C"
  code_categorie_professionnelle text collate "C"
  code_type_savoir_faire text collate "C"
  code_savoir_faire text collate "C"
  code_mode_exercice text collate "C"
  code_secteur_activite text collate "C"
  code_section_pharmacien text collate "C"
  code_role text collate "C"
  code_genre_activite text collate "C"
table api_call
  id bigint not null generated always as identity
  at timestamp with time zone not null
  key_id integer
  origine text not null
  action text collate "C" not null
  objet text collate "C"
  status integer not null
  verdict text
  codes text[] not null default '{}'::text[]
  duree_ms integer not null
table api_key
  id integer not null generated always as identity
  nom text not null
  empreinte bytea not null
  portees text[] not null
  requetes_par_seconde integer
  created_at timestamp with time zone not null
  created_by text not null
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  revoked_by text
  last_used_at timestamp with time zone
  sources_inventaire text[]
table avis
  id bigint not null generated always as identity
  cle text collate "C" not null
  gabarit text collate "C" not null
  domaine text collate "C" not null
  adresse text collate "C"
  destinataire text not null
  donnees jsonb not null
  etat text not null default 'a-envoyer'::text
  tentatives integer not null default 0
  doutes integer not null default 0
  prochain_envoi_le timestamp with time zone not null
  cree_le timestamp with time zone not null
  premiere_tentative_le timestamp with time zone
  derniere_tentative_le timestamp with time zone
  parti_le timestamp with time zone
  annule_le timestamp with time zone
  bail_jusqua timestamp with time zone
  envoyeur text
  dernier_code text
  dernier_message text
  message_id text not null
table avis_quota
  adresse text collate "C" not null
  domaine text collate "C" not null
  seuil smallint not null
  occasion integer not null
  pourcent integer not null
  change_le timestamp with time zone not null
table bal_annuaire
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  adresse text collate "C" not null
  domaine text collate "C" not null
  adresse_publiee text not null
  type_bal text collate "C"
  type_identifiant_pp text collate "C"
  identifiant_pp text collate "C"
  identification_nationale_pp text collate "C"
  type_identifiant_structure text collate "C"
  identification_structure text collate "C"
  service_rattachement text
  civilite_exercice text
  nom_exercice text
  prenom_exercice text
  categorie_profession text
  libelle_categorie_profession text
  code_profession text
  libelle_profession text
  code_savoir_faire text
  libelle_savoir_faire text
  dematerialisation text
  raison_sociale text
  enseigne_commerciale text
  complement_localisation text
  complement_distribution text
  numero_voie text
  complement_numero_voie text
  type_voie text
  libelle_voie text
  lieu_dit text
  ligne_acheminement text
  code_postal text
  departement text
  pays text
  structure_id text collate "C" generated stored default id_nat_struct(type_identifiant_structure, identification_structure)
table bal_evenement
  source text collate "C" not null
  adresse text collate "C" not null
  horodatage_us bigint not null
  sequence bigint not null
  recu_le timestamp with time zone not null
table bal_operateur with (fillfactor=50)
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  adresse text collate "C" not null
  domaine text collate "C" not null
  adresse_saisie text not null
  type_bal text collate "C" not null
  type_identifiant_pp text collate "C"
  identifiant_pp text collate "C"
  type_identifiant_structure text collate "C"
  identification_structure text collate "C"
  service_rattachement text
  responsable text
  description text
  liste_rouge boolean not null default false
  preferee boolean not null default false
  etat text collate "C" not null default 'actif'::text
  date_creation date
  transfert_vers text collate "C"
  derniere_authentification timestamp with time zone
  taille_octets bigint
  quota_octets bigint
  structure_id text collate "C" generated stored default id_nat_struct(type_identifiant_structure, identification_structure)
  source_inventaire text collate "C" not null
table cas_inactivite
  id bigint not null generated always as identity
  adresse text collate "C" not null
  domaine text collate "C" not null
  etat text collate "C" not null default 'a-prevenir'::text
  attente text collate "C"
  activite_le timestamp with time zone not null
  est_authentification boolean not null
  limite_le timestamp with time zone not null
  ouvert_le timestamp with time zone not null
  avis_cles text[] not null default '{}'::text[]
  avis_demande_le timestamp with time zone
  annonce_le timestamp with time zone
  avis_parti_le timestamp with time zone
  echeance_le timestamp with time zone
  rappel_cles text[] not null default '{}'::text[]
  rappel_le timestamp with time zone
  decidee_le timestamp with time zone
  clos_le timestamp with time zone
  cloture text
  conservee_jusqua timestamp with time zone
  auteur text
  motif text
  poste_adresse text
  poste_agent text
table cle_interne
  nom text collate "C" not null
  valeur bytea not null
  cree_le timestamp with time zone not null default now()
table compte
  id integer not null generated always as identity
  nom text collate "C" not null
  role text collate "C" not null
  mot_de_passe text
  mot_de_passe_le timestamp with time zone
  totp_secret bytea not null
  totp_confirme_le timestamp with time zone
  totp_dernier_pas bigint
  activation_empreinte bytea
  activation_expire_le timestamp with time zone
  version integer not null default 1
  cree_le timestamp with time zone not null
  cree_par text not null
  desactive_le timestamp with time zone
  desactive_par text
  derniere_connexion_le timestamp with time zone
table compte_secours
  compte_id integer not null
  empreinte bytea not null
  employe_le timestamp with time zone
table constat
  id bigint not null generated always as identity
  code text collate "C" not null
  groupe text collate "C" not null
  domaine text collate "C" not null
  adresse text collate "C"
  precision text collate "C" not null default ''::text
  type_bal text collate "C"
  valeurs jsonb not null
  opened_run_id integer not null
  opened_at timestamp with time zone not null
  changed_at timestamp with time zone not null
  closed_run_id integer
  closed_at timestamp with time zone
table constat_decompte
  code text collate "C" not null
  domaine text collate "C" not null
  jour date not null
  ouverts integer not null default 0
  clos integer not null default 0
table consultation_compte
  jour date not null
  interface text collate "C" not null
  compte text collate "C" not null
  operation text collate "C" not null
  resultat text collate "C" not null
  nombre bigint not null
  entrees bigint not null default 0
table consultation_echantillon
  id bigint not null generated always as identity
  at timestamp with time zone not null
  interface text collate "C" not null
  compte text collate "C" not null
  adresse text collate "C"
  agent text
  operation text collate "C" not null
  demande text
  resultat text collate "C" not null
  entrees integer not null
  duree_ms integer not null
table correspondance_adeli
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  adeli text collate "C" not null
  rpps text collate "C" not null
table demande
  id bigint not null generated always as identity
  rpps text collate "C" not null
  id_nat_ps text collate "C" not null
  nom text
  moyen text not null
  adresse text collate "C" not null
  domaine text collate "C" not null
  structure_id text collate "C"
  structure_nom text
  etait_publiee boolean not null
  motif text collate "C" not null
  commentaire text
  contact text not null
  etat text collate "C" not null default 'recue'::text
  deposee_le timestamp with time zone not null
  change_le timestamp with time zone not null
  decidee_le timestamp with time zone
  decidee_par text
  motif_refus text
  transmise_le timestamp with time zone
  confirmee_par text
  close_le timestamp with time zone
  levee_le timestamp with time zone
table demande_etape
  id bigint not null generated always as identity
  demande_id bigint not null
  etape text collate "C" not null
  le timestamp with time zone not null
  auteur_genre text collate "C" not null
  auteur_id text not null
  auteur_nom text
  motif text
table domaine_liste_blanche
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  domaine text collate "C" not null
  description text
  dn_certificat text not null
  operateur text
  identifiant_operateur text
  responsable_contact text
  support_contact text
  date_maj timestamp with time zone
table domaine_ressemblant
  domaine text collate "C" not null
  proche text collate "C" not null
  raison text collate "C" not null
  explication text not null
  operateur text
  premiere_vue_at timestamp with time zone not null
  derniere_vue_at timestamp with time zone not null
  disparu_at timestamp with time zone
  connu_at timestamp with time zone
  connu_par text
  connu_motif text
table essai_connexion
  cle bytea not null
  nombre integer not null
  dernier_le timestamp with time zone not null
  bloque_jusqua timestamp with time zone
table evenement
  id bigint not null generated always as identity
  cle text collate "C" not null
  type text collate "C" not null
  donnees jsonb not null
  survenu_le timestamp with time zone not null
  webhook_id text collate "C" not null
  reparti_le timestamp with time zone
table evenement_envoi
  id bigint not null generated always as identity
  evenement_id bigint not null
  point text collate "C" not null
  etat text not null default 'a-envoyer'::text
  tentatives integer not null default 0
  doutes integer not null default 0
  prochain_envoi_le timestamp with time zone not null
  cree_le timestamp with time zone not null
  premiere_tentative_le timestamp with time zone
  derniere_tentative_le timestamp with time zone
  parti_le timestamp with time zone
  annule_le timestamp with time zone
  bail_jusqua timestamp with time zone
  envoyeur text
  dernier_code text
  dernier_message text
table feed_attempt
  id bigint not null generated always as identity
  operation_id bigint not null
  attempt integer not null
  request_id uuid not null
  pusher text not null
  started_at timestamp with time zone not null
  finished_at timestamp with time zone
  request text
  status integer
  outcome text
  response text
  message text
table feed_channel
  id boolean not null default true
  next_call_at timestamp with time zone
  paused_until timestamp with time zone
  pause_reason text
  opening_count integer not null default 0
  stopped_at timestamp with time zone
  stop_code text
  stop_message text
table feed_operation
  id bigint not null generated always as identity
  plan_id integer not null
  last_plan_id integer not null
  kind text not null
  state text not null default 'planned'::text
  adresse text collate "C" not null
  domaine text collate "C" not null
  type_bal text collate "C"
  porteur_kind text not null
  rpps text collate "C"
  structure_id text collate "C"
  porteur_cle text collate "C" not null generated stored default 
CASE porteur_kind
    WHEN 'professionnel'::text THEN ('professionnel:'::text || rpps)
    WHEN 'situation'::text THEN ((('situation:'::text || rpps) || ':'::text) || structure_id)
    WHEN 'structure'::text THEN ('structure:'::text || structure_id)
    ELSE ('a-rechercher:'::text || adresse)
END
  liste_rouge boolean not null default false
  rang integer
  description text
  service text
  responsable text
  champs text[] not null default '{}'::text[]
  motif text collate "C" not null
  exigence text not null
  valeurs jsonb not null default '{}'::jsonb
  apres_id bigint
  created_at timestamp with time zone not null
  decided_at timestamp with time zone
  decided_by text
  first_approved_by text
  attempts integer not null default 0
  next_attempt_at timestamp with time zone
  claimed_by text
  lease_until timestamp with time zone
  is_outcome_unknown boolean not null default false
  sent_at timestamp with time zone
  accepted_at timestamp with time zone
  confirmed_at timestamp with time zone
  confirmed_by text
  last_status integer
  last_code text
  last_message text
  lue_en_vain_le timestamp with time zone
table hygiene_run
  id integer not null generated always as identity
  started_at timestamp with time zone not null
  finished_at timestamp with time zone
  author text not null
  arrets text[] not null default '{}'::text[]
  accepted_guards text[] not null default '{}'::text[]
  per_count integer not null
  dated_count integer not null
  counts jsonb not null default '{}'::jsonb
table identite
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  type_identifiant_pp text collate "C"
  identifiant_pp text collate "C"
  nom_famille text
  prenoms text
  code_civilite text
  nom_exercice text
  prenom_exercice text
  code_profession text collate "C"
  code_categorie_professionnelle text collate "C"
  code_type_savoir_faire text collate "C"
  code_savoir_faire text collate "C"
  code_mode_exercice text collate "C"
  code_secteur_activite text collate "C"
  code_role text collate "C"
  code_genre_activite text collate "C"
  siret text collate "C"
  siren text collate "C"
  finess_site text collate "C"
  finess_ej text collate "C"
  identifiant_technique text collate "C"
  raison_sociale text
  ancien_identifiant text collate "C"
  autres_identifiants text
table inventaire_import
  id bigint not null generated always as identity
  source text collate "C" not null
  key_id integer
  format text collate "C" not null
  etat text collate "C" not null default 'en-cours'::text
  recu_le timestamp with time zone not null
  termine_le timestamp with time zone
  instantane_le timestamp with time zone
  octets bigint not null
  sha256 bytea not null
  lecture jsonb not null
  load_id integer
  compte jsonb
  avertissements text[] not null default '{}'::text[]
  probleme jsonb
  fichier text
  accepte_par text
table inventaire_lot
  id bigint not null generated always as identity
  source text collate "C" not null
  key_id integer not null
  cle text collate "C" not null
  empreinte bytea not null
  recu_le timestamp with time zone not null
  verdict jsonb not null
  load_id integer
  perdues integer not null default 0
table lien_connexion
  empreinte bytea not null
  rpps text collate "C" not null
  nom text not null
  cree_le timestamp with time zone not null
  expire_le timestamp with time zone not null
  utilise_le timestamp with time zone
table mesure_hygiene
  domaine text collate "C" not null
  type_bal text collate "C" not null default ''::text
  chiffre text collate "C" not null
  valeur integer not null
  depuis date not null
  jusqua date
table mesure_jour
  jour date not null
  run_id integer not null
  mesure_at timestamp with time zone not null
  non_evalues text[] not null default '{}'::text[]
table mesure_total
  jour date not null
  chiffre text collate "C" not null
  valeur integer not null
  hausse integer not null
  baisse integer not null
table noeud
  id bigint not null generated always as identity
  nom text collate "C" not null
  version text not null
  pid integer not null
  demarre_le timestamp with time zone not null
  vu_le timestamp with time zone not null
  arrete_le timestamp with time zone
  etat jsonb not null
table passage
  id bigint not null generated always as identity
  etape text collate "C" not null
  prevu_le timestamp with time zone not null
  commence_le timestamp with time zone not null
  fini_le timestamp with time zone
  noeud text not null
  pid integer not null
  tentative integer not null default 1
  issue text
  code text collate "C"
  message text
  exit_code integer
  correlation uuid not null
table plan
  id integer not null generated always as identity
  computed_at timestamp with time zone not null
  reconcile_run_id integer not null
  loads jsonb not null
  settings_fingerprint text not null
  suppressions_fingerprint text not null
  etat text not null
  gardes jsonb not null default '[]'::jsonb
  insert_count integer not null
  replace_count integer not null
  delete_count integer not null
  retenue_count integer not null
table plan_decision
  id bigint not null generated always as identity
  plan_id integer
  decided_at timestamp with time zone not null
  author text not null
  action text not null
  filter jsonb not null default '{}'::jsonb
  reason text
  operation_count integer not null
table plan_retenue
  plan_id integer not null
  domaine text collate "C" not null
  adresse text collate "C" not null
  kind text not null
  code text collate "C" not null
  message text not null
  operation_id bigint
table point_ecarte
  point text collate "C" not null
  url_empreinte text not null
  ecarte_le timestamp with time zone not null
  message text not null
table publication_connue
  adresse text collate "C" not null
  porteur_cle text collate "C" not null
  domaine text collate "C" not null
  type_bal text collate "C" not null
  porteur_kind text not null
  rpps text collate "C"
  structure_id text collate "C"
  liste_rouge boolean not null
  rang integer
  description text
  service text
  responsable text
  origine text not null
  operation_id bigint
  since timestamp with time zone not null
table purge_compte
  passage_id bigint not null
  cible text collate "C" not null
  categorie text collate "C" not null
  action text collate "C" not null
  jours integer not null
  avant timestamp with time zone not null
  total_avant bigint not null
  a_terme bigint not null
  traites bigint not null default 0
  total_apres bigint
  restants bigint
  termine_le timestamp with time zone
table purge_passage
  id bigint not null generated always as identity
  commence_le timestamp with time zone not null
  termine_le timestamp with time zone
  reference_le timestamp with time zone not null
  etat text collate "C" not null default 'en-cours'::text
  auteur text not null
  version text not null
  correlation text
  reprises integer not null default 1
  gardes_levees text[] not null default '{}'::text[]
table reconcile_run
  id integer not null generated always as identity
  started_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  judged_at timestamp with time zone not null
  mode text not null
  loads jsonb not null
  settings_fingerprint text not null
  bal_count integer
  opened_count integer
  closed_count integer
  open_count integer
  sites_ambigus text[] not null default '{}'::text[]
  par_code jsonb
table ressemblance_recherche
  id boolean not null default true
  empreinte text not null
  cherche_at timestamp with time zone not null
table restauration
  id integer not null generated always as identity
  sauvegarde_du timestamp with time zone not null
  restauree_le timestamp with time zone not null
  auteur text not null
  levee_le timestamp with time zone
  levee_par text
  levee_raison text
table savoir_faire
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  type_identifiant_pp text collate "C"
  identifiant_pp text collate "C"
  nom_exercice text
  prenom_exercice text
  code_profession text collate "C"
  code_categorie_professionnelle text collate "C"
  code_type_savoir_faire text collate "C"
  code_savoir_faire text collate "C"
table schema_migration
  number integer not null
  name text not null
  applied_at timestamp with time zone not null default now()
table session_web
  empreinte bytea not null
  espace text collate "C" not null
  titulaire text
  donnees jsonb not null default '{}'::jsonb
  poste_adresse text
  poste_agent text
  cree_le timestamp with time zone not null
  vue_le timestamp with time zone not null
  expire_le timestamp with time zone not null
table source_change
  load_id integer not null
  kind text not null
  cle text collate "C" not null
table source_load
  id integer not null generated always as identity
  source text not null
  version text not null
  genere_le timestamp with time zone
  loaded_at timestamp with time zone not null default now()
  origin text not null
  size_bytes bigint not null
  layout text not null default ''::text
  line_count integer not null
  rejected_count integer not null default 0
  duplicate_count integer not null default 0
  added_count integer not null
  gone_count integer not null
  is_full boolean not null
  warnings text[] not null default '{}'::text[]
  inventaire_source text collate "C"
table source_reject
  run_id integer not null
  file text not null
  line integer not null
  column_name text
  code text not null
  message text not null
table source_run
  id integer not null generated always as identity
  source text not null
  started_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  outcome text not null default 'running'::text
  version text
  origin text
  load_id integer
  code text
  message text
  accepted_guards text[] not null default '{}'::text[]
  inventaire_source text collate "C"
table structure_exercice
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  siret text collate "C"
  siren text collate "C"
  finess_site text collate "C"
  finess_ej text collate "C"
  identifiant_technique text collate "C"
  raison_sociale text
  enseigne_commerciale text
  complement_destinataire text
  complement_point_geographique text
  numero_voie text
  indice_repetition_voie text
  code_type_voie text
  libelle_type_voie text
  libelle_voie text
  mention_distribution text
  bureau_cedex text
  code_postal text
  code_commune text
  libelle_commune text
  code_pays text
  libelle_pays text
  telephone text
  telephone2 text
  telecopie text
  adresse_email text
  code_departement text
  libelle_departement text
  ancien_identifiant text collate "C"
  autorite_enregistrement text
table structure_finess
  ligne_hash bigint not null
  first_load_id integer not null
  gone_load_id integer
  finess text collate "C" not null
  nature text collate "C" not null
  finess_ej text collate "C"
  siret text collate "C"
  siren text collate "C"
  raison_sociale text
  code_categorie text
  date_ouverture date
  date_fermeture date
  is_closed boolean not null
table suppression_decidee
  id bigint not null generated always as identity
  adresse text collate "C" not null
  motif text collate "C" not null
  reference text not null
  decided_at timestamp with time zone not null
  decided_by text not null
  withdrawn_at timestamp with time zone
table trace
  sequence bigint not null
  at timestamp with time zone not null
  action text collate "C" not null
  issue text collate "C" not null
  empreinte bytea not null
  empreinte_precedente bytea not null
  empreinte_contenu bytea not null
  sel text collate "C"
  auteur_genre text collate "C"
  auteur_id text collate "C"
  auteur_nom text
  objets text[] collate "C" not null default '{}'::text[]
  poste_adresse text collate "C"
  poste_agent text
  requete text
  reponse text
  correlation text collate "C"
  effacee_le timestamp with time zone
table trace_intention
  id uuid not null
  commence_le timestamp with time zone not null
  hote text not null
  pid integer not null
  trace jsonb not null
table trace_objet
  objet text collate "C" not null
  at timestamp with time zone not null
  sequence bigint not null
table trace_tete
  id boolean not null default true
  sequence bigint not null
  precedente bytea not null
  empreinte bytea not null
table usage_interface
  jour date not null
  interface text collate "C" not null
  source text collate "C" not null
  hote text collate "C" not null
  operation text collate "C" not null
  issue text collate "C" not null
  nombre bigint not null
  volume bigint not null default 0
  premier_le timestamp with time zone not null
  dernier_le timestamp with time zone not null

constraint api_call_key_id_fkey on api_call: FOREIGN KEY (key_id) REFERENCES api_key(id)
constraint api_call_pkey on api_call: PRIMARY KEY (id)
constraint api_key_empreinte_check on api_key: CHECK ((length(empreinte) = 32))
constraint api_key_pkey on api_key: PRIMARY KEY (id)
constraint api_key_portees_check on api_key: CHECK (((portees <@ '{verification,lecture,inventaire}'::text[]) AND (portees <> '{}'::text[])))
constraint api_key_requetes_par_seconde_check on api_key: CHECK ((requetes_par_seconde > 0))
constraint api_key_sources_inventaire_check on api_key: CHECK ((sources_inventaire <> '{}'::text[]))
constraint avis_annule on avis: CHECK (((etat = 'annule'::text) = (annule_le IS NOT NULL)))
constraint avis_bail on avis: CHECK (((etat = 'en-envoi'::text) = ((bail_jusqua IS NOT NULL) AND (envoyeur IS NOT NULL))))
constraint avis_cle_key on avis: UNIQUE (cle)
constraint avis_etat_check on avis: CHECK ((etat = ANY (ARRAY['a-envoyer'::text, 'en-envoi'::text, 'parti'::text, 'refuse'::text, 'abandonne'::text, 'annule'::text])))
constraint avis_parti on avis: CHECK (((etat = 'parti'::text) = (parti_le IS NOT NULL)))
constraint avis_pkey on avis: PRIMARY KEY (id)
constraint avis_quota_pkey on avis_quota: PRIMARY KEY (adresse)
constraint avis_quota_seuil_check on avis_quota: CHECK ((seuil = ANY (ARRAY[0, 80, 90, 100])))
constraint bal_evenement_pkey on bal_evenement: PRIMARY KEY (source, adresse)
constraint bal_operateur_etat_check on bal_operateur: CHECK ((etat = ANY (ARRAY['actif'::text, 'suspendu'::text, 'ferme'::text])))
constraint cas_inactivite_clos on cas_inactivite: CHECK ((((etat = ANY (ARRAY['supprimee'::text, 'conservee'::text, 'reauthentifiee'::text])) = (clos_le IS NOT NULL)) AND ((clos_le IS NULL) = (cloture IS NULL))))
constraint cas_inactivite_cloture_check on cas_inactivite: CHECK ((cloture = ANY (ARRAY['authentification'::text, 'absente'::text, 'plus-concernee'::text, 'opposition'::text, 'administrateur'::text])))
constraint cas_inactivite_delai on cas_inactivite: CHECK (((etat <> ALL (ARRAY['delai-en-cours'::text, 'a-supprimer'::text])) OR (((avis_parti_le IS NOT NULL) AND (echeance_le >= (avis_parti_le + '360:00:00'::interval)) AND (echeance_le >= limite_le)) IS TRUE)))
constraint cas_inactivite_etat_check on cas_inactivite: CHECK ((etat = ANY (ARRAY['a-prevenir'::text, 'prevenue'::text, 'delai-en-cours'::text, 'a-supprimer'::text, 'supprimee'::text, 'conservee'::text, 'reauthentifiee'::text])))
constraint cas_inactivite_pkey on cas_inactivite: PRIMARY KEY (id)
constraint cas_inactivite_terme on cas_inactivite: CHECK (((etat <> 'a-supprimer'::text) OR ((decidee_le >= echeance_le) IS TRUE)))
constraint cle_interne_pkey on cle_interne: PRIMARY KEY (nom)
constraint cle_interne_valeur_check on cle_interne: CHECK ((length(valeur) >= 32))
constraint compte_activation_empreinte_check on compte: CHECK ((length(activation_empreinte) = 32))
constraint compte_check on compte: CHECK (((mot_de_passe IS NULL) = (mot_de_passe_le IS NULL)))
constraint compte_check1 on compte: CHECK (((activation_empreinte IS NULL) = (activation_expire_le IS NULL)))
constraint compte_check2 on compte: CHECK (((desactive_le IS NULL) = (desactive_par IS NULL)))
constraint compte_mot_de_passe_check on compte: CHECK ((mot_de_passe ~~ '$argon2id$%'::text))
constraint compte_nom_check on compte: CHECK ((nom ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'::text))
constraint compte_pkey on compte: PRIMARY KEY (id)
constraint compte_role_check on compte: CHECK ((role = ANY (ARRAY['lecteur'::text, 'gestionnaire'::text, 'approbateur'::text])))
constraint compte_secours_compte_id_fkey on compte_secours: FOREIGN KEY (compte_id) REFERENCES compte(id) ON DELETE CASCADE
constraint compte_secours_empreinte_check on compte_secours: CHECK ((length(empreinte) = 32))
constraint compte_secours_pkey on compte_secours: PRIMARY KEY (compte_id, empreinte)
constraint constat_closed_run_id_fkey on constat: FOREIGN KEY (closed_run_id) REFERENCES reconcile_run(id)
constraint constat_opened_run_id_fkey on constat: FOREIGN KEY (opened_run_id) REFERENCES reconcile_run(id)
constraint constat_pkey on constat: PRIMARY KEY (id)
constraint constat_decompte_pkey on constat_decompte: PRIMARY KEY (code, domaine, jour)
constraint consultation_compte_compte_check on consultation_compte: CHECK ((char_length(compte) <= 200))
constraint consultation_compte_interface_check on consultation_compte: CHECK ((interface = ANY (ARRAY['ldap'::text, 'api'::text])))
constraint consultation_compte_nombre_check on consultation_compte: CHECK ((nombre > 0))
constraint consultation_compte_operation_check on consultation_compte: CHECK ((char_length(operation) <= 60))
constraint consultation_compte_pkey on consultation_compte: PRIMARY KEY (jour, interface, compte, operation, resultat)
constraint consultation_compte_resultat_check on consultation_compte: CHECK ((char_length(resultat) <= 20))
constraint consultation_echantillon_adresse_check on consultation_echantillon: CHECK ((char_length(adresse) <= 100))
constraint consultation_echantillon_agent_check on consultation_echantillon: CHECK ((char_length(agent) <= 300))
constraint consultation_echantillon_compte_check on consultation_echantillon: CHECK ((char_length(compte) <= 200))
constraint consultation_echantillon_demande_check on consultation_echantillon: CHECK ((char_length(demande) <= 1000))
constraint consultation_echantillon_interface_check on consultation_echantillon: CHECK ((interface = ANY (ARRAY['ldap'::text, 'api'::text])))
constraint consultation_echantillon_operation_check on consultation_echantillon: CHECK ((char_length(operation) <= 60))
constraint consultation_echantillon_pkey on consultation_echantillon: PRIMARY KEY (id)
constraint consultation_echantillon_resultat_check on consultation_echantillon: CHECK ((char_length(resultat) <= 20))
constraint demande_close on demande: CHECK (((etat = ANY (ARRAY['refusee'::text, 'confirmee'::text, 'retiree'::text, 'sans-objet'::text])) = (close_le IS NOT NULL)))
constraint demande_commentaire_check on demande: CHECK (((char_length(commentaire) >= 1) AND (char_length(commentaire) <= 500)))
constraint demande_confirmee on demande: CHECK (((etat = 'confirmee'::text) = (confirmee_par IS NOT NULL)))
constraint demande_contact_check on demande: CHECK (((octet_length(contact) <= 254) AND (contact !~ '[[:space:][:cntrl:]<>,;"()]'::text) AND (contact ~ '^[^@]+@[^@]+$'::text)))
constraint demande_decidee on demande: CHECK ((((decidee_le IS NULL) = (decidee_par IS NULL)) AND ((etat <> ALL (ARRAY['acceptee'::text, 'refusee'::text, 'transmise'::text, 'confirmee'::text])) OR (decidee_le IS NOT NULL)) AND ((etat <> ALL (ARRAY['recue'::text, 'en-examen'::text])) OR (decidee_le IS NULL))))
constraint demande_etat_check on demande: CHECK ((etat = ANY (ARRAY['recue'::text, 'en-examen'::text, 'acceptee'::text, 'refusee'::text, 'transmise'::text, 'confirmee'::text, 'retiree'::text, 'sans-objet'::text])))
constraint demande_levee on demande: CHECK (((levee_le IS NULL) OR (etat = 'confirmee'::text)))
constraint demande_motif_check on demande: CHECK ((motif = ANY (ARRAY['hors-structure'::text, 'doublon'::text, 'autre'::text])))
constraint demande_motif_refus_check on demande: CHECK (((char_length(motif_refus) >= 1) AND (char_length(motif_refus) <= 1000)))
constraint demande_moyen_check on demande: CHECK ((moyen = ANY (ARRAY['psc'::text, 'lien'::text])))
constraint demande_pkey on demande: PRIMARY KEY (id)
constraint demande_refusee on demande: CHECK (((etat = 'refusee'::text) = (motif_refus IS NOT NULL)))
constraint demande_rpps_check on demande: CHECK ((rpps ~ '^[0-9]{11}$'::text))
constraint demande_transmise on demande: CHECK (((etat = ANY (ARRAY['transmise'::text, 'confirmee'::text])) = (transmise_le IS NOT NULL)))
constraint demande_etape_auteur_genre_check on demande_etape: CHECK ((auteur_genre = ANY (ARRAY['personne'::text, 'client'::text, 'programme'::text])))
constraint demande_etape_demande_id_etape_key on demande_etape: UNIQUE (demande_id, etape)
constraint demande_etape_demande_id_fkey on demande_etape: FOREIGN KEY (demande_id) REFERENCES demande(id) ON DELETE CASCADE
constraint demande_etape_etape_check on demande_etape: CHECK ((etape = ANY (ARRAY['recue'::text, 'en-examen'::text, 'acceptee'::text, 'refusee'::text, 'transmise'::text, 'confirmee'::text, 'retiree'::text, 'sans-objet'::text, 'levee'::text])))
constraint demande_etape_pkey on demande_etape: PRIMARY KEY (id)
constraint domaine_ressemblant_check on domaine_ressemblant: CHECK (((connu_at IS NULL) = (connu_par IS NULL)))
constraint domaine_ressemblant_pkey on domaine_ressemblant: PRIMARY KEY (domaine)
constraint essai_connexion_cle_check on essai_connexion: CHECK ((length(cle) = 32))
constraint essai_connexion_pkey on essai_connexion: PRIMARY KEY (cle)
constraint evenement_cle_key on evenement: UNIQUE (cle)
constraint evenement_pkey on evenement: PRIMARY KEY (id)
constraint evenement_webhook_id_key on evenement: UNIQUE (webhook_id)
constraint evenement_envoi_annule on evenement_envoi: CHECK (((etat = 'annule'::text) = (annule_le IS NOT NULL)))
constraint evenement_envoi_bail on evenement_envoi: CHECK (((etat = 'en-envoi'::text) = ((bail_jusqua IS NOT NULL) AND (envoyeur IS NOT NULL))))
constraint evenement_envoi_etat_check on evenement_envoi: CHECK ((etat = ANY (ARRAY['a-envoyer'::text, 'en-envoi'::text, 'parti'::text, 'refuse'::text, 'abandonne'::text, 'annule'::text])))
constraint evenement_envoi_evenement_id_fkey on evenement_envoi: FOREIGN KEY (evenement_id) REFERENCES evenement(id) ON DELETE CASCADE
constraint evenement_envoi_evenement_id_point_key on evenement_envoi: UNIQUE (evenement_id, point)
constraint evenement_envoi_parti on evenement_envoi: CHECK (((etat = 'parti'::text) = (parti_le IS NOT NULL)))
constraint evenement_envoi_pkey on evenement_envoi: PRIMARY KEY (id)
constraint feed_attempt_operation_id_fkey on feed_attempt: FOREIGN KEY (operation_id) REFERENCES feed_operation(id) ON DELETE CASCADE
constraint feed_attempt_pkey on feed_attempt: PRIMARY KEY (id)
constraint feed_channel_id_check on feed_channel: CHECK (id)
constraint feed_channel_pkey on feed_channel: PRIMARY KEY (id)
constraint feed_operation_apres_id_fkey on feed_operation: FOREIGN KEY (apres_id) REFERENCES feed_operation(id)
constraint feed_operation_kind_check on feed_operation: CHECK ((kind = ANY (ARRAY['insert'::text, 'replace'::text, 'delete'::text])))
constraint feed_operation_last_plan_id_fkey on feed_operation: FOREIGN KEY (last_plan_id) REFERENCES plan(id)
constraint feed_operation_pkey on feed_operation: PRIMARY KEY (id)
constraint feed_operation_plan_id_fkey on feed_operation: FOREIGN KEY (plan_id) REFERENCES plan(id)
constraint feed_operation_porteur on feed_operation: CHECK (
CASE porteur_kind
    WHEN 'professionnel'::text THEN ((rpps IS NOT NULL) AND (structure_id IS NULL))
    WHEN 'situation'::text THEN ((rpps IS NOT NULL) AND (structure_id IS NOT NULL))
    WHEN 'structure'::text THEN ((structure_id IS NOT NULL) AND (rpps IS NULL))
    ELSE ((kind = 'delete'::text) AND (rpps IS NULL) AND (structure_id IS NULL))
END)
constraint feed_operation_porteur_kind_check on feed_operation: CHECK ((porteur_kind = ANY (ARRAY['professionnel'::text, 'situation'::text, 'structure'::text, 'a-rechercher'::text])))
constraint feed_operation_rang_check on feed_operation: CHECK ((rang >= 1))
constraint feed_operation_rpps on feed_operation: CHECK ((rpps ~ '^[0-9]{11}$'::text))
constraint feed_operation_sans_type_10 on feed_operation: CHECK ((((kind = 'delete'::text) OR ((type_bal = 'PER'::text) AND (porteur_kind = ANY (ARRAY['professionnel'::text, 'situation'::text])) AND (rpps IS NOT NULL)) OR ((type_bal = 'CAB'::text) AND (porteur_kind = 'professionnel'::text) AND (rpps IS NOT NULL)) OR ((type_bal = ANY (ARRAY['ORG'::text, 'APP'::text])) AND (porteur_kind = 'structure'::text) AND (rpps IS NULL))) IS TRUE))
constraint feed_operation_state_check on feed_operation: CHECK ((state = ANY (ARRAY['planned'::text, 'approved'::text, 'sending'::text, 'accepted'::text, 'confirmed'::text, 'retry'::text, 'held'::text, 'dead'::text, 'cancelled'::text, 'superseded'::text])))
constraint feed_operation_type_bal_check on feed_operation: CHECK ((type_bal = ANY (ARRAY['PER'::text, 'ORG'::text, 'APP'::text, 'CAB'::text])))
constraint hygiene_run_pkey on hygiene_run: PRIMARY KEY (id)
constraint inventaire_import_key_id_fkey on inventaire_import: FOREIGN KEY (key_id) REFERENCES api_key(id)
constraint inventaire_import_pkey on inventaire_import: PRIMARY KEY (id)
constraint inventaire_import_sha256_check on inventaire_import: CHECK ((length(sha256) = 32))
constraint inventaire_lot_empreinte_check on inventaire_lot: CHECK ((length(empreinte) = 32))
constraint inventaire_lot_key_id_fkey on inventaire_lot: FOREIGN KEY (key_id) REFERENCES api_key(id)
constraint inventaire_lot_pkey on inventaire_lot: PRIMARY KEY (id)
constraint lien_connexion_check on lien_connexion: CHECK ((expire_le > cree_le))
constraint lien_connexion_check1 on lien_connexion: CHECK ((utilise_le <= expire_le))
constraint lien_connexion_empreinte_check on lien_connexion: CHECK ((octet_length(empreinte) = 32))
constraint lien_connexion_nom_check on lien_connexion: CHECK ((char_length(nom) <= 200))
constraint lien_connexion_pkey on lien_connexion: PRIMARY KEY (empreinte)
constraint lien_connexion_rpps_check on lien_connexion: CHECK ((rpps ~ '^[0-9]{11}$'::text))
constraint mesure_hygiene_check on mesure_hygiene: CHECK ((jusqua > depuis))
constraint mesure_hygiene_pkey on mesure_hygiene: PRIMARY KEY (domaine, chiffre, type_bal, depuis)
constraint mesure_hygiene_valeur_check on mesure_hygiene: CHECK ((valeur > 0))
constraint mesure_jour_pkey on mesure_jour: PRIMARY KEY (jour)
constraint mesure_jour_run_id_fkey on mesure_jour: FOREIGN KEY (run_id) REFERENCES reconcile_run(id)
constraint mesure_total_baisse_check on mesure_total: CHECK ((baisse >= 0))
constraint mesure_total_hausse_check on mesure_total: CHECK ((hausse >= 0))
constraint mesure_total_jour_fkey on mesure_total: FOREIGN KEY (jour) REFERENCES mesure_jour(jour) ON DELETE CASCADE
constraint mesure_total_pkey on mesure_total: PRIMARY KEY (jour, chiffre)
constraint mesure_total_valeur_check on mesure_total: CHECK ((valeur >= 0))
constraint noeud_check on noeud: CHECK ((vu_le >= demarre_le))
constraint noeud_check1 on noeud: CHECK ((arrete_le >= demarre_le))
constraint noeud_nom_check on noeud: CHECK (((char_length(nom) >= 1) AND (char_length(nom) <= 200)))
constraint noeud_pkey on noeud: PRIMARY KEY (id)
constraint passage_check on passage: CHECK ((fini_le >= commence_le))
constraint passage_check1 on passage: CHECK (((fini_le IS NULL) = (issue IS NULL)))
constraint passage_etape_check on passage: CHECK (((char_length(etape) >= 1) AND (char_length(etape) <= 40)))
constraint passage_etape_prevu_le_key on passage: UNIQUE (etape, prevu_le)
constraint passage_issue_check on passage: CHECK ((issue = ANY (ARRAY['reussite'::text, 'refus'::text, 'echec'::text, 'interrompu'::text, 'delai'::text])))
constraint passage_message_check on passage: CHECK ((char_length(message) <= 2000))
constraint passage_noeud_check on passage: CHECK ((char_length(noeud) <= 200))
constraint passage_pkey on passage: PRIMARY KEY (id)
constraint passage_tentative_check on passage: CHECK ((tentative >= 1))
constraint plan_etat_check on plan: CHECK ((etat = ANY (ARRAY['ouvert'::text, 'bloque'::text, 'remplace'::text])))
constraint plan_pkey on plan: PRIMARY KEY (id)
constraint plan_reconcile_run_id_fkey on plan: FOREIGN KEY (reconcile_run_id) REFERENCES reconcile_run(id)
constraint plan_decision_action_check on plan_decision: CHECK ((action = ANY (ARRAY['approve'::text, 'reject'::text, 'override'::text, 'cancel'::text, 'replay'::text, 'withdraw'::text])))
constraint plan_decision_pkey on plan_decision: PRIMARY KEY (id)
constraint plan_decision_plan_id_fkey on plan_decision: FOREIGN KEY (plan_id) REFERENCES plan(id)
constraint plan_retenue_kind_check on plan_retenue: CHECK ((kind = ANY (ARRAY['insert'::text, 'replace'::text, 'delete'::text])))
constraint plan_retenue_plan_id_fkey on plan_retenue: FOREIGN KEY (plan_id) REFERENCES plan(id) ON DELETE CASCADE
constraint point_ecarte_pkey on point_ecarte: PRIMARY KEY (point)
constraint publication_connue_operation_id_fkey on publication_connue: FOREIGN KEY (operation_id) REFERENCES feed_operation(id)
constraint publication_connue_origine_check on publication_connue: CHECK ((origine = ANY (ARRAY['presumee'::text, 'operation'::text])))
constraint publication_connue_pkey on publication_connue: PRIMARY KEY (adresse, porteur_cle)
constraint purge_compte_action_check on purge_compte: CHECK ((action = ANY (ARRAY['effacement'::text, 'anonymisation'::text])))
constraint purge_compte_jours_check on purge_compte: CHECK ((jours >= 0))
constraint purge_compte_passage_id_fkey on purge_compte: FOREIGN KEY (passage_id) REFERENCES purge_passage(id)
constraint purge_compte_pkey on purge_compte: PRIMARY KEY (passage_id, cible)
constraint purge_passage_check on purge_passage: CHECK ((termine_le >= commence_le))
constraint purge_passage_check1 on purge_passage: CHECK (((etat = 'en-cours'::text) = (termine_le IS NULL)))
constraint purge_passage_etat_check on purge_passage: CHECK ((etat = ANY (ARRAY['en-cours'::text, 'termine'::text, 'interrompu'::text])))
constraint purge_passage_pkey on purge_passage: PRIMARY KEY (id)
constraint purge_passage_reprises_check on purge_passage: CHECK ((reprises >= 1))
constraint reconcile_run_mode_check on reconcile_run: CHECK ((mode = ANY (ARRAY['full'::text, 'delta'::text])))
constraint reconcile_run_pkey on reconcile_run: PRIMARY KEY (id)
constraint ressemblance_recherche_id_check on ressemblance_recherche: CHECK (id)
constraint ressemblance_recherche_pkey on ressemblance_recherche: PRIMARY KEY (id)
constraint restauration_auteur_check on restauration: CHECK (((char_length(auteur) >= 1) AND (char_length(auteur) <= 200)))
constraint restauration_check on restauration: CHECK ((levee_le >= restauree_le))
constraint restauration_check1 on restauration: CHECK (((levee_le IS NULL) = (levee_par IS NULL)))
constraint restauration_levee_par_check on restauration: CHECK (((char_length(levee_par) >= 1) AND (char_length(levee_par) <= 200)))
constraint restauration_levee_raison_check on restauration: CHECK (((char_length(levee_raison) >= 1) AND (char_length(levee_raison) <= 2000)))
constraint restauration_pkey on restauration: PRIMARY KEY (id)
constraint schema_migration_pkey on schema_migration: PRIMARY KEY (number)
constraint session_web_check on session_web: CHECK ((expire_le > cree_le))
constraint session_web_donnees_check on session_web: CHECK ((pg_column_size(donnees) <= 32768))
constraint session_web_empreinte_check on session_web: CHECK ((octet_length(empreinte) = 32))
constraint session_web_espace_check on session_web: CHECK ((espace = ANY (ARRAY['console'::text, 'demande'::text])))
constraint session_web_pkey on session_web: PRIMARY KEY (empreinte)
constraint session_web_titulaire_check on session_web: CHECK ((char_length(titulaire) <= 200))
constraint source_change_kind_check on source_change: CHECK ((kind = ANY (ARRAY['adresse'::text, 'titulaire'::text, 'structure'::text, 'domaine'::text])))
constraint source_load_inventaire_source on source_load: CHECK (((source = 'inventaire'::text) = (inventaire_source IS NOT NULL)))
constraint source_load_pkey on source_load: PRIMARY KEY (id)
constraint source_load_source_check on source_load: CHECK ((source = ANY (ARRAY['bals'::text, 'professionnels'::text, 'identites'::text, 'finess'::text, 'liste-blanche'::text, 'adeli-rpps'::text, 'inventaire'::text])))
constraint source_reject_run_id_fkey on source_reject: FOREIGN KEY (run_id) REFERENCES source_run(id) ON DELETE CASCADE
constraint source_run_inventaire_source on source_run: CHECK (((source = 'inventaire'::text) = (inventaire_source IS NOT NULL)))
constraint source_run_load_id_fkey on source_run: FOREIGN KEY (load_id) REFERENCES source_load(id)
constraint source_run_outcome_check on source_run: CHECK ((outcome = ANY (ARRAY['running'::text, 'loaded'::text, 'unchanged'::text, 'nothing-new'::text, 'refused'::text, 'failed'::text, 'interrupted'::text])))
constraint source_run_pkey on source_run: PRIMARY KEY (id)
constraint structure_finess_nature_check on structure_finess: CHECK ((nature = ANY (ARRAY['EJ'::text, 'EG'::text])))
constraint suppression_decidee_motif_check on suppression_decidee: CHECK ((motif = ANY (ARRAY['DEMANDE_PS'::text, 'INACTIVE'::text])))
constraint suppression_decidee_motif_reference_key on suppression_decidee: UNIQUE (motif, reference)
constraint suppression_decidee_pkey on suppression_decidee: PRIMARY KEY (id)
constraint trace_action_check on trace: CHECK (((action ~ '^[a-z][a-z-]*(\.[a-z][a-z-]*)?$'::text) AND (length(action) <= 60)))
constraint trace_auteur_genre_check on trace: CHECK ((auteur_genre = ANY (ARRAY['personne'::text, 'client'::text, 'programme'::text])))
constraint trace_contenu on trace: CHECK (((effacee_le IS NULL) = ((sel IS NOT NULL) AND (auteur_genre IS NOT NULL) AND (auteur_id IS NOT NULL))))
constraint trace_empreinte_check on trace: CHECK ((octet_length(empreinte) = 32))
constraint trace_empreinte_contenu_check on trace: CHECK ((octet_length(empreinte_contenu) = 32))
constraint trace_empreinte_precedente_check on trace: CHECK ((octet_length(empreinte_precedente) = 32))
constraint trace_issue_check on trace: CHECK ((issue = ANY (ARRAY['reussite'::text, 'refus'::text, 'echec'::text])))
constraint trace_objets_check on trace: CHECK ((cardinality(objets) <= 20))
constraint trace_pkey on trace: PRIMARY KEY (sequence)
constraint trace_reponse_check on trace: CHECK ((octet_length(reponse) <= 8192))
constraint trace_requete_check on trace: CHECK ((octet_length(requete) <= 8192))
constraint trace_intention_hote_check on trace_intention: CHECK ((char_length(hote) <= 300))
constraint trace_intention_pkey on trace_intention: PRIMARY KEY (id)
constraint trace_intention_trace_check on trace_intention: CHECK ((octet_length((trace)::text) <= 65536))
constraint trace_objet_pkey on trace_objet: PRIMARY KEY (objet, at, sequence)
constraint trace_tete_id_check on trace_tete: CHECK (id)
constraint trace_tete_pkey on trace_tete: PRIMARY KEY (id)
constraint usage_interface_hote_check on usage_interface: CHECK ((char_length(hote) <= 261))
constraint usage_interface_interface_check on usage_interface: CHECK ((interface = ANY (ARRAY['telechargement'::text, 'alimentation'::text, 'pro-sante-connect'::text])))
constraint usage_interface_issue_check on usage_interface: CHECK ((issue = ANY (ARRAY['reussite'::text, 'inchange'::text, 'redirection'::text, 'refus'::text, 'indisponible'::text, 'coupee'::text, 'sans-reponse'::text])))
constraint usage_interface_nombre_check on usage_interface: CHECK ((nombre > 0))
constraint usage_interface_operation_check on usage_interface: CHECK ((char_length(operation) <= 40))
constraint usage_interface_pkey on usage_interface: PRIMARY KEY (jour, interface, source, hote, operation, issue)
constraint usage_interface_source_check on usage_interface: CHECK ((char_length(source) <= 40))
constraint usage_interface_volume_check on usage_interface: CHECK ((volume >= 0))

CREATE INDEX activite_gone ON public.activite USING btree (identifiant_pp) WHERE (gone_load_id IS NOT NULL)
CREATE INDEX activite_identifiant_pp ON public.activite USING btree (identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX activite_nom ON public.activite USING btree (plier_nom(nom_exercice) COLLATE "C", plier_nom(COALESCE(prenom_exercice, ''::text)) COLLATE "C", identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX activite_structure_hash ON public.activite USING btree (structure_hash) WHERE (gone_load_id IS NULL)
CREATE INDEX api_call_key ON public.api_call USING btree (key_id, id DESC)
CREATE INDEX api_call_objet ON public.api_call USING btree (objet, id DESC) WHERE (objet IS NOT NULL)
CREATE UNIQUE INDEX api_key_empreinte ON public.api_key USING btree (empreinte)
CREATE UNIQUE INDEX api_key_nom ON public.api_key USING btree (lower(nom)) WHERE (revoked_at IS NULL)
CREATE INDEX avis_a_envoyer ON public.avis USING btree (prochain_envoi_le, id) WHERE (etat = 'a-envoyer'::text)
CREATE INDEX avis_adresse ON public.avis USING btree (adresse, id) WHERE (adresse IS NOT NULL)
CREATE INDEX avis_debit ON public.avis USING btree (derniere_tentative_le) WHERE (derniere_tentative_le IS NOT NULL)
CREATE INDEX avis_en_envoi ON public.avis USING btree (bail_jusqua) WHERE (etat = 'en-envoi'::text)
CREATE INDEX avis_etat ON public.avis USING btree (etat, id)
CREATE INDEX bal_annuaire_adresse ON public.bal_annuaire USING btree (adresse) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_annuaire_domaine ON public.bal_annuaire USING btree (domaine) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_annuaire_gone ON public.bal_annuaire USING btree (adresse) WHERE (gone_load_id IS NOT NULL)
CREATE INDEX bal_annuaire_identifiant_pp ON public.bal_annuaire USING btree (identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_annuaire_structure_id ON public.bal_annuaire USING btree (structure_id) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_evenement_recu ON public.bal_evenement USING btree (source, recu_le)
CREATE INDEX bal_operateur_adresse ON public.bal_operateur USING btree (adresse) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_operateur_domaine ON public.bal_operateur USING btree (domaine) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_operateur_gone ON public.bal_operateur USING btree (adresse) WHERE (gone_load_id IS NOT NULL)
CREATE INDEX bal_operateur_identifiant_pp ON public.bal_operateur USING btree (identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_operateur_structure_id ON public.bal_operateur USING btree (structure_id) WHERE (gone_load_id IS NULL)
CREATE INDEX bal_operateur_type_10 ON public.bal_operateur USING btree (adresse) WHERE ((type_bal = 'PER'::text) AND ((type_identifiant_pp = '10'::text) OR (identifiant_pp IS NULL)))
CREATE INDEX cas_inactivite_adresse ON public.cas_inactivite USING btree (adresse, id)
CREATE UNIQUE INDEX cas_inactivite_ouvert ON public.cas_inactivite USING btree (adresse) WHERE (clos_le IS NULL)
CREATE INDEX cas_inactivite_suivi ON public.cas_inactivite USING btree (id) WHERE (clos_le IS NULL)
CREATE UNIQUE INDEX compte_activation ON public.compte USING btree (activation_empreinte) WHERE (activation_empreinte IS NOT NULL)
CREATE UNIQUE INDEX compte_nom ON public.compte USING btree (nom)
CREATE INDEX constat_adresse ON public.constat USING btree (adresse) WHERE (closed_run_id IS NULL)
CREATE INDEX constat_age ON public.constat USING btree (code, opened_at, id) INCLUDE (type_bal, adresse) WHERE (closed_run_id IS NULL)
CREATE INDEX constat_clos_adresse ON public.constat USING btree (adresse, code) WHERE (closed_run_id IS NOT NULL)
CREATE INDEX constat_closed_run ON public.constat USING btree (closed_run_id) WHERE (closed_run_id IS NOT NULL)
CREATE INDEX constat_code_adresse ON public.constat USING btree (code, COALESCE(adresse, ''::text), id) INCLUDE (adresse, type_bal, opened_at) WHERE (closed_run_id IS NULL)
CREATE INDEX constat_domaine_age ON public.constat USING btree (domaine, code, opened_at, id) INCLUDE (type_bal, adresse) WHERE (closed_run_id IS NULL)
CREATE UNIQUE INDEX constat_open ON public.constat USING btree (code, domaine, COALESCE(adresse, ''::text), "precision") WHERE (closed_run_id IS NULL)
CREATE INDEX constat_type ON public.constat USING btree (type_bal, code, COALESCE(adresse, ''::text), id) INCLUDE (adresse, opened_at) WHERE (closed_run_id IS NULL)
CREATE INDEX consultation_echantillon_at ON public.consultation_echantillon USING btree (at)
CREATE INDEX correspondance_adeli_adeli ON public.correspondance_adeli USING btree (adeli) WHERE (gone_load_id IS NULL)
CREATE INDEX demande_adresse ON public.demande USING btree (adresse, id)
CREATE INDEX demande_etat ON public.demande USING btree (etat, id)
CREATE UNIQUE INDEX demande_ouverte ON public.demande USING btree (adresse) WHERE (close_le IS NULL)
CREATE INDEX demande_rpps ON public.demande USING btree (rpps, id)
CREATE INDEX demande_suivie ON public.demande USING btree (id) WHERE (close_le IS NULL)
CREATE INDEX domaine_liste_blanche_domaine ON public.domaine_liste_blanche USING btree (domaine) WHERE (gone_load_id IS NULL)
CREATE INDEX essai_connexion_dernier ON public.essai_connexion USING btree (dernier_le)
CREATE INDEX evenement_a_repartir ON public.evenement USING btree (id) WHERE (reparti_le IS NULL)
CREATE INDEX evenement_envoi_a_envoyer ON public.evenement_envoi USING btree (point, prochain_envoi_le, id) WHERE (etat = 'a-envoyer'::text)
CREATE INDEX evenement_envoi_en_envoi ON public.evenement_envoi USING btree (bail_jusqua) WHERE (etat = 'en-envoi'::text)
CREATE INDEX evenement_envoi_etat ON public.evenement_envoi USING btree (etat, id)
CREATE INDEX evenement_type ON public.evenement USING btree (type, survenu_le)
CREATE INDEX feed_attempt_operation ON public.feed_attempt USING btree (operation_id, id)
CREATE INDEX feed_operation_a_confirmer ON public.feed_operation USING btree (accepted_at) WHERE (state = 'accepted'::text)
CREATE INDEX feed_operation_a_envoyer ON public.feed_operation USING btree (next_attempt_at NULLS FIRST, id) WHERE (state = ANY (ARRAY['approved'::text, 'retry'::text]))
CREATE INDEX feed_operation_adresse ON public.feed_operation USING btree (adresse, id)
CREATE INDEX feed_operation_apres ON public.feed_operation USING btree (apres_id) WHERE (apres_id IS NOT NULL)
CREATE INDEX feed_operation_code ON public.feed_operation USING btree (last_code, id) WHERE (last_code IS NOT NULL)
CREATE INDEX feed_operation_envoi ON public.feed_operation USING btree (porteur_cle) WHERE (state = 'sending'::text)
CREATE INDEX feed_operation_etat ON public.feed_operation USING btree (state, domaine, id)
CREATE INDEX feed_operation_motif ON public.feed_operation USING btree (motif, id)
CREATE INDEX feed_operation_par_porteur ON public.feed_operation USING btree (porteur_cle, id) WHERE (state = ANY (ARRAY['approved'::text, 'retry'::text, 'sending'::text]))
CREATE UNIQUE INDEX feed_operation_vivante ON public.feed_operation USING btree (adresse, porteur_cle, kind) WHERE (state = ANY (ARRAY['planned'::text, 'approved'::text, 'sending'::text, 'retry'::text, 'held'::text, 'dead'::text]))
CREATE INDEX identite_identifiant_pp ON public.identite USING btree (identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX identite_nom ON public.identite USING btree (plier_nom(nom_exercice) COLLATE "C", plier_nom(COALESCE(prenom_exercice, ''::text)) COLLATE "C", identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX inventaire_import_fichier ON public.inventaire_import USING btree (id) WHERE (fichier IS NOT NULL)
CREATE INDEX inventaire_import_source ON public.inventaire_import USING btree (source, id DESC)
CREATE UNIQUE INDEX inventaire_lot_cle ON public.inventaire_lot USING btree (key_id, source, cle)
CREATE INDEX inventaire_lot_fenetre ON public.inventaire_lot USING btree (source, recu_le)
CREATE INDEX lien_connexion_expire ON public.lien_connexion USING btree (expire_le)
CREATE INDEX mesure_hygiene_depuis ON public.mesure_hygiene USING btree (depuis)
CREATE UNIQUE INDEX mesure_hygiene_en_cours ON public.mesure_hygiene USING btree (domaine, chiffre, type_bal) WHERE (jusqua IS NULL)
CREATE INDEX mesure_hygiene_jusqua ON public.mesure_hygiene USING btree (jusqua)
CREATE INDEX noeud_vu ON public.noeud USING btree (vu_le)
CREATE INDEX passage_commence ON public.passage USING btree (commence_le)
CREATE INDEX plan_retenue_plan ON public.plan_retenue USING btree (plan_id, code, adresse)
CREATE INDEX publication_connue_domaine ON public.publication_connue USING btree (domaine)
CREATE INDEX publication_connue_operation ON public.publication_connue USING btree (operation_id) WHERE (operation_id IS NOT NULL)
CREATE INDEX reconcile_run_finished ON public.reconcile_run USING btree (id DESC) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX restauration_en_vigueur ON public.restauration USING btree ((true)) WHERE (levee_le IS NULL)
CREATE INDEX savoir_faire_identifiant_pp ON public.savoir_faire USING btree (identifiant_pp) WHERE (gone_load_id IS NULL)
CREATE INDEX session_web_expire ON public.session_web USING btree (expire_le)
CREATE INDEX session_web_titulaire ON public.session_web USING btree (espace, titulaire) WHERE (titulaire IS NOT NULL)
CREATE INDEX source_change_load ON public.source_change USING btree (load_id, kind)
CREATE INDEX source_load_inventaire ON public.source_load USING btree (inventaire_source, id DESC) WHERE (inventaire_source IS NOT NULL)
CREATE INDEX source_load_source ON public.source_load USING btree (source, id DESC)
CREATE INDEX source_reject_run ON public.source_reject USING btree (run_id, line)
CREATE INDEX source_run_inventaire ON public.source_run USING btree (inventaire_source, id DESC) WHERE (inventaire_source IS NOT NULL)
CREATE INDEX source_run_source ON public.source_run USING btree (source, id DESC)
CREATE INDEX structure_exercice_ancien_identifiant ON public.structure_exercice USING btree (ancien_identifiant) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_finess_ej ON public.structure_exercice USING btree (finess_ej) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_finess_site ON public.structure_exercice USING btree (finess_site) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_identifiant_technique ON public.structure_exercice USING btree (identifiant_technique) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_ligne_hash ON public.structure_exercice USING btree (ligne_hash) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_siren ON public.structure_exercice USING btree (siren) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_exercice_siret ON public.structure_exercice USING btree (siret) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_finess_finess ON public.structure_finess USING btree (finess) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_finess_finess_ej ON public.structure_finess USING btree (finess_ej) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_finess_siren ON public.structure_finess USING btree (siren) WHERE (gone_load_id IS NULL)
CREATE INDEX structure_finess_siret ON public.structure_finess USING btree (siret) WHERE (gone_load_id IS NULL)
CREATE INDEX suppression_decidee_adresse ON public.suppression_decidee USING btree (adresse) WHERE (withdrawn_at IS NULL)
CREATE INDEX trace_a_effacer ON public.trace USING btree (at) WHERE (effacee_le IS NULL)
CREATE INDEX trace_action ON public.trace USING btree (action, at, sequence)
CREATE INDEX trace_at ON public.trace USING btree (at, sequence)
CREATE INDEX trace_auteur ON public.trace USING btree (auteur_id, at, sequence)
CREATE INDEX trace_auteur_nom ON public.trace USING btree (plier_nom(auteur_nom) COLLATE "C", at, sequence)
CREATE INDEX trace_correlation ON public.trace USING btree (correlation, at, sequence)
CREATE INDEX trace_issue ON public.trace USING btree (issue, at, sequence) WHERE (issue <> 'reussite'::text)

view mesure_du_jour as
 SELECT j.jour,
    m.domaine,
    m.type_bal,
    m.chiffre,
    m.valeur
   FROM (mesure_jour j
     JOIN mesure_hygiene m ON (((m.depuis <= j.jour) AND ((m.jusqua IS NULL) OR (m.jusqua > j.jour)))));

CREATE OR REPLACE FUNCTION public.annoncer_source_load()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('annuaire_source_load', new.source);
  return null;
end
$function$

CREATE OR REPLACE FUNCTION public.cas_inactivite_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'a-prevenir' then '{prevenue,supprimee,conservee,reauthentifiee}'::text[]
    when 'prevenue' then '{delai-en-cours,supprimee,conservee,reauthentifiee}'::text[]
    when 'delai-en-cours' then '{a-supprimer,supprimee,conservee,reauthentifiee}'::text[]
    when 'a-supprimer' then '{supprimee,conservee,reauthentifiee}'::text[]
    else '{}'::text[] end) then
    raise exception 'cas %: % -> % is not a legal transition', old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'cas_inactivite_transition';
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION public.compte_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.role, new.mot_de_passe, new.totp_secret, new.desactive_le)
    is distinct from (old.role, old.mot_de_passe, old.totp_secret, old.desactive_le) then
    new.version := old.version + 1;
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION public.demande_etape_figee()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the steps of a demande are only added to'
    using errcode = 'check_violation', constraint = 'demande_etape_figee';
end
$function$

CREATE OR REPLACE FUNCTION public.demande_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    if new.etat <> 'recue' then
      raise exception 'a demande begins as recue, not %', new.etat
        using errcode = 'check_violation', constraint = 'demande_transition';
    end if;
    return new;
  end if;
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'recue' then '{en-examen,retiree,sans-objet}'::text[]
    when 'en-examen' then '{acceptee,refusee,retiree,sans-objet}'::text[]
    when 'acceptee' then '{transmise,retiree,sans-objet}'::text[]
    when 'transmise' then '{confirmee}'::text[]
    else '{}'::text[] end) then
    raise exception 'demande %: % -> % is not a legal transition', old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'demande_transition';
  end if;
  -- Who asked for which BAL is what was decided on.
  if (new.rpps, new.adresse, new.deposee_le) is distinct from (old.rpps, old.adresse, old.deposee_le) then
    raise exception 'demande %: who asked, and for which BAL, never changes', old.id
      using errcode = 'check_violation', constraint = 'demande_identite';
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION public.envoi_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'a-envoyer' then '{en-envoi,annule}'::text[]
    when 'en-envoi' then '{parti,refuse,abandonne,a-envoyer}'::text[]
    when 'refuse' then '{a-envoyer,annule}'::text[]
    when 'abandonne' then '{a-envoyer,annule}'::text[]
    else '{}'::text[] end) then
    raise exception '% %: % -> % is not a legal transition', tg_table_name, old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'envoi_transition';
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION public.feed_operation_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.state <> old.state and not new.state = any (case old.state
    when 'planned' then '{approved,cancelled,superseded}'::text[]
    when 'approved' then '{sending,planned,cancelled,superseded}'::text[]
    when 'sending' then '{accepted,retry,held,dead,approved}'::text[]
    when 'accepted' then '{confirmed}'::text[]
    when 'retry' then '{sending,cancelled,superseded,held,dead}'::text[]
    when 'held' then '{approved,cancelled,superseded}'::text[]
    when 'dead' then '{approved,cancelled,superseded}'::text[]
    else '{}'::text[] end) then
    raise exception 'operation %: % -> % is not a legal transition', old.id, old.state, new.state
      using errcode = 'check_violation', constraint = 'feed_operation_transition';
  end if;
  return new;
end
$function$

CREATE OR REPLACE FUNCTION public.id_nat_struct(type_identifiant text, identifiant text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((identifiant IS NULL) OR (identifiant = ''::text)) THEN NULL::text WHEN (type_identifiant = '40'::text) THEN upper(identifiant) WHEN ((length(identifiant) = 9) AND ((type_identifiant IS NULL) OR (type_identifiant = ANY (ARRAY['1'::text, '5'::text, '6'::text])) OR (upper(type_identifiant) ~~ 'FINESS%'::text))) THEN ('1'::text || upper(identifiant)) WHEN ((length(identifiant) = 10) AND (identifiant ~~ '1%'::text) AND ((type_identifiant IS NULL) OR (type_identifiant = ANY (ARRAY['1'::text, '5'::text, '6'::text])) OR (upper(type_identifiant) ~~ 'FINESS%'::text))) THEN upper(identifiant) WHEN ((length(identifiant) = 9) AND ((type_identifiant = '2'::text) OR (upper(type_identifiant) = 'SIREN'::text))) THEN ('2'::text || identifiant) WHEN ((length(identifiant) = 10) AND (identifiant ~~ '2%'::text) AND ((type_identifiant = '2'::text) OR (upper(type_identifiant) = 'SIREN'::text))) THEN identifiant WHEN ((length(identifiant) = 14) AND ((type_identifiant IS NULL) OR (type_identifiant = '3'::text) OR (upper(type_identifiant) = 'SIRET'::text))) THEN ('3'::text || upper(identifiant)) WHEN ((length(identifiant) = 15) AND (identifiant ~~ '3%'::text) AND ((type_identifiant IS NULL) OR (type_identifiant = '3'::text) OR (upper(type_identifiant) = 'SIRET'::text))) THEN upper(identifiant) WHEN ((type_identifiant = ANY (ARRAY['0'::text, '4'::text])) AND (identifiant ~~ (type_identifiant || '%'::text)) AND (length(identifiant) > 14)) THEN upper(identifiant) WHEN (type_identifiant = ANY (ARRAY['0'::text, '1'::text, '2'::text, '3'::text, '4'::text])) THEN (type_identifiant || upper(identifiant)) ELSE ((COALESCE(type_identifiant, '?'::text) || ':'::text) || upper(identifiant)) END

CREATE OR REPLACE FUNCTION public.plier_nom(nom text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length(nom) = length(nom)) THEN translate(lower((nom COLLATE "C")), '-'''::text, '  '::text) ELSE replace(replace(translate(lower((nom COLLATE "C")), 'ÀÁÂÃÄÅàáâãäåÇçÈÉÊËèéêëÌÍÎÏìíîïÑñÒÓÔÕÖòóôõöÙÚÛÜùúûüÝýŸÿŒœÆæ-''’‐‑̧̀́̂̃̈'::text, 'aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooouuuuuuuuyyyyœœææ     '::text), 'œ'::text, 'oe'::text), 'æ'::text, 'ae'::text) END

CREATE OR REPLACE FUNCTION public.trace_age_min()
 RETURNS interval
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN '180 days'::interval

CREATE OR REPLACE FUNCTION public.trace_ajout_seul()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if current_setting('annuaire_sync.effacement', true) = 'oui' then
    if tg_op = 'DELETE' and tg_table_name = 'trace_objet' then
      return old;
    end if;
    if tg_op = 'UPDATE' and tg_table_name = 'trace' then
      if old.effacee_le is null and new.effacee_le is not null
      and (new.sequence, new.at, new.action, new.issue, new.empreinte, new.empreinte_precedente, new.empreinte_contenu)
        = (old.sequence, old.at, old.action, old.issue, old.empreinte, old.empreinte_precedente, old.empreinte_contenu)
      and new.objets = '{}' and num_nonnulls(new.sel, new.auteur_genre, new.auteur_id, new.auteur_nom, new.poste_adresse,
        new.poste_agent, new.requete, new.reponse, new.correlation) = 0 then
        return new;
      end if;
    end if;
  end if;
  raise exception 'the audit trail is append-only: % on % is refused', lower(tg_op), tg_table_name
    using errcode = 'restrict_violation', constraint = 'trace_ajout_seul';
end
$function$

CREATE OR REPLACE FUNCTION public.trace_ajouter(le text, action text, issue text, empreinte_contenu bytea, sel text, auteur_genre text, auteur_id text, auteur_nom text, objets text[], poste_adresse text, poste_agent text, requete text, reponse text, correlation text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  -- One statement: whoever waits for the row of the head then goes on from what the other left there.
  with tete as (
    update public.trace_tete t set sequence = t.sequence + 1, precedente = t.empreinte,
      empreinte = sha256(convert_to(concat_ws('|', t.sequence + 1, $1, $2, $3,
        encode(t.empreinte, 'hex'), encode($4, 'hex')), 'UTF8'))
    returning t.sequence, t.precedente, t.empreinte),
  noms as (
    insert into public.trace_objet (objet, at, sequence)
    select distinct nom, $1::timestamptz, tete.sequence from tete, unnest($9) nom
    on conflict do nothing)
  insert into public.trace (sequence, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel,
    auteur_genre, auteur_id, auteur_nom, objets, poste_adresse, poste_agent, requete, reponse, correlation)
  select tete.sequence, $1::timestamptz, $2, $3, tete.empreinte, tete.precedente, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
  from tete;
end
$function$

CREATE OR REPLACE FUNCTION public.trace_effacer_contenus(avant timestamp with time zone, lot integer, le timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "annuaire_sync.effacement" TO 'oui'
AS $function$
declare
  nombre integer;
begin
  if avant > clock_timestamp() - public.trace_age_min() then
    raise exception 'contents of the audit trail younger than % are not erased', public.trace_age_min()
      using errcode = 'restrict_violation', constraint = 'trace_age_min';
  end if;
  with anciennes as (
    select t.sequence, t.objets from public.trace t
    where t.effacee_le is null and t.at < $1 order by t.at limit $2 for update
  ), effacees as (
    update public.trace t set sel = null, auteur_genre = null, auteur_id = null, auteur_nom = null, objets = '{}',
      poste_adresse = null, poste_agent = null, requete = null, reponse = null, correlation = null, effacee_le = $3
    from anciennes a where t.sequence = a.sequence
    returning t.sequence, t.at, a.objets
  ), oubliees as (
    delete from public.trace_objet o using effacees e
    where o.objet = any (e.objets) and o.at = e.at and o.sequence = e.sequence
  )
  select count(*)::integer into nombre from effacees;
  return nombre;
end
$function$

CREATE OR REPLACE FUNCTION public.trace_tete_avance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.id = old.id and new.sequence = old.sequence + 1 and new.precedente = old.empreinte then
    return new;
  end if;
  raise exception 'the audit trail is append-only: its head only moves forward'
    using errcode = 'restrict_violation', constraint = 'trace_ajout_seul';
end
$function$


CREATE TRIGGER avis_transition BEFORE UPDATE OF etat ON public.avis FOR EACH ROW EXECUTE FUNCTION envoi_transition()
CREATE TRIGGER cas_inactivite_transition BEFORE UPDATE OF etat ON public.cas_inactivite FOR EACH ROW EXECUTE FUNCTION cas_inactivite_transition()
CREATE TRIGGER compte_version BEFORE UPDATE ON public.compte FOR EACH ROW EXECUTE FUNCTION compte_version()
CREATE TRIGGER demande_transition BEFORE INSERT OR UPDATE ON public.demande FOR EACH ROW EXECUTE FUNCTION demande_transition()
CREATE TRIGGER demande_etape_figee BEFORE UPDATE ON public.demande_etape FOR EACH ROW EXECUTE FUNCTION demande_etape_figee()
CREATE TRIGGER evenement_envoi_transition BEFORE UPDATE OF etat ON public.evenement_envoi FOR EACH ROW EXECUTE FUNCTION envoi_transition()
CREATE TRIGGER feed_operation_transition BEFORE UPDATE OF state ON public.feed_operation FOR EACH ROW EXECUTE FUNCTION feed_operation_transition()
CREATE TRIGGER source_load_annonce AFTER INSERT ON public.source_load FOR EACH ROW EXECUTE FUNCTION annoncer_source_load()
CREATE TRIGGER trace_ajout_seul BEFORE DELETE OR UPDATE ON public.trace FOR EACH ROW EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_ajout_seul_table BEFORE TRUNCATE ON public.trace FOR EACH STATEMENT EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_objet_ajout_seul BEFORE DELETE OR UPDATE ON public.trace_objet FOR EACH ROW EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_objet_ajout_seul_table BEFORE TRUNCATE ON public.trace_objet FOR EACH STATEMENT EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_tete_ajout_seul BEFORE DELETE ON public.trace_tete FOR EACH ROW EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_tete_ajout_seul_table BEFORE TRUNCATE ON public.trace_tete FOR EACH STATEMENT EXECUTE FUNCTION trace_ajout_seul()
CREATE TRIGGER trace_tete_avance BEFORE UPDATE ON public.trace_tete FOR EACH ROW EXECUTE FUNCTION trace_tete_avance()
