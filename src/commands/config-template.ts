/** What `config init` writes: every key, commented, with its default. */
export const configTemplate = `# Réglages d'annuaire-sync. Les chemins relatifs le sont par rapport à ce fichier.
# Une valeur secrète s'écrit telle quelle, { env: NOM_DE_VARIABLE } ou { fichier: ./chemin }.

# Dossier des données : base privée, fichiers temporaires.
dataDir: ./var

# Base de données. Sans url, une base PostgreSQL privée est démarrée dans dataDir.
database:
  # url: { env: ANNUAIRE_SYNC_DATABASE_URL }     # postgres://utilisateur:motdepasse@serveur:5432/base (PostgreSQL 14 ou plus)
  poolMax: 8                  # connexions au plus (4 au moins)
  requeteMaxSecondes: 1800    # durée maximale d'une requête

# Vous, et les domaines que vous hébergez.
operateur:
  nom: Mon établissement
  domaines:
    - mon-etablissement.mssante.fr
    # Un domaine propre à une structure : « 1 » + FINESS (EJ ou EG), ou « 3 » + SIRET.
    # - { nom: clinique.mssante.fr, structure: '1990000013' }
  # Vos offres commerciales, pour le panorama de l'ANS (« report --panorama ») ; les autres domaines sont d'une offre au nom
  # de l'opérateur.
  # offres: # par exemple
  # - { nom: Messagerie des cliniques, domaines: [clinique.mssante.fr] }

# Sources nationales. Pour chacune :
#   actif               la source fait partie de « extract » sans argument (par défaut : oui, sauf identites et
#                       adeli-rpps tant que « from » n'est pas donné)
#   from                fichier, dossier (le fichier le plus récent qui convient y est pris) ou adresse ;
#                       sans lui, l'adresse publiée par l'ANS
#   secours             adresses essayées ensuite, dans l'ordre
#   fraicheurMaxHeures  âge au-delà duquel « status » et « report » la disent en retard
#   gardes              parts au-delà desquelles une nouvelle version est refusée (« extract --accept » passe outre) :
#                       lignes en moins, lignes nouvelles ou disparues, lignes rejetées
#   charsetSecours      iso-8859-1 : lire ainsi les lignes qui ne sont pas en UTF-8, au lieu de les rejeter
#   tls                 ca: [fichiers PEM], certificat, cle, motDePasse (accès restreint par certificat client)
sources:
  bals:                       # BAL publiées (Extraction_Correspondance_MSSante)
    actif: true
    # from: ./extractions
    fraicheurMaxHeures: 48
    gardes: { retrecissementMax: 0.05, changementMax: 0.2, rejetMax: 0.01 }
  professionnels:             # professionnels (PS_LibreAcces)
    actif: true
    fraicheurMaxHeures: 48
  identites:                  # Extraction_ProSanteConnect, en accès restreint
    actif: false
    # tls: { certificat: ./client.pem, cle: ./client.key, motDePasse: { env: CLE_MOT_DE_PASSE } }
  finess:                     # établissements (FINESS+ JSON, ou ancien CSV etalab)
    actif: true
    codesFermes: []           # codes d'état TRE_R386 qui veulent dire « fermé », outre la date de fermeture
  liste-blanche:              # liste blanche des domaines MSSanté
    actif: true
    signature: exigee         # facultative : accepte une liste non signée ou mal signée, et le dit partout
    signataires: []           # fichiers PEM : certificat du signataire, ou autorité qui l'a émis (IGC-Santé)
    signataireCn: alb.mssante.fr   # nom que doit porter un certificat émis par cette autorité
  adeli-rpps:                 # correspondance ADELI → RPPS (CSV fourni par l'ANS)
    actif: false
    # from: ./Correspondance_ADELI_RPPS.csv

# Accès au réseau, pour toutes les sources.
reseau:
  # proxy: http://proxy.exemple:3128
  ca: []                      # autorités en plus des publiques : l'IGC-Santé n'est dans aucun magasin public
  connexionSecondes: 15
  inactiviteSecondes: 60      # sans un octet reçu
  totalSecondes: 7200
  tentativesMax: 5
  attenteMinSecondes: 60      # première attente entre deux tentatives, doublée ensuite
  attenteMaxSecondes: 900
  httpEnClair: false          # true : accepte http:// ailleurs que sur cette machine

# Vos BAL.
inventaire:
  # fichier: ./inventaire.csv # « annuaire-sync inventory template » en donne un modèle
  encodage: auto              # auto, utf-8, windows-1252 (et iso-8859-1), utf-16le
  separateur: auto            # auto, ;, ',' ou tab
  retrecissementMax: 0.1      # part de BAL en moins au-delà de laquelle un import est refusé
  lignesMax: 2000000          # par source
  # sources:                  # d'autres sources, chacune avec ses domaines (docs/inventaire.md) ; « inventory sync » va les chercher
  # Toutes ont : nom, type, domaines (nécessaire dès deux sources), et s'il le faut retrecissementMax (celui d'au-dessus par défaut)
  # et ignorerFautives: true (importe les lignes justes quand d'autres sont fautives).
  # - nom: petit-site
  #   type: csv
  #   domaines: [petit-site.mssante.fr]
  #   fichier: ./petit-site.csv # encodage et separateur : comme ci-dessus
  # - nom: zimbra
  #   type: ldap
  #   domaines: [mon-etablissement.mssante.fr]
  #   url: ldaps://messagerie.exemple    # ldap:// demande startTls: true, ou clairHorsBoucle: true hors de cette machine
  #   startTls: false
  #   clairHorsBoucle: false
  #   tls: { ca: [./ca.pem] }            # en plus de reseau.ca ; certificat, cle et motDePasse si le serveur en demande un
  #   dn: cn=lecteur,dc=exemple          # sans dn ni motDePasse : accès anonyme
  #   motDePasse: { env: LDAP_MOT_DE_PASSE }
  #   base: dc=exemple
  #   portee: sub                        # sub, one ou base
  #   modele: zimbra                     # zimbra, active-directory, inetorgperson, ou aucun
  #   filtre: (objectClass=zimbraAccount)   # à la place de celui du modèle
  #   attributs:                         # colonne de l'inventaire : attribut ; null retire celle du modèle
  #     typeBal: { constante: PER }
  #     identifiantPp: employeeNumber
  #     identifiantStructure: [departmentNumber, o]   # le premier présent ; chaque valeur est un rattachement
  #     etat: { attribut: statut, valeurs: { on: actif, off: ferme }, defaut: actif }
  #     adresse: { attribut: proxyAddresses, prefixe: 'SMTP:' }
  #     derniereAuthentification: { attribut: lastLogonTimestamp, format: filetime }
  #                                      # texte, booleen, date-generalisee, filetime, octets, Kio, Mio, Gio, userAccountControl
  #   alias: []                          # attributs dont chaque adresse de vos domaines est une BAL à part
  #   pagination: 500                    # entrées par page, 10000 au plus ; 0 : tout d'un coup
  #   renvois: refuser                   # ignorer : ne pas lire ce qui est sur un autre serveur (défaut du modèle active-directory)
  #   limites: { connexionSecondes: 15, silenceSecondes: 60, totalSecondes: 1800, entreesMax: 1000000 }
  # - nom: gestion
  #   type: sql
  #   domaines: [clinique.mssante.fr]
  #   url: { env: GESTION_URL }          # postgresql://lecteur:motdepasse@serveur/base?sslmode=verify-full
  #   requete: { fichier: ./inventaire.sql }   # un select dont les colonnes portent les noms de l'inventaire
  #   totalSecondes: 1800
  #   requeteMaxSecondes: 600
  # - { nom: plateforme, type: http, domaines: [plateforme.mssante.fr] }   # envoyée à l'API
  http:                       # sources de type http : ce que votre plateforme envoie à l'API (docs/inventaire.md)
    empreinte: facultative    # exigee : refuse un envoi sans en-tête Content-Digest
    corpsOctetsMax: 536870912 # d'un instantané, compressé ou décompressé
    compressionMax: 100       # octets décompressés par octet reçu : au-delà, l'envoi est refusé
    inactiviteSecondes: 30    # sans un octet reçu
    receptionSecondes: 900    # pour recevoir un instantané entier
    attenteMaxSecondes: 60    # au plus, pour « Prefer: wait »
    importsConservesJours: 90 # issues des imports, telles que l'API les redit
    refusesConservesMax: 5    # instantanés refusés par une garde, gardés dans dataDir pour « inventory accept »
    refusesConservesJours: 7
    evenements:
      parEnvoiMax: 1000
      octetsMax: 4194304
      lignesParBalMax: 50
      ageMaxJours: 30         # un événement plus ancien est refusé
      clesConserveesJours: 7  # une Idempotency-Key reçoit la même réponse pendant ce temps
      attenteSecondes: 10     # qu'un import en cours de mise en service laisse la place
      fenetreHeures: 24       # suppressions comptées sur cette durée : au-delà de la part et du plancher, refus
      suppressionsPartMax: 0.05
      suppressionsPlancher: 10

# Rapprochement.
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

# Serveur LDAP (« annuaire-sync ldap », docs/ldap.md). Relancez-le pour qu'un changement prenne effet.
ldap:
  adresses: [127.0.0.1]       # adresses de cette machine où écouter ; '0.0.0.0' ou '::' : toutes
  port: 8389                  # LDAP, et StartTLS dès qu'il y a un certificat ; false : aucun
  portLdaps: 8636             # LDAPS, dès qu'il y a un certificat ; false : aucun
  clairHorsBoucle: false      # true : accepte LDAP sans chiffrement obligé ailleurs que sur 127.0.0.1
  tlsObligatoire: false       # true : rien n'est lu ni authentifié en clair ; seul StartTLS y est possible
  # tls: { certificat: ./ldap.pem, cle: ./ldap.key, motDePasse: { env: LDAP_CLE }, autoritesClientes: [./ca.pem] }
  #                           # PEM, chaîne après le certificat ; relus seuls (relectureSecondes: 30), ou sur SIGHUP
  # proxyProtocol: { repartiteurs: [192.0.2.10, '2001:db8::/32'] }   # ils envoient l'en-tête PROXY version 2
  workers: 1                  # processus qui se partagent les ports
  consultationSecondes: 60    # au plus entre deux regards à la base, si elle n'annonce pas ses chargements
  anonyme:                    # sans compte ; 0 = sans limite
    actif: true
    entreesMax: 500           # par recherche ; 0 permet aussi de copier tout l'annuaire
    tempsMaxSecondes: 10
    recherchesParSeconde: 200 # par adresse
  # comptes:                  # pour les LPS ; 0 = sans limite
    # - { nom: lps, dn: 'cn=lps,o=exemple', motDePasse: 'scrypt$…', entreesMax: 0, tempsMaxSecondes: 60, recherchesParSeconde: 0 }
    # - { nom: automate, certificat: 'CN=automate,O=Exemple' }   # sujet du certificat client (SASL EXTERNAL)
    #   « annuaire-sync ldap mot-de-passe » donne l'empreinte à mettre dans motDePasse
  annuaire:
    baseDn: ou=bal,o=mssante,c=fr
    rdn: mail                 # attribut qui nomme les entrées ; il contient l'adresse
    sansAccents: true         # « lefevre » trouve aussi « Lefèvre » (jamais moins d'entrées que sans)
    classes:                  # classes d'objets par type de BAL
      PER: [inetOrgPerson, boiteLettreMss]
      CAB: [inetOrgPerson, boiteLettreMss]
      ORG: [organizationalRole, boiteLettreMss]
      APP: [organizationalRole, boiteLettreMss]
    # attributs: { mail: [adresse], cn: [nomComplet|intitule] }   # remplace toute la liste que donne docs/ldap.md
  limites:
    connexionsMax: 2000
    connexionsParAdresseMax: 500
    operationsEnAttenteMax: 20      # par connexion
    premierMessageSecondes: 10      # de la connexion à la première demande
    inactiviteSecondes: 900
    ecritureSecondes: 30            # un client qui ne lit plus ses réponses est coupé
    candidatsMax: 2000000           # entrées qu'un filtre sans index peut examiner
    memoireTamponsMio: 64           # demandes à moitié reçues et réponses à moitié lues, toutes connexions ensemble
    memoireRecherchesMio: 128       # que toutes les recherches en cours peuvent tenir ; trier tout l'annuaire en prend 10
    arretSecondes: 10               # pour finir les réponses en cours

# Simulateur de l'API d'alimentation (« annuaire-sync simulate feed », docs/simulateur.md). Rien n'en sort.
simulateur:
  adresse: 127.0.0.1
  port: 8482
  clairHorsBoucle: false      # true : accepte une adresse que le réseau voit (HTTP en clair)
  cleApi: cle-de-simulation   # attendue dans l'en-tête ESANTE-API-KEY
  dialecte: tolerant          # tolerant, draft-2026-06, draft-2026-06-corrections ou profile-1.2.0
  avecInventaire: true        # ajoute vos APP, CAB et BAL en liste rouge, qu'aucune extraction ne montre
  appelsParSeconde: 17        # au-delà : 429 ; 0 = sans limite
  fautes: ''                  # par exemple '429=0.05,couper=0.02,mentir=0.01,latence=50-200'
  fautesParEnTete: false      # true : un client peut demander une faute par X-Simulation-Faute
  graine: 1                   # du tirage des fautes
  silenceSecondes: 120        # connexion gardée par une réponse qui ne viendra pas (agir-puis-taire)
  corpsOctetsMax: 2097152     # au-delà : 413
  connexionsMax: 1000
  journalOctetsMax: 67108864  # taille à laquelle le journal de dataDir/simulateur est résumé
# Vérifications avant création et transfert (docs/api.md).
verification:
  rppsInconnu: refuser        # avertir : accepte un RPPS absent du fichier national (un nouveau PS peut y manquer quelques heures)
  inventaireMaxHeures: 48     # âge de l'inventaire au-delà duquel les réponses le disent en retard

# Serveur web : l'API (« annuaire-sync web », docs/api.md). Relancez-le pour qu'un changement prenne effet.
web:
  adresse: 127.0.0.1          # '0.0.0.0' ou '::' : toutes
  port: 8480
  clairHorsBoucle: false      # true : accepte HTTP sans TLS ailleurs que sur 127.0.0.1 (derrière un répartiteur qui chiffre)
  # repartiteurs: [10.0.0.4, 10.0.1.0/24]   # machines dont X-Forwarded-For est cru (répartiteur devant ce serveur) ; sans
                              # elles, l'adresse gardée dans les traces est celle du répartiteur
  # urlPublique: https://annuaire.mon-etablissement.fr   # début des liens que portent les courriels
  # cleDesLiens: { env: ANNUAIRE_SYNC_CLE_DES_LIENS }    # signe ces liens, 32 caractères au moins ; sans elle, une clé tirée
                              # une fois et gardée dans la base. En changer rend nuls les liens déjà envoyés
  # tls: { certificat: ./web.pem, cle: ./web.key, motDePasse: { env: WEB_CLE } }   # PEM, chaîne après le certificat ; relus sur SIGHUP
  limites:
    corpsOctetsMax: 65536     # d'une demande ; celles de l'API font moins de 2 Kio
    connexionsMax: 1000
    requetesParSeconde: 300   # par clé d'API, sauf limite propre à la clé
    appelsConservesMax: 2000000   # traces d'appels gardées, les plus récentes
    appelsConservesJours: 365
  delais:
    requeteSecondes: 15       # pour recevoir une demande entière
    inactiviteSecondes: 60    # entre deux demandes d'une connexion
    baseSecondes: 5           # d'une requête à la base
    arretSecondes: 10         # pour finir les réponses en cours

# Professionnels : comment ils se connectent à « /demande » pour demander la suppression d'une BAL (docs/demandes.md).
professionnels:
  # psc:                      # Pro Santé Connect : l'identifiant et le secret sont donnés par l'ANS. Demande « web.urlPublique » ;
  #                           # déclarez à l'ANS l'adresse de retour <urlPublique>/demande/retour et, pour la sortie, <urlPublique>/demande/deconnecte
  #   environnement: production   # ou bac-a-sable
  #   clientId: mon-operateur
  #   secret: { env: ANNUAIRE_SYNC_PSC_SECRET }
  #   methode: basic          # preuve donnée à PSC : basic ou post (secret), jwt (cle) ou tls (certificat et cle)
  #   cle: ./psc.key          # PEM ; cleMotDePasse s'il en faut un
  #   certificat: ./psc.pem
  #   algorithme: RS256       # méthode jwt : RS256, PS256 ou ES256 ; kid si PSC en demande un
  #   acrDemandes: [eidas1]   # niveau demandé
  #   acr: [eidas1, eidas2]   # niveaux acceptés : l'application e-CPS donne eidas1, la carte CPS eidas2
  #   portees: [openid, scope_all]
  #   decouverte: https://…/.well-known/wallet-openid-configuration   # celle de l'environnement, sauf si l'ANS en change
  #   emetteur: https://…     # idem ; comparé à la lettre
  #   identitesDEssai: { ANS20210107161422: '10000000017' }   # bac à sable : le RPPS que tient chaque identité
  #   ca: []                  # autorités PEM, en plus de « reseau.ca »
  #   connexionSecondes: 5
  #   reponseSecondes: 8      # par échange ; une connexion en fait trois
  #   reponseOctetsMax: 524288
  #   decouverteMinutes: 60   # après quoi le document de découverte est relu
  lien: false                 # true : aussi par un lien envoyé à une autre BAL PER publiée du même RPPS (une fois, 30 minutes)
  sessions:
    inactiviteMinutes: 30     # 30 au plus
    dureeMaxMinutes: 240      # 240 au plus

# Console des administrateurs, /console (docs/console.md). Sans fournisseur OpenID, ses comptes se créent par
# « annuaire-sync comptes create NOM --role lecteur|gestionnaire|approbateur ».
console:
  actif: true
  comptesLocaux: true         # false : aucun compte local ne se connecte (OpenID seul)
  # openid:                   # fournisseur OpenID de l'établissement ; déclarez-lui le retour <urlPublique>/console/retour et, pour la
  #                           # sortie, <urlPublique>/console/connexion. Ses autres clés sont celles de « professionnels.psc »
  #   nom: votre compte de l'établissement   # comme le bouton le dit
  #   decouverte: https://sso.mon-etablissement.fr/realms/si/.well-known/openid-configuration
  #   emetteur: https://sso.mon-etablissement.fr/realms/si
  #   clientId: annuaire-sync
  #   secret: { env: ANNUAIRE_SYNC_OPENID_SECRET }
  #   portees: [openid, profile]
  #   acr: []                 # niveaux acceptés ; vide : tous
  #   revendicationRoles: roles   # nom de la revendication, ou son chemin (realm_access.roles) : un texte, ou une liste
  #   roles: { annuaire-lecture: lecteur, annuaire-gestion: gestionnaire, annuaire-decision: approbateur }
  # cleDesComptes: { env: ANNUAIRE_SYNC_CLE_DES_COMPTES }   # chiffre les secrets des codes à usage unique, 32 caractères au
                              # moins ; sans elle, une clé tirée une fois et gardée dans la base. En changer oblige à
                              # réinitialiser chaque compte (« comptes reset »)
  activationHeures: 48        # validité du lien de première activation
  sessions:
    inactiviteMinutes: 30     # sans une page demandée
    dureeMaxHeures: 10        # quoi que l'on fasse
  verrouillage:               # mots de passe et codes faux
    essais: 5                 # par compte, avant d'attendre
    attenteSecondes: 60       # première attente, doublée à chaque nouvel échec
    attenteMaxSecondes: 3600
    essaisParAdresse: 30      # par adresse du réseau ; un répartiteur ou un proxy en est une pour tous

# Avis : courriels aux titulaires et webhooks vers vos programmes (« annuaire-sync notices », docs/avis.md).
avis:
  # smtp:                     # sans lui, les courriels restent dans la file
  #   hote: smtp.mon-etablissement.fr
  #   port: 587               # par défaut 587 (starttls), 465 (tls) ou 25 (aucun)
  #   chiffrement: starttls   # starttls : exigé, jamais facultatif ; tls : dès la connexion ; aucun : en clair
  #   clairHorsBoucle: false  # true : accepte « aucun » ailleurs que vers cette machine
  #   utilisateur: annuaire-sync
  #   motDePasse: { env: ANNUAIRE_SYNC_SMTP_MOT_DE_PASSE }
  #   nomHelo: annuaire.mon-etablissement.fr   # nom donné au serveur ; par défaut celui de cette machine
  #   ca: []                  # autorités PEM, en plus de « reseau.ca »
  #   connexionSecondes: 15   # jusqu'à l'accueil du serveur, TLS compris
  #   reponseSecondes: 60     # sans un octet de réponse
  #   messageSecondes: 240    # pour un courriel entier
  #   messagesParConnexionMax: 100
  # expediteur: 'Messagerie sécurisée <ne-pas-repondre@mon-etablissement.mssante.fr>'
  # repondreA: support@mon-etablissement.fr
  # domaines:                 # ce qu'un domaine a de propre
  #   clinique.mssante.fr: { expediteur: 'Clinique <bal@clinique.mssante.fr>', repondreA: dsi@clinique.fr }
  # gabarits: ./gabarits      # vos textes : gabarits/<gabarit>.txt.liquid pour tous, gabarits/<domaine>/<gabarit>.txt.liquid
                              # pour un domaine (aussi .sujet.txt et .html) ; « config check » en dit les fautes
  debitParMinute: 60          # courriels par minute, tous processus ensemble ; 0 = sans limite
  simultanesMax: 2            # connexions au serveur
  messageOctetsMax: 262144
  tentativesMax: 12           # par courriel, la première comprise
  attenteMinSecondes: 300     # première attente entre deux tentatives, doublée ensuite
  attenteMaxSecondes: 14400
  dureeMaxHeures: 72          # depuis la première tentative
  renvoisSiDoute: 1           # 0 : un courriel dont on ignore s'il est parti n'est pas renvoyé ; 1 : il l'est une fois
  bailSecondes: 900           # après quoi un courriel pris par un processus disparu est repris
  webhooks: []
  #  - nom: supervision
  #    url: https://supervision.mon-etablissement.fr/annuaire
  #    secret: { env: ANNUAIRE_SYNC_WEBHOOK }   # echo whsec_$(openssl rand -base64 32)
  #    secretPrecedent: { env: ANCIEN }         # le temps d'en changer : les deux signent
  #    evenements: [plan.bloque, canal.arrete]  # par défaut tous : rapprochement.termine, plan.en-attente, plan.bloque,
  #                                             # type10.detecte, canal.arrete, source.en-retard, inventaire.refuse,
  #                                             # demande.recue, demande.en-retard
  webhook:
    connexionSecondes: 10
    reponseSecondes: 15       # sans un octet de réponse
    totalSecondes: 30
    reponseOctetsMax: 16384
    tentativesMax: 12
    attenteMinSecondes: 30
    attenteMaxSecondes: 21600
    dureeMaxHeures: 72        # depuis la première tentative ; un événement plus ancien que cela n'est plus distribué
    bailSecondes: 120

# Bornes.
limites:
  telechargementOctetsMax: 4294967296
  decompresseOctetsMax: 17179869184
  ligneOctetsMax: 65536
  rejetsConservesMax: 1000
`;
