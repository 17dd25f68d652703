// Names that the ANS's draft, its open correction and its profiles give to things.

export const urlMetadonnees =
  'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';
export const urlEmailType =
  'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type';

/** Type of mail service; the draft's examples take it for the type of BAL too. */
export const systemeR256 =
  'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie';
export const systemeR257 = 'https://mos.esante.gouv.fr/NOS/TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL';

export const systemeRpps = 'https://rpps.esante.gouv.fr';
export const systemeIdNatPs = 'urn:oid:1.2.250.1.71.4.2.1';
export const systemeIdNatStruct = 'urn:oid:1.2.250.1.71.4.2.2';
export const systemeRppsRang = 'https://rppsrang.esante.gouv.fr';

export const systemesFiness = {
  draft: 'http://finess.sante.gouv.fr',
  corrections: 'http://finess.esante.gouv.fr',
  profil: 'https://finess.esante.gouv.fr',
} as const;

export const systemesSirene = { draft: 'http://sirene.fr', profil: 'https://sirene.fr' } as const;

export const ressources = ['Practitioner', 'PractitionerRole', 'Organization'] as const;
export type Ressource = (typeof ressources)[number];

export function isRessource(text: string): text is Ressource {
  return ressources.some((ressource) => ressource === text);
}
