// Names of the sample's files. The national ones carry the time of their generation (extractions.md §1).
import { dateAt, type Country } from './country.js';

export type FileNames = {
  readonly bals: string;
  readonly balsMember: string;
  readonly professionnels: string;
  /** Inner times differ from the zip's, as seen on the real ones. */
  readonly personneActivite: string;
  readonly savoirFaire: string;
  readonly diplAutExerc: string;
  readonly identites: string;
  readonly identitesMember: string;
  readonly finess: string;
};

export const listeBlancheFile = 'listeblanchemssante.xml';
export const signataireFile = 'listeblanche-signataire.pem';
export const adeliFile = 'Correspondance_ADELI_RPPS.csv';
export const inventaireFile = 'inventaire.csv';
export const inventaireCompletFile = 'inventaire-complet.csv';
export const configFile = 'annuaire-sync.yaml';
export const configCompletFile = 'annuaire-sync-complet.yaml';
export const truthFile = 'truth.json';

export function fileNames(country: Country): FileNames {
  const day = dateAt(country, 0).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    bals: `Extraction_Correspondance_MSSante_${day}0613.zip`,
    balsMember: `Extraction_Correspondance_MSSante_${day}0613.txt`,
    professionnels: `PS_LibreAcces_${day}0711.zip`,
    personneActivite: `PS_LibreAcces_Personne_activite_${day}0548.txt`,
    savoirFaire: `PS_LibreAcces_SavoirFaire_${day}0548.txt`,
    diplAutExerc: `PS_LibreAcces_Dipl_AutExerc_${day}0548.txt`,
    identites: `Extraction_ProSanteConnect_${day}1203.zip`,
    identitesMember: `Extraction_Pro_sante_connect_${day}1158.txt`,
    finess: `finess-structures-journalier-${day}.json.gz`,
  };
}
