// The figures of the LDAP server as metrics.
import { dureesMs } from '../ldap/server/counters.js';
import type { LdapServer } from '../ldap/server/server.js';
import { responseTag } from '../ldap/protocol/operation-tag.js';
import { resultCode } from '../ldap/protocol/result-code.js';
import {
  famille,
  histogramme,
  instant,
  simple,
  type Famille,
  type Valeur,
} from '../metriques/famille.js';

/** As RFC 4511 names them; an unbind and an abandon have no answer. */
const operations = {
  bind: responseTag.bind,
  search: responseTag.searchDone,
  compare: responseTag.compare,
  extended: responseTag.extended,
  add: responseTag.add,
  delete: responseTag.delete,
  modify: responseTag.modify,
  modifyDN: responseTag.modifyDn,
} as const;

export function lireLdap(server: LdapServer): Famille[] {
  const { counters, served, connectionCount } = server;
  const { snapshot } = served;
  return [
    simple('annuaire_sync_ldap_connexions', connectionCount),
    simple('annuaire_sync_ldap_connexions_acceptees_total', counters.accepted),
    famille('annuaire_sync_ldap_connexions_refusees_total', [
      [{ limite: 'toutes' }, counters.refused],
      [{ limite: 'adresse' }, counters.refusedAddress],
    ]),
    famille('annuaire_sync_ldap_operations_total', listResults(server)),
    histogramme('annuaire_sync_ldap_recherche_duree_seconds', {
      bornes: dureesMs.map((ms) => ms / 1_000),
      comptes: counters.searchDurations,
      somme: counters.searchTotalMs / 1_000,
    }),
    simple('annuaire_sync_ldap_entrees_total', counters.entriesSent),
    famille('annuaire_sync_ldap_echanges_bytes_total', [
      [{ sens: 'recus' }, counters.bytesIn],
      [{ sens: 'envoyes' }, counters.bytesOut],
    ]),
    simple('annuaire_sync_ldap_erreurs_internes_total', counters.faults),
    simple('annuaire_sync_ldap_instantane_timestamp_seconds', instant(snapshot?.builtAt)),
    simple(
      'annuaire_sync_ldap_instantane_extraction_timestamp_seconds',
      instant(snapshot?.extractionDate),
    ),
    simple('annuaire_sync_ldap_instantane_entrees', snapshot?.entryCount),
  ];
}

/** Those that happened; a search that went well is always there, so that its rate is known from the first one. */
function listResults({ counters }: LdapServer): Valeur[] {
  return Object.entries(operations).flatMap(([operation, tag]) =>
    Object.entries(resultCode).flatMap(([resultat, code]): Valeur[] => {
      const count = counters.countOf(tag, code);
      const isUsual = operation === 'search' && resultat === 'success';
      return count > 0 || isUsual ? [[{ operation, resultat }, count]] : [];
    }),
  );
}
