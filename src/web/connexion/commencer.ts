// The way to the provider: code and PKCE, with what only the browser that leaves will be able to come back with.
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';
import { issueOfFault, type Indisponible } from './fautes.js';
import type { Fournisseur } from './fournisseur.js';

/** What the session of the browser keeps until it comes back: used once, then forgotten. */
export const etatSchema = z.strictObject({
  etat: z.string(),
  nonce: z.string(),
  verifieur: z.string(),
  emetteur: z.string(),
  /** Milliseconds since 1970. */
  commenceLe: z.number(),
});

export type EtatConnexion = z.infer<typeof etatSchema>;

export type Depart =
  { readonly kind: 'parti'; readonly url: string; readonly etat: EtatConnexion } | Indisponible;

/** Where to send the browser, and what to keep of it. Never throws what the network did. */
export async function commencer(fournisseur: Fournisseur, now: Date): Promise<Depart> {
  const { settings } = fournisseur;
  try {
    const configuration = await fournisseur.configuration(now);
    const verifieur = randomPKCECodeVerifier();
    const etat: EtatConnexion = {
      etat: randomState(),
      nonce: randomNonce(),
      verifieur,
      emetteur: settings.emetteur,
      commenceLe: now.getTime(),
    };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: settings.adresseRetour.href,
      scope: settings.portees,
      state: etat.etat,
      nonce: etat.nonce,
      code_challenge: await calculatePKCECodeChallenge(verifieur),
      code_challenge_method: 'S256',
      ...(settings.acrDemandes.length > 0 && { acr_values: settings.acrDemandes.join(' ') }),
    });
    return { kind: 'parti', url: url.href, etat };
  } catch (error) {
    const issue = issueOfFault(error, settings);
    if (issue.kind === 'indisponible') return issue;
    return { kind: 'indisponible', detail: issue.detail };
  }
}
