// The form of what is told of an OpenID provider: `professionnels.psc` and `console.openid`.
import { z } from 'zod';
import { secret } from './secret.js';

const seconds = z.number().positive().max(60);
const address = z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' });
const text = z.string().min(1).max(500);
/** RFC 6749, section 3.3. */
const word = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/u, 'un mot, sans espace ni guillemet');

export const openidSchema = z.strictObject({
  decouverte: address,
  emetteur: text,
  clientId: text,
  methode: z.enum(['basic', 'post', 'jwt', 'tls']).default('basic'),
  secret: secret.optional(),
  // jwt: the key that signs; tls: the one of the certificate.
  cle: secret.optional(),
  cleMotDePasse: secret.optional(),
  certificat: z.string().optional(),
  algorithme: z.enum(['RS256', 'PS256', 'ES256']).default('RS256'),
  kid: word.optional(),
  portees: z.array(word).min(1).max(20),
  acrDemandes: z.array(word).max(10),
  acr: z.array(word).max(10),
  ca: z.array(z.string()).max(16).default([]),
  connexionSecondes: seconds.default(5),
  // Somebody is waiting before his screen, and three exchanges follow one another.
  reponseSecondes: seconds.default(8),
  // A discovery document of Keycloak is under 10 KiB; userinfo with forty activities under 100.
  reponseOctetsMax: z.int().min(16_384).max(4_194_304).default(524_288),
  decouverteMinutes: z.int().min(1).max(1_440).default(60),
});

export type RawOpenId = z.infer<typeof openidSchema>;

/** The opérateur's own provider: whatever its level, the standard's scopes. */
export const consoleOpenIdSchema = openidSchema.extend({
  nom: z.string().min(1).max(100).default('votre compte de l’établissement'),
  portees: openidSchema.shape.portees.default(['openid', 'profile']),
  acrDemandes: openidSchema.shape.acrDemandes.default([]),
  acr: openidSchema.shape.acr.default([]),
  revendicationRoles: z.string().min(1).max(200).default('roles'),
  roles: z
    .record(z.string().min(1).max(200), z.enum(['lecteur', 'gestionnaire', 'approbateur']))
    .default({}),
});

export type RawConsoleOpenId = z.infer<typeof consoleOpenIdSchema>;
