/** Of the template, what it serves to programs: LDAP, the simulator, the checks. */
export const serviceTemplate = `# Serveur LDAP (« annuaire-sync ldap », docs/ldap.md). Relancez-le pour qu'un changement prenne effet.
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

# Certificats de ces réglages (servis, clients, autorités, signataire de la liste blanche) : docs/tls.md.
certificats:
  alerteJours: 30             # avant la fin de l'un d'eux : status, doctor, console, métriques, webhook certificat.expire-bientot

# Vérifications avant création et transfert (docs/api.md).
verification:
  rppsInconnu: refuser        # avertir : accepte un RPPS absent du fichier national (un nouveau PS peut y manquer quelques heures)
  inventaireMaxHeures: 48     # âge de l'inventaire au-delà duquel les réponses le disent en retard

`;
