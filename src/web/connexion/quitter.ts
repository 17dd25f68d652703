// Leaving the provider as well as us (OpenID Connect RP-Initiated Logout 1.0).
import { buildEndSessionUrl } from 'openid-client';
import { issueOfFault } from './fautes.js';
import type { Fournisseur } from './fournisseur.js';

/**
 * Where to send the browser so that its session at the provider ends too; undefined where the provider has no such address,
 * or cannot be asked: our own session is over all the same. No `state`: Pro Santé Connect may not bring it back, and
 * coming back signed out has nothing to protect.
 */
export async function adresseDeDeconnexion(
  fournisseur: Fournisseur,
  jetonIdentite: string,
  now: Date,
): Promise<string | undefined> {
  try {
    const configuration = await fournisseur.configuration(now);
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    return buildEndSessionUrl(configuration, {
      id_token_hint: jetonIdentite,
      post_logout_redirect_uri: fournisseur.settings.adresseApresDeconnexion.href,
    }).href;
  } catch (error) {
    // A fault of ours is thrown on.
    issueOfFault(error, fournisseur.settings);
    return undefined;
  }
}
