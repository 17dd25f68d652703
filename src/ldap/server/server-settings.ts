// What the server is told by the settings, in the units that it uses.
import type { ServedFiles } from '../../net/served-certificate.js';
import type { PasswordHash } from './password-hash.js';

/** What one identity may ask for; 0 = no limit, everywhere. */
export type Allowance = {
  /** Entries of one answer (of all pages together, when it is paged). */
  readonly sizeMax: number;
  readonly timeMaxMs: number;
  readonly searchesPerSecond: number;
};

export type Account = {
  readonly name: string;
  /** RFC 4514; a bind may give it in the place of the name. */
  readonly dn: string | undefined;
  readonly passwordHash: PasswordHash | undefined;
  /** RFC 4514: subject of the client certificate that SASL EXTERNAL takes for this account. */
  readonly certificateSubject: string | undefined;
  readonly allowance: Allowance;
};

export type AccessSettings = {
  /** Undefined: nobody may read without an account. */
  readonly anonymous: Allowance | undefined;
  /** Readings of the root DSE and of the schema by one address, where nothing else may be read without an account. */
  readonly discoveriesPerSecond: number;
  readonly accounts: readonly Account[];
  /** Nothing but StartTLS and the root DSE in clear (13). */
  readonly isTlsRequired: boolean;
};

export type ConnectionLimits = {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** Operations that one connection may have waiting. */
  readonly pendingMax: number;
  /** From the connection (handshake included) to its first whole message. */
  readonly firstMessageMs: number;
  /** Without a whole message, and nothing being answered. */
  readonly idleMs: number;
  /** Without the client reading anything of what waits for it. */
  readonly writeMs: number;
  /** Entries that an unindexable filter may examine. */
  readonly candidatesMax: number;
  /** Memory that all searches going on may hold: candidates, hits, what sorts them. Beyond: busy (51). */
  readonly searchBytesMax: number;
  /** Memory of all messages half received and answers half sent. Beyond, the connection that holds most is ended. */
  readonly bufferBytesMax: number;
};

export type ListenerSettings = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly isLdaps: boolean;
};

export type ProxySettings = {
  /** Addresses or CIDR ranges of balancers; their connections must begin with a header, others' must not. */
  readonly trusted: readonly string[];
};

export type LdapServerSettings = {
  readonly listeners: readonly ListenerSettings[];
  readonly access: AccessSettings;
  readonly limits: ConnectionLimits;
  readonly tls: ServedFiles | undefined;
  readonly proxy: ProxySettings | undefined;
};
