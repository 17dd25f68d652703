/** Of the template, what the program reads: the database, the opérateur, the national sources, the inventory. */
export const sourcesTemplate = `# Réglages d'annuaire-sync. Les chemins relatifs le sont par rapport à ce fichier.
# Une valeur secrète s'écrit telle quelle, { env: NOM_DE_VARIABLE } ou { fichier: ./chemin }.

# Dossier des données : base privée, fichiers temporaires.
dataDir: ./var

# Base de données. Sans url, une base PostgreSQL privée est démarrée dans dataDir.
database:
  # url: { env: ANNUAIRE_SYNC_DATABASE_URL }     # postgres://utilisateur:motdepasse@serveur:5432/base (PostgreSQL 14 ou plus)
  poolMax: 8                  # connexions au plus (4 au moins)
  requeteMaxSecondes: 1800    # durée maximale d'une requête ; 15 s de plus sans un mot, et la connexion est tenue pour perdue
  lectureSeule: false         # true : ce nœud n'écrit jamais (un réplica est reconnu sans ce réglage ; docs/exploitation.md)
  # noeudPrincipal: https://annuaire.exemple.fr    # le nœud qui écrit, tel que les messages d'un nœud en lecture seule le nomment

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

`;
