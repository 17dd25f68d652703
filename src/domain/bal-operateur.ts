// A line of the inventory: one BAL that the opérateur hosts × one attachment.

/** TRE_R257. */
export const typesBal = ['PER', 'ORG', 'APP', 'CAB'] as const;
export type TypeBal = (typeof typesBal)[number];

export function isTypeBal(text: string): text is TypeBal {
  return typesBal.some((type) => type === text);
}

export const etatsBal = ['actif', 'suspendu', 'ferme'] as const;
export type EtatBal = (typeof etatsBal)[number];

export type BalOperateur = {
  /** Lower-cased: the key of a BAL. */
  readonly adresse: string;
  readonly adresseSaisie: string;
  readonly typeBal: TypeBal;
  /** TRE_G08 code. */
  readonly typeIdentifiantPp: string | undefined;
  /** Without the type digit of IdNatPS. */
  readonly identifiantPp: string | undefined;
  /** TRE_G07 code; 5 and 6 tell a FINESS EJ and EG. */
  readonly typeIdentifiantStructure: string | undefined;
  /** Without the type digit of IdNatStruct. */
  readonly identificationStructure: string | undefined;
  readonly serviceRattachement: string | undefined;
  readonly responsable: string | undefined;
  readonly description: string | undefined;
  readonly listeRouge: boolean;
  readonly preferee: boolean;
  readonly etat: EtatBal;
  /** aaaa-mm-jj. */
  readonly dateCreation: string | undefined;
  /** Lower-cased. */
  readonly transfertVers: string | undefined;
  readonly derniereAuthentification: Date | undefined;
  readonly tailleOctets: number | undefined;
  readonly quotaOctets: number | undefined;
};

export function domaineOf(adresse: string): string {
  return adresse.slice(adresse.lastIndexOf('@') + 1);
}

/** Tells attachments of one BAL apart: the codes 5 and 6 qualify the same FINESS as the code 1. */
export function rattachementOf(
  bal: Pick<BalOperateur, 'typeIdentifiantStructure' | 'identificationStructure'>,
): string {
  const type = bal.typeIdentifiantStructure ?? '';
  return (type === '5' || type === '6' ? '1' : type) + (bal.identificationStructure ?? '');
}
