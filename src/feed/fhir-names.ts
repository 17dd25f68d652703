// Names of the ANS's profiles (interop-ig-fhir-annuaire), verbatim.

export const metadataUrl =
  'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';

export const emailTypeUrl =
  'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type';

/** TRE_R256: kinds of messaging; the draft also uses it, wrongly, for types of BAL. */
export const typeMessagerieSystem =
  'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie';

/** TRE_R257: types of BAL (JDV_J139). */
export const typeBalSystem =
  'https://mos.esante.gouv.fr/NOS/TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL';

export const mssanteCode = 'MSSANTE';

export const rppsSystem = 'https://rpps.esante.gouv.fr';
export const idNatPsSystem = 'urn:oid:1.2.250.1.71.4.2.1';
export const idNatStructSystem = 'urn:oid:1.2.250.1.71.4.2.2';

export const fhirJson = 'application/fhir+json';
export const apiKeyHeader = 'esante-api-key';
