// Names that the ANS's draft, its open correction and its profiles give to things.

export const metadataUrl =
  'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';
export const emailTypeUrl =
  'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type';

/** Type of mail service; the draft's examples take it for the type of BAL too. */
export const systemR256 =
  'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie';
export const systemR257 = 'https://mos.esante.gouv.fr/NOS/TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL';

export const systemRpps = 'https://rpps.esante.gouv.fr';
export const systemIdNatPs = 'urn:oid:1.2.250.1.71.4.2.1';
export const systemIdNatStruct = 'urn:oid:1.2.250.1.71.4.2.2';
export const systemRppsRang = 'https://rppsrang.esante.gouv.fr';

export const systemsFiness = {
  draft: 'http://finess.sante.gouv.fr',
  corrections: 'http://finess.esante.gouv.fr',
  profile: 'https://finess.esante.gouv.fr',
} as const;

export const systemsSirene = { draft: 'http://sirene.fr', profile: 'https://sirene.fr' } as const;

export const resourceTypes = ['Practitioner', 'PractitionerRole', 'Organization'] as const;
export type ResourceType = (typeof resourceTypes)[number];

export function isResourceType(text: string): text is ResourceType {
  return resourceTypes.some((resourceType) => resourceType === text);
}
