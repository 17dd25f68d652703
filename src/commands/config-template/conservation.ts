// The `conservation:` and `consultations:` sections of what `config init` writes.
import { categoriesConservation, durees } from '../../domain/conservation.js';

const lignes = categoriesConservation.map((nom) => {
  const { libelle, defaut, min, max } = durees[nom];
  return `    ${`${nom}: ${defaut}`.padEnd(22)}# ${libelle} ; de ${min} à ${max}\n`;
});

export const conservationTemplate = `
# Combien de temps les données sont gardées avant que « annuaire-sync purge » les efface ou les rende anonymes (EX_GDT_5070).
# Le responsable de traitement décide ; docs/conservation.md donne la raison de chaque durée, et ce qu'elle efface.
conservation:
  jours:
${lignes.join('')}  gardes:                     # « purge --accept » passe outre
    partMax: 0.5              # part d'une table qu'une purge peut prendre en une fois
    plancher: 1000            # en deçà de tant de lignes, la part n'est pas regardée
    horlogeEcartMaxSecondes: 300   # entre cette machine et le serveur de la base ; au-delà, rien n'est purgé, sans exception
    silenceMaxJours: 45       # sans aucune trace depuis la dernière purge : au-delà, l'horloge a peut-être sauté
  lotPages: 512               # pages de 8 Kio qu'une transaction de purge lit et change au plus

# Consultations servies par LDAP et par l'API : comptées par jour et par compte, jamais journalisées en entier.
consultations:
  compter: true
  echantillon: 0              # garde une consultation sur tant, pour un diagnostic ; 0 : aucune
  echantillonParJourMax: 10000
  valeurs: false              # true : l'échantillon garde les valeurs cherchées, pas seulement les noms des attributs

# Le journal (docs/journal.md).
# journal:
#   cleDesPoints: { fichier: ./points.key }   # signe les points de contrôle ; « annuaire-sync audit key points.key » la crée
#   points: /mnt/coffre/points.jsonl          # reçoit un point signé à la fin de chaque purge
`;
