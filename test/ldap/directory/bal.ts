import type {
  BalPubliee,
  ExercicePublie,
  LigneBalPubliee,
  StructurePubliee,
} from '../../../src/domain/bal-publiee.js';

/** All columns of a line, side by side. */
export type Colonnes = Omit<LigneBalPubliee, 'exercice' | 'structure'> &
  ExercicePublie &
  StructurePubliee;

export const vide: Colonnes = {
  adressePubliee: '',
  typeBal: 'PER',
  typeIdentifiantPp: '',
  identifiantPp: '',
  identificationNationalePp: '',
  typeIdentifiantStructure: '',
  identificationStructure: '',
  structureId: '',
  serviceRattachement: '',
  civiliteExercice: '',
  nomExercice: '',
  prenomExercice: '',
  categorieProfession: '',
  libelleCategorieProfession: '',
  codeProfession: '',
  libelleProfession: '',
  codeSavoirFaire: '',
  libelleSavoirFaire: '',
  dematerialisation: '',
  raisonSociale: '',
  enseigneCommerciale: '',
  complementLocalisation: '',
  complementDistribution: '',
  numeroVoie: '',
  complementNumeroVoie: '',
  typeVoie: '',
  libelleVoie: '',
  lieuDit: '',
  ligneAcheminement: '',
  codePostal: '',
  departement: '',
  pays: '',
};

/** One BAL with a line for each object; what a line does not say is empty. */
export function balOf(adresse: string, ...lignes: readonly Partial<Colonnes>[]): BalPubliee {
  return {
    adresse: adresse.toLowerCase(),
    modifieLe: new Date('2026-10-09T04:13:00Z'),
    lignes: lignes.map((ligne) => ligneOf({ ...vide, adressePubliee: adresse, ...ligne })),
  };
}

function ligneOf(colonnes: Colonnes): LigneBalPubliee {
  return { ...colonnes, exercice: colonnes, structure: colonnes };
}

export const jeanne: Partial<Colonnes> = {
  typeIdentifiantPp: '8',
  identifiantPp: '10000000001',
  identificationNationalePp: '810000000001',
  structureId: '1750000001',
  serviceRattachement: 'Cardiologie',
  civiliteExercice: 'DR',
  nomExercice: 'EXEMPLE',
  prenomExercice: 'Jeanne',
  codeProfession: '10',
  libelleProfession: 'Médecin',
  codeSavoirFaire: 'SM04',
  libelleSavoirFaire: 'Cardiologie et maladies vasculaires',
  dematerialisation: 'O',
  raisonSociale: 'CENTRE HOSPITALIER EXEMPLE',
  enseigneCommerciale: 'HOPITAL NORD',
  complementLocalisation: 'BATIMENT B',
  numeroVoie: '12',
  complementNumeroVoie: 'BIS',
  typeVoie: 'Rue',
  libelleVoie: "DE L'EXEMPLE",
  ligneAcheminement: '75014 PARIS CEDEX 14',
  codePostal: '75014',
  departement: 'Paris',
  pays: 'France',
};
