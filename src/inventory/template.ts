// What `inventory template` prints and what the documentation says of each column.
import { inventaireColumnNames, neededColumns, type InventaireColumn } from './columns.js';

export type InventaireColumnDoc = {
  readonly name: InventaireColumn;
  readonly isNeeded: boolean;
  /** French. */
  readonly description: string;
};

/** A file that Excel opens as it is: byte order mark, `;`, CRLF; a header and three invented BAL. */
export function inventaireTemplate(): string {
  const lines = [inventaireColumnNames, ...examples.map((example) => cellsOf(example))];
  return '\ufeff' + lines.map((cells) => cells.map(quoteCell).join(';') + '\r\n').join('');
}

const descriptions: Record<InventaireColumn, string> = {
  adresse: 'Adresse de la BAL, nom@domaine ; une ligne par rattachement à une structure',
  typeBal: 'PER (personnelle), ORG (organisationnelle), APP (applicative) ou CAB (cabinet)',
  typeIdentifiantPp:
    'Type d’identifiant du titulaire : RPPS (8), ADELI (0), adresse MSSanté (10) ou un autre code TRE_G08 ; vide : déduit de identifiantPp',
  identifiantPp: 'Identifiant du titulaire : RPPS à 11 chiffres, ADELI à 9 caractères…',
  typeIdentifiantStructure:
    'FINESS, FINESS EJ, FINESS EG, SIRET, SIREN ou un code TRE_G07 ; vide : déduit de identifiantStructure',
  identifiantStructure: 'Identifiant de la structure de rattachement',
  service: 'Service de rattachement',
  responsable: 'Responsable de la BAL (ORG, APP)',
  description: 'Description libre',
  listeRouge: 'oui ou non ; vide : non. Une BAL en liste rouge n’est pas publiée',
  preferee: 'oui ou non ; vide : non. BAL préférée de son titulaire',
  etat: 'actif, suspendu ou fermé ; vide : actif',
  dateCreation: 'aaaa-mm-jj ou jj/mm/aaaa',
  derniereAuthentification:
    'Dernière connexion du titulaire : aaaa-mm-jj ou jj/mm/aaaa, avec l’heure si possible (heure de Paris, sauf décalage écrit) ; vide : jamais',
  tailleOctets:
    'Taille occupée, en octets, ou avec une unité : Ko, Mo, Go (puissances de 1000), Kio, Mio, Gio (de 1024)',
  quotaOctets: 'Quota, écrit de même ; vide, 0 ou « illimité » : pas de quota',
  transfertVers: 'Adresse vers laquelle la BAL transfère automatiquement',
};

export const inventaireColumns: readonly InventaireColumnDoc[] = inventaireColumnNames.map(
  (name) => ({
    name,
    isNeeded: neededColumns.includes(name),
    description: descriptions[name],
  }),
);

type Example = Partial<Record<InventaireColumn, string>>;

// Invented; the identifiers pass Luhn, and dates are old enough for any clock.
const examples: readonly Example[] = [
  {
    adresse: 'camille.exemple@chu-exemple.mssante.fr',
    typeBal: 'PER',
    typeIdentifiantPp: 'RPPS',
    identifiantPp: '10999999997',
    typeIdentifiantStructure: 'FINESS',
    identifiantStructure: '990000010',
    service: 'Cardiologie',
    listeRouge: 'non',
    preferee: 'oui',
    etat: 'actif',
    dateCreation: '2021-03-15',
    derniereAuthentification: '2024-11-04 08:12',
    tailleOctets: '734003200',
    quotaOctets: '2 Gio',
  },
  {
    adresse: 'secretariat.cardiologie@chu-exemple.mssante.fr',
    typeBal: 'ORG',
    typeIdentifiantStructure: 'FINESS',
    identifiantStructure: '990000010',
    service: 'Cardiologie',
    responsable: 'Cadre du service',
    description: 'Secrétariat de cardiologie',
    listeRouge: 'non',
    etat: 'actif',
    dateCreation: '15/03/2021',
  },
  {
    adresse: 'laboratoire@chu-exemple.mssante.fr',
    typeBal: 'APP',
    typeIdentifiantStructure: 'SIRET',
    identifiantStructure: '99999999800019',
    description: 'Envoi des comptes rendus ; automate',
    listeRouge: 'oui',
    etat: 'suspendu',
    dateCreation: '2022-06-01',
  },
];

function cellsOf(example: Example): readonly string[] {
  return inventaireColumnNames.map((name) => example[name] ?? '');
}

function quoteCell(cell: string): string {
  return /[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
