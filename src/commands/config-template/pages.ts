/** Of the template, what it serves to people: the web server, sign-ins, the console, notices, limits. */
export const pagesTemplate = `# Serveur web : l'API (« annuaire-sync web », docs/api.md). Relancez-le pour qu'un changement prenne effet.
web:
  adresse: 127.0.0.1          # '0.0.0.0' ou '::' : toutes
  port: 8480
  clairHorsBoucle: false      # true : accepte HTTP sans TLS ailleurs que sur 127.0.0.1 (derrière un répartiteur qui chiffre)
  # repartiteurs: [10.0.0.4, 10.0.1.0/24]   # machines dont X-Forwarded-For est cru (répartiteur devant ce serveur) ; sans
                              # elles, l'adresse gardée dans les traces est celle du répartiteur
  # urlPublique: https://annuaire.mon-etablissement.fr   # début des liens que portent les courriels
  # cleDesLiens: { env: ANNUAIRE_SYNC_CLE_DES_LIENS }    # signe ces liens, 32 caractères au moins ; sans elle, une clé tirée
                              # une fois et gardée dans la base. En changer rend nuls les liens déjà envoyés
  # tls: { certificat: ./web.pem, cle: ./web.key, motDePasse: { env: WEB_CLE } }   # PEM, chaîne après le certificat ; relus seuls (relectureSecondes: 30), ou sur SIGHUP
  limites:
    corpsOctetsMax: 65536     # d'une demande ; celles de l'API font moins de 2 Kio
    connexionsMax: 1000
    requetesParSeconde: 300   # par clé d'API, sauf limite propre à la clé
    appelsConservesMax: 2000000   # traces d'appels gardées, les plus récentes ; leur durée : conservation.jours.appelsApi
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
  #                                             # type10.detecte, canal.arrete, source.en-retard, certificat.expire-bientot, inventaire.refuse,
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

# Sauvegarde de la base privée (« annuaire-sync backup », docs/sauvegarde.md) ; avec database.url, ce sont les outils de PostgreSQL.
sauvegarde:
  # dossier: /srv/sauvegardes/annuaire   # par défaut sauvegardes, dans dataDir ; mieux : un autre disque
  garder: 7                   # sauvegardes entières gardées dans ce dossier ; la dernière bonne n'est jamais supprimée
  avecReglages: false         # true : emporte aussi ce fichier, et les clés et secrets qu'il nomme
  # debitMaxMo: 50            # Mo par seconde lus au plus, pour laisser le disque aux autres

# Bornes.
limites:
  telechargementOctetsMax: 4294967296
  decompresseOctetsMax: 17179869184
  ligneOctetsMax: 65536
  rejetsConservesMax: 1000
`;
