// EX_OPE_5010 (Référentiel #1, §6.2.1), applied to every TLS socket that the program opens or serves.

export const tlsMinVersion = 'TLSv1.2';

/** OpenSSL's names, TLS 1.3 first; forward secrecy only, CBC forbidden. */
export const tlsCiphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
].join(':');

/** All of at least 256 bits. */
export const tlsCurves = 'X25519:P-256:P-384:P-521';

export const tlsDhSizeMinBits = 2048;
