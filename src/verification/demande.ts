// A request to create a BAL, as it is understood: identifiers cleaned, types told, faults of form noted.
import { domaineOf, isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { StructureLue } from '../domain/id-nat-struct.js';
import { readStructure } from './demande-structure.js';
import { readTitulaire, type Titulaire } from './demande-titulaire.js';
import { refuse, type Remark } from './verdict.js';

/** As it was asked; the names are those of the columns of the inventory. */
export type DemandeCreation = {
  readonly adresse: string;
  readonly typeBal: string;
  readonly typeIdentifiantPp?: string | undefined;
  readonly identifiantPp?: string | undefined;
  readonly typeIdentifiantStructure?: string | undefined;
  readonly identifiantStructure?: string | undefined;
  readonly service?: string | undefined;
  readonly listeRouge?: boolean | undefined;
};

export type ReadDemande = {
  /** Lower-cased; well-formed unless a remark says otherwise. */
  readonly adresse: string;
  readonly domaine: string;
  readonly typeBal: TypeBal | undefined;
  /** Only a holder whom a national number identifies. */
  readonly titulaire: Titulaire | undefined;
  readonly structure: StructureLue | undefined;
  readonly service: string | undefined;
  readonly listeRouge: boolean;
  readonly remarks: readonly Remark[];
};

export function readDemande(demande: DemandeCreation): ReadDemande {
  const adresse = demande.adresse.trim().toLowerCase();
  const typeBal = demande.typeBal.trim().toUpperCase();
  const type = isTypeBal(typeBal) ? typeBal : undefined;
  const { titulaire, remarks: onTitulaire } = readTitulaire(type, demande);
  const { structure, remarks: onStructure } = readStructure(type, demande);
  const service = demande.service?.replace(/\s+/gu, ' ').trim();
  return {
    adresse,
    domaine: domaineOf(adresse),
    typeBal: type,
    titulaire,
    structure,
    service: service === '' ? undefined : service,
    listeRouge: demande.listeRouge ?? false,
    remarks: [
      ...readAdresse(adresse),
      ...(type === undefined ? [unknownType(demande.typeBal)] : []),
      ...onTitulaire,
      ...onStructure,
    ],
  };
}

// RFC 5321 §4.1.2, Dot-string of visible ASCII; quoted local parts cannot be published.
const localPattern = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainPattern = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/u;

function readAdresse(adresse: string): Remark[] {
  const at = adresse.lastIndexOf('@');
  const isWellFormed =
    at > 0 &&
    // RFC 5321 §4.5.3.1: 64 octets before the @, 254 in all.
    at <= 64 &&
    adresse.length <= 254 &&
    localPattern.test(adresse.slice(0, at)) &&
    domainPattern.test(adresse.slice(at + 1));
  return isWellFormed
    ? []
    : [
        refuse(
          'ADRESSE_INVALIDE',
          'L’adresse est mal formée : nom@domaine, sans espace ni accent, 64 caractères au plus avant l’arobase, 254 en tout.',
        ),
      ];
}

function unknownType(text: string): Remark {
  return refuse(
    'TYPE_BAL_INCONNU',
    `Le type de BAL « ${clip(text)} » n’existe pas : PER, ORG, APP ou CAB.`,
  );
}

function clip(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}
