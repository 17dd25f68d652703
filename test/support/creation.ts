// What the tests of checks share: a small directory where a creation is allowed, and the request that is.
import type { DemandeCreation } from '../../src/verification/demande.js';
import type { VerificationSettings } from '../../src/verification/settings.js';
import type { FaitsCreation, FaitsSource } from '../../src/store/verification.js';
import type { Etat } from './annuaire.js';
import { motifAdresse } from './rapprochement.js';

export const maintenantCreation = new Date('2026-10-09T10:00:00Z');

export const reglagesCreation: VerificationSettings = {
  domaines: new Map([
    ['chu.mssante.fr', { nom: 'chu.mssante.fr' }],
    ['eg.mssante.fr', { nom: 'eg.mssante.fr', structure: '1750000028' }],
    ['ej.mssante.fr', { nom: 'ej.mssante.fr', structure: '1750000010' }],
    ['retire.mssante.fr', { nom: 'retire.mssante.fr' }],
  ]),
  motifAdresse,
  rppsInconnu: 'refuser',
  agesMaxHeures: {
    bals: 48,
    professionnels: 48,
    identites: 48,
    finess: 48,
    'liste-blanche': 48,
    'adeli-rpps': Number.POSITIVE_INFINITY,
    inventaire: 48,
  },
};

/** Passes Luhn, as do the structures below. */
export const rppsConnu = '10000000017';

/** Allowed without a warning in `etatCreation`. */
export const demandeCreation: DemandeCreation = {
  adresse: 'Anne.Exemple@chu.mssante.fr',
  typeBal: 'PER',
  typeIdentifiantPp: '8',
  identifiantPp: rppsConnu,
  typeIdentifiantStructure: '1',
  identifiantStructure: '750000028',
  service: 'Cardiologie',
};

const ej = '750000010';
const eg = '750000028';

export const etatCreation: Etat = {
  bals: [
    { adresse: 'publiee@chu.mssante.fr', type: 'ORG', structure: '1750000028' },
    {
      adresse: 'cab@autre.mssante.fr',
      type: 'CAB',
      rpps: '10000000025',
      structure: '1750000028',
    },
    { adresse: 'ailleurs@autre.mssante.fr', rpps: rppsConnu, structure: '1750000044' },
  ],
  inventaire: [
    { adresse: 'prise@chu.mssante.fr', rpps: '10000000025', structure: '1750000051' },
    { adresse: 'fermee@chu.mssante.fr', rpps: '10000000025', etat: 'ferme' },
    { adresse: 'rouge@chu.mssante.fr', rpps: rppsConnu, structure: '1750000051', listeRouge: true },
  ],
  activites: [
    { rpps: rppsConnu, nom: 'EXEMPLE', prenom: 'Anne', site: eg, ej, mode: 'S' },
    { rpps: '10000000025', nom: 'SANS', prenom: 'Activite' },
    { rpps: '10000000058', nom: 'LIBERAL', technique: 'R1000000005800', mode: 'L' },
    { rpps: '10000000066', nom: 'ANCIEN', technique: 'X', ancien: '075123456700', mode: 'L' },
  ],
  savoirFaire: [{ rpps: '10000000033' }],
  finess: [
    { finess: ej, nature: 'EJ', raisonSociale: 'CHU' },
    { finess: eg, nature: 'EG', ej, raisonSociale: 'HOPITAL NORD' },
    { finess: '750000036', nature: 'EG', ej, isClosed: true, fermeture: '2024-01-31' },
    { finess: '750000044', nature: 'EJ' },
    { finess: '750000051', nature: 'EG', ej: '750000044', raisonSociale: 'CLINIQUE' },
  ],
  listeBlanche: [
    { domaine: 'chu.mssante.fr' },
    { domaine: 'eg.mssante.fr' },
    { domaine: 'ej.mssante.fr' },
  ],
  adeli: [{ adeli: '759000001', rpps: rppsConnu }],
};

const aJour: FaitsSource = {
  enServiceDepuis: '2026-10-09T06:00:00.000Z',
  dernierContact: '2026-10-09T06:00:00.000Z',
  derniereTentative: '2026-10-09T06:00:00.000Z',
};

/** Facts under which `demandeCreation` is allowed without a warning, for the tables of cases without a database. */
export const faitsCreation: FaitsCreation = {
  sources: {
    bals: aJour,
    professionnels: aJour,
    identites: aJour,
    finess: aJour,
    'liste-blanche': aJour,
    'adeli-rpps': aJour,
    inventaire: aJour,
  },
  suitMotif: true,
  domaineDansInventaire: true,
  domaineEnListeBlanche: true,
  inventaire: [],
  annuaire: [],
  titulaire: {
    nom: 'Anne EXEMPLE',
    aSavoirFaire: false,
    lignes: [{ aMode: true, aGenre: false, site: eg, ej, ejDuSite: ej }],
    pers: [],
  },
  structure: {
    finess: { nature: 'EG', ej, raisonSociale: 'HOPITAL NORD', estFermee: false },
    estEjVue: false,
  },
  structureDuDomaine: { estEjVue: false },
};
