/** Of the template, what it decides and sends: reconciliation, hygiene, demandes, feed, plan. */
export const alimentationTemplate = `# Rapprochement.
reconcile:
  inactiviteJours: 365        # au plus 365 (CNIL, délibération 2014-239)
  motifAdresse: '^[^@\\s]+@([^@\\s]+\\.mssante\\.fr|interop-mssante\\.apicrypt\\.org)$'

# Cycle d'hygiène : BAL inactives (CNIL, délibération 2014-239) et quotas (EX_GBM_4470) ; « annuaire-sync hygiene »,
# docs/hygiene.md. Les avis sont des courriels (section « avis »), leurs liens demandent « web.urlPublique ».
hygiene:
  preavisJours: 35            # le titulaire est prévenu tant de jours avant reconcile.inactiviteJours
  delaiJours: 30              # du départ de l'avis à la suppression proposée ; au moins 15
  rappelJours: 7              # rappel avant la fin du délai ; 0 = sans rappel
  autresBalMax: 2             # autres BAL PER du même titulaire (RPPS) qui reçoivent aussi ses avis ; 0 = aucune
  # contact: 'support@mon-etablissement.fr, 01 00 00 00 00'   # à qui écrire, dans les avis et sur la page
  avisParPassageMax: 1000     # premiers avis par passage ; la suite au passage suivant
  sansDatePartMax: 0.5        # part de BAL PER sans date d'authentification au-delà de laquelle rien n'avance
  datesPerduesPartMax: 0.1    # part de ces dates perdue depuis le passage précédent au-delà de laquelle rien n'avance
  gardes:                     # au-delà, aucune suppression n'est proposée sans « hygiene run --accept »
    suppressionsMax: 100
    suppressionsPartMax: 0.02 # des BAL PER
    suppressionsPlancher: 3   # la part n'est pas regardée jusqu'à tant de suppressions
    fenetreHeures: 24         # ce qui a été proposé depuis tant d'heures compte aussi
  quota:
    actif: true               # avis à 80, 90 et 100 % du quota
    # administrateur: support@mon-etablissement.fr   # averti aussi à 100 %, quand la BAL ne reçoit plus rien

# Demandes de suppression d'une BAL PER par son titulaire (EX_GBM_6021) ; « annuaire-sync demandes », docs/demandes.md.
demandes:
  delaiJours: 30              # pour traiter une demande ; dit au professionnel, et au-delà elle est en retard
  ouvertesMax: 10             # demandes en cours d'un même professionnel
  parJourMax: 20              # demandes d'un même professionnel en 24 heures
  # contact: 'support@mon-etablissement.fr, 01 00 00 00 00'   # à qui il écrit ; par défaut « hygiene.contact »
  devenirMessages:            # ce que deviennent les messages d'une BAL supprimée : dit avant qu'il confirme, et dans les courriels
    texte: 'Une fois la boîte supprimée, vous ne pourrez plus y lire ni y recevoir de message. Les messages qu’elle contient sont conservés par votre opérateur le temps que prévoient ses règles et la loi, mais vous n’y aurez plus accès : enregistrez à temps ceux dont vous avez besoin.'
    # effacesApresJours: 90   # après l'acceptation ; la date est alors dite

# Alimentation de l'Annuaire Santé par l'API de l'ANS (projet de juin 2026, pas encore ouvert). Sans url, elle est éteinte.
alimentation:
  # url: https://gateway.api.esante.gouv.fr/…    # base de l'API ; http:// seulement vers cette machine (simulateur) ou
                              # avec « reseau.httpEnClair »
  # lectureUrl: https://gateway.api.esante.gouv.fr/fhir/v2   # base des lectures, si elle diffère
  # cleApi: { env: ANNUAIRE_SYNC_CLE_API }       # envoyée dans l'en-tête ESANTE-API-KEY, jamais ailleurs
  dialecte: draft-2026-06     # draft-2026-06, draft-2026-06-corrections ou profile-1.2.0 (docs/ecarts.md)
  # Ou un modèle et ce qui en change : { base: profile-1.2.0, emailType: false } ; les clés, et celles de profile-1.2.0 :
  #   typeBal           R257, ou R256, ou valueCode : codage du type de BAL
  #   emailType         true : extension fr-core-contact-point-email-type (MSSANTE) présente
  #   systemeFiness     https://finess.esante.gouv.fr
  #   systemeSirene     https://sirene.fr
  #   cleProfessionnel  rpps, ou idNatPs (« 8 » + RPPS)
  #   cleStructure      finess-siret, ou idNatStruct
  #   cleSituation      identifier, ou practitionerRole.identifier, ou praticien-et-structure
  #   responsableCab    false : le responsable d'une BAL CAB n'est pas écrit
  #   typeModifiable    false : changer le type d'une BAL la supprime et la recrée, en un seul appel
  #   remplacement      entier, ou attribut : un champ qui change seul est remplacé seul (refusé s'il n'était pas publié)
  tls:                        # certificat client, si l'ANS en demande un
    ca: []                    # autorités PEM, en plus de « reseau.ca »
    # certificat: ./client.pem
    # cle: ./client.key
    # pkcs12: ./client.p12    # à la place de certificat et cle
    # motDePasse: { env: CLE_MOT_DE_PASSE }
  # oauth2: { url: https://exemple/token, clientId: moi, clientSecret: { env: SECRET }, portee: mss }
                              # si l'ANS en demande un ; sans clientSecret, le certificat client authentifie
  connexionSecondes: 10
  reponseSecondes: 30         # sans un octet de réponse ; la passerelle de l'ANS renonce elle-même à 30
  totalSecondes: 90           # pour une demande entière, lectures préalables et jeton compris
  reponseOctetsMax: 8388608
  appelsParSeconde: 17        # quota documenté de l'API de lecture, par application ; 0 = sans limite, pour le simulateur
  simultanesMax: 4
  tentativesMax: 8            # par opération, la première comprise
  attenteMinSecondes: 60      # première attente entre deux tentatives, doublée ensuite
  attenteMaxSecondes: 21600
  bailSecondes: 300           # après quoi une opération prise par un processus disparu est reprise ; plus que totalSecondes
  confirmationJoursMax: 7     # au-delà, une opération acceptée qu'aucune extraction ne montre est signalée
  disjoncteur:                # après tant d'échecs de suite, plus rien n'est envoyé pendant la pause
    echecsMax: 10
    pauseSecondes: 300
  plusieursBalParAppel: false # true : les BAL d'un même porteur partent ensemble, toutes acceptées ou toutes refusées
  balsParAppelMax: 20         # alors, au plus
# Plan (« annuaire-sync plan », docs/plan.md) : ce qui serait transmis à l'Annuaire, et qui en décide.
plan:
  premierPlan: presumer       # au premier plan, ce qu'aucune extraction ne montre (APP, CAB, liste rouge, rang, description,
                              # responsable) est présumé publié comme le dit l'inventaire ; publier : tout est proposé
  approbation: manuelle       # ou une liste de ce qui s'approuve seul : insert, replace, delete, ou un motif (DEMANDE_PS…)
  quatreYeux: false           # true : une suppression demande l'accord de deux personnes
  gardes:                     # au-delà, le plan est bloqué (« plan approve --override RAISON » passe outre, et s'en souvient)
    suppressionsMax: 500            # suppressions proposées par un plan
    suppressionsPartMax: 0.05       # part de ce qui est publié
    domaineSuppressionsMax: 200     # les mêmes, domaine par domaine
    domaineSuppressionsPartMax: 0.2
    suppressionsPlancher: 3         # jusqu'à ce nombre, les parts ne sont pas regardées
    changementsMax: 5000            # opérations de toute sorte
    fenetreHeures: 24               # y compte aussi ce qui est approuvé et pas encore envoyé, ou accepté depuis moins longtemps
    inventaireMin: 1                # BAL que l'inventaire compte au moins
    inventaireAgeMaxHeures: 48      # depuis le dernier import, même sans changement
    inventaireRejetsMax: 0          # lignes rejetées au-delà desquelles l'absence d'une BAL ne prouve rien

`;
