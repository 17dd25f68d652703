// Each national source: where it is published, under which names, and what its archive holds (extractions.md §1).
import type { SourceName } from '../domain/source.js';
import type { WantedMember } from './archive.js';

export type SourceEntry = {
  readonly name: SourceName;
  /** French, for progress and messages. */
  readonly label: string;
  /** Default addresses, the first one preferred; none when the source has no public one. */
  readonly urls: readonly string[];
  /** Names of the published file, in a folder; the open-data copies spell them with hyphens. */
  readonly filePatterns: readonly RegExp[];
  readonly members: readonly WantedMember[];
  /** Statuses by which the server says that it has no new file. */
  readonly nothingNewStatuses: readonly number[];
};

const extractionUrl =
  'https://service.annuaire.sante.fr/annuaire-sante-webservices/V300/services/extraction';
const openDataUrl = 'https://www.data.gouv.fr/api/1/datasets/r';

/** Members a reader of `professionnels` can ask for by name. */
export const activiteMember = 'Personne_activite';
export const savoirFaireMember = 'SavoirFaire';

const bals: SourceEntry = {
  name: 'bals',
  label: 'BAL publiées (Extraction_Correspondance_MSSante)',
  urls: [
    `${extractionUrl}/Extraction_Correspondance_MSSante`,
    `${openDataUrl}/afe01105-d9a1-41fe-921f-e40ea48b2ba6`,
  ],
  filePatterns: [/^extraction[-_ ]?correspondance[-_ ]?mssante.*\.(zip|txt|csv)(\.gz)?$/i],
  members: [
    {
      name: 'Extraction_Correspondance_MSSante',
      pattern: /^extraction[-_ ]?correspondance[-_ ]?mssante.*\.(txt|csv)(\.gz)?$/i,
      isRequired: true,
    },
  ],
  nothingNewStatuses: [],
};

const professionnels: SourceEntry = {
  name: 'professionnels',
  label: 'professionnels (PS_LibreAcces)',
  urls: [
    `${extractionUrl}/PS_LibreAcces`,
    // The open data publishes each member alone; Personne_activite is the one that is needed.
    `${openDataUrl}/fffda7e9-0ea2-4c35-bba0-4496f3af935d`,
  ],
  filePatterns: [/^ps[-_ ]?libre[-_ ]?acces(?![-_ ]?(personne|savoir|dipl)).*\.zip$/i],
  members: [
    {
      name: activiteMember,
      pattern: /^ps[-_ ]?libre[-_ ]?acces[-_ ]?personne[-_ ]?activite.*\.(txt|csv)(\.gz)?$/i,
      isRequired: true,
    },
    {
      name: savoirFaireMember,
      pattern: /^ps[-_ ]?libre[-_ ]?acces[-_ ]?savoir[-_ ]?faire.*\.(txt|csv)(\.gz)?$/i,
      isRequired: false,
    },
  ],
  nothingNewStatuses: [],
};

const identitesPattern = /^(\d+-)?extraction[-_ ]?pro[-_ ]?sante[-_ ]?connect.*/i.source;

const identites: SourceEntry = {
  name: 'identites',
  label: 'identités (Extraction_ProSanteConnect)',
  urls: [`${extractionUrl}/Extraction_ProSanteConnect`],
  filePatterns: [new RegExp(`${identitesPattern}\\.(zip|txt|csv)(\\.gz)?$`, 'i')],
  members: [
    {
      name: 'Extraction_ProSanteConnect',
      pattern: new RegExp(`${identitesPattern}\\.(txt|csv)(\\.gz)?$`, 'i'),
      isRequired: true,
    },
  ],
  // "No new file to deliver" in the ANS's contract, not a failure (§1.5).
  nothingNewStatuses: [503],
};

/** FINESS+ (EJ and EG nested), or the older stock of EG, daily or annual, with its EJ beside it (§6). */
const finessPattern =
  /^(finess[-_ ]?(plus[-_ ]?)?structures?.*\.json|etalab[-_ ]?(cs1100502|stock[-_ ]?et).*\.csv)(\.gz)?$/i;
const finessEjPattern = /^etalab[-_ ]?(cs1100501|stock[-_ ]?ej).*\.csv(\.gz)?$/i;

const finess: SourceEntry = {
  name: 'finess',
  label: 'établissements (FINESS)',
  urls: [`${openDataUrl}/cd493959-fb03-41e5-9347-0edd14dfbc22`],
  filePatterns: [finessPattern, /^(finess[-_ ]?(plus[-_ ]?)?structures?|etalab).*\.zip$/i],
  members: [
    { name: 'finess', pattern: finessPattern, isRequired: true },
    { name: 'finess-ej', pattern: finessEjPattern, isRequired: false },
  ],
  nothingNewStatuses: [],
};

const listeBlanchePattern = /^liste[-_ ]?blanche.*\.xml(\.gz)?$/i;

const listeBlanche: SourceEntry = {
  name: 'liste-blanche',
  label: 'liste blanche des domaines MSSanté',
  urls: ['https://espacedeconfiance.mssante.fr/listeblanchemssante.xml'],
  filePatterns: [listeBlanchePattern, /^liste[-_ ]?blanche.*\.zip$/i],
  members: [{ name: 'listeblanchemssante', pattern: listeBlanchePattern, isRequired: true }],
  nothingNewStatuses: [],
};

const adeliRppsPattern = /adeli[-_ ]?rpps.*\.(csv|txt)(\.gz)?$/i;

const adeliRpps: SourceEntry = {
  name: 'adeli-rpps',
  label: 'correspondance ADELI → RPPS',
  urls: [],
  filePatterns: [adeliRppsPattern, /adeli[-_ ]?rpps.*\.zip$/i],
  members: [{ name: 'adeli-rpps', pattern: adeliRppsPattern, isRequired: true }],
  nothingNewStatuses: [],
};

export const catalogue: Readonly<Record<SourceName, SourceEntry>> = {
  bals,
  professionnels,
  identites,
  finess,
  'liste-blanche': listeBlanche,
  'adeli-rpps': adeliRpps,
};
