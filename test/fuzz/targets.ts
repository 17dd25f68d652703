// Every fuzzer. What is not here has its own: LDAP messages in memory (test/ldap/protocol), filters, DN, inventories that are right.
import { extractionTarget } from './targets/extraction.js';
import { fhirTarget } from './targets/fhir.js';
import { inventaireTarget } from './targets/inventaire.js';
import { ldapCutTarget, ldapWrongTarget } from './targets/ldap-socket.js';
import { listeBlancheTarget } from './targets/liste-blanche.js';
import { proxyTarget } from './targets/proxy.js';
import { reglagesTarget } from './targets/reglages.js';
import type { Target } from './target.js';
import { zipTarget } from './targets/zip.js';

export const targets: readonly Target[] = [
  extractionTarget,
  inventaireTarget,
  listeBlancheTarget,
  zipTarget,
  fhirTarget,
  reglagesTarget,
  proxyTarget,
  ldapCutTarget,
  ldapWrongTarget,
];
