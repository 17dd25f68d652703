// Names of the mirror's default settings that requests and slapd's indexes are made of.
export const balSchemaNames = { rpps: 'rpps' } as const;
export const baseDn = 'ou=bal,o=mssante,c=fr';
/** Looked up by equality only. */
export const exactAttributes: readonly string[] = [
  ...['typeBal', balSchemaNames.rpps, 'adeli', 'idNatPs', 'finess', 'siret', 'idNatStruct'],
  ...['postalCode', 'codeProfession', 'codeSavoirFaire'],
];
