// What each template of the program is given, by example: to check those that replace it, and for docs/avis.md.
import type { DonneesAvis, Gabarit } from '../domain/avis.js';

const adresse = 'jean.exemple@chu-exemple.mssante.fr';
const quota = { adresse, taille: '1,7 Go', quota: '2 Go', part: 85 };
const inactivite = {
  adresse,
  joursMax: 365,
  derniereConnexion: '12 janvier 2026',
  dateSuppression: '14 mars 2027',
  lienConserver: 'https://annuaire.exemple.fr/inactivite/jeton',
};

const demande = {
  numero: 12,
  adresse,
  structure: 'CHU d’exemple',
  lienSuivi: 'https://annuaire.exemple.fr/demande/lien/jeton',
};
const dateDemande = '2 mars 2027';
const dateReponse = '1 avril 2027';
const messages = {
  devenirMessages: 'Vos messages ne seront plus lisibles : enregistrez ceux dont vous avez besoin.',
  dateMessages: '4 avril 2027',
};

export const exemples: Readonly<Record<Gabarit, DonneesAvis>> = {
  inactivite,
  'inactivite-rappel': inactivite,
  'inactivite-opposition': {
    adresse,
    dateOpposition: '3 février 2027',
    conserveeJusquAu: '3 février 2028',
  },
  'quota-80': quota,
  'quota-90': { ...quota, taille: '1,9 Go', part: 95 },
  'quota-100': { ...quota, taille: '2 Go', part: 100 },
  'demande-recue': { ...demande, dateDemande, dateReponse },
  'demande-en-examen': { ...demande, dateDemande, dateReponse },
  'demande-acceptee': { ...demande, ...messages },
  'demande-refusee': { ...demande, motifRefus: 'Vous exercez encore dans cette structure.' },
  'demande-transmise': demande,
  'demande-confirmee': { ...demande, ...messages, dateDemande },
  'demande-retiree': { ...demande, dateEtape: '5 mars 2027' },
  'demande-sans-objet': { ...demande, dateDemande },
  'connexion-lien': {
    adresse,
    lien: 'https://annuaire.exemple.fr/demande/connexion/lien/jeton',
    echeance: '2 mars 2027 à 14:32',
  },
};
