// EX_OPE_5010 (Référentiel #1, §6.2.1), applied to every TLS socket that the program opens or serves: docs/tls.md lists them.
// The only place that says a version, a suite, a curve or a size; test/architecture-tls.test.ts looks for others.
import { constants } from 'node:crypto';

/** OpenSSL's names, TLS 1.3 first; forward secrecy only, CBC forbidden. */
export const tlsSuites13 = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
];
export const tlsSuites12 = [
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
];

/** All of at least 256 bits. */
export const tlsCurves = ['X25519', 'P-256', 'P-384', 'P-521'];

export const tlsDhSizeMinBits = 2048;
export const tlsRsaSizeMinBits = 2048;

/** SHA-2 or better, on keys that the lines above allow (RFC 8446, section 4.2.3). */
const signatures = [
  ...['rsa_pss_rsae', 'rsa_pss_pss', 'rsa_pkcs1'].flatMap((scheme) =>
    ['sha256', 'sha384', 'sha512'].map((hash) => `${scheme}_${hash}`),
  ),
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
];

/**
 * What both sides of a connection have in common, as Node.js's `createSecureContext` and `tls.connect` take it. Level 2 of
 * OpenSSL (112 bits) refuses DH and RSA under 2048 bits and SHA-1 in chains, which no other option does.
 */
export const tlsCommon = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [...tlsSuites13, ...tlsSuites12, '@SECLEVEL=2'].join(':'),
  ecdhCurve: tlsCurves.join(':'),
  sigalgs: signatures.join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const;

/** Of whoever connects. `rejectUnauthorized` is said: an environment variable can change its default. */
export const tlsConnecting = { rejectUnauthorized: true, minDHSize: tlsDhSizeMinBits } as const;

/**
 * Of whoever serves. The key of session tickets would decrypt, for as long as the process lives, the sessions of TLS 1.2 that
 * were resumed with them: there are none. `dhparam: 'auto'` takes the group of RFC 7919 or 3526 that fits the key, of 2048
 * bits at least.
 */
export const tlsServing = {
  ...tlsCommon,
  dhparam: 'auto',
  honorCipherOrder: true,
  secureOptions: tlsCommon.secureOptions | constants.SSL_OP_NO_TICKET,
} as const;
