// The root DSE (RFC 4512 section 5.1): what a client reads first.
import type { StaticEntry } from '../directory/directory.js';
import { featureOid } from '../protocol/oid.js';
import { subschemaDn } from './subschema.js';

/** What this listener can do; lists of OIDs. */
export type Capabilities = {
  /** RFC 4514. */
  readonly baseDn: string;
  readonly controls: readonly string[];
  readonly extensions: readonly string[];
  readonly saslMechanisms: readonly string[];
  readonly vendorVersion: string;
};

export function rootDse(capabilities: Capabilities): StaticEntry {
  const operational: readonly (readonly [name: string, values: readonly string[]])[] = [
    ['namingContexts', [capabilities.baseDn]],
    ['subschemaSubentry', [subschemaDn]],
    ['supportedLDAPVersion', ['3']],
    ['supportedControl', capabilities.controls],
    ['supportedExtension', capabilities.extensions],
    ['supportedFeatures', Object.values(featureOid)],
    ['supportedSASLMechanisms', capabilities.saslMechanisms],
    ['vendorName', ['annuaire-sante-sync']],
    ['vendorVersion', [capabilities.vendorVersion]],
    ['entryDN', ['']],
  ];
  return {
    dn: '',
    normalisedDn: '',
    attributes: [
      { name: 'objectClass', values: ['top'], isOperational: false },
      ...operational
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => ({ name, values, isOperational: true })),
    ],
  };
}
