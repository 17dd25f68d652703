// The way back from the provider: who came back is whoever left, and the provider tells who that is.
import { timingSafeEqual } from 'node:crypto';
import { authorizationCodeGrant, fetchUserInfo, type Configuration } from 'openid-client';
import { codeOf } from '../../errors.js';
import type { EtatConnexion } from './commencer.js';
import { issueOfFault, type Indisponible, type MotifRefus, type Refus } from './fautes.js';
import type { Fournisseur } from './fournisseur.js';
import type { FournisseurSettings } from './settings.js';

export type Identite = {
  readonly emetteur: string;
  readonly sujet: string;
  readonly acr: string | undefined;
  /** Of the id_token and, over them, of userinfo. */
  readonly revendications: Readonly<Record<string, unknown>>;
  /** Proves to the provider, when he leaves, whose session is to be closed. */
  readonly jetonIdentite: string;
};

export type Arrivee =
  { readonly kind: 'connecte'; readonly identite: Identite } | Refus | Indisponible;

export type Retour = {
  /** Query string of the callback, as it came. */
  readonly parametres: URLSearchParams;
  /** What the session of this browser kept, and keeps no longer. */
  readonly attendu: EtatConnexion | undefined;
};

/** Between leaving and coming back: unlocking a telephone, finding a card and its code. */
const absenceMaxMs = 10 * 60_000;

/** Never throws what the network or the provider did. */
export async function terminer(
  fournisseur: Fournisseur,
  { parametres, attendu }: Retour,
  now: Date,
): Promise<Arrivee> {
  const { settings } = fournisseur;
  const refused = checkState(parametres, attendu, settings, now);
  if (refused || !attendu) return refused ?? refus('etat', 'Retour sans départ.');
  try {
    const configuration = await fournisseur.configuration(now);
    return await exchange(configuration, settings, parametres, attendu);
  } catch (error) {
    return issueOfFault(error, settings);
  }
}

function checkState(
  parametres: URLSearchParams,
  attendu: EtatConnexion | undefined,
  { nom, emetteur }: FournisseurSettings,
  now: Date,
): Refus | undefined {
  const etats = parametres.getAll('state');
  if (!attendu || etats.length !== 1 || !isSame(etats[0] ?? '', attendu.etat)) {
    return refus('etat', `Retour de ${nom} que ce navigateur n’a pas demandé, ou déjà servi.`);
  }
  const issuers = parametres.getAll('iss');
  if (attendu.emetteur !== emetteur || issuers.some((issuer) => issuer !== emetteur)) {
    return refus('emetteur', `Le retour n’est pas de l’émetteur demandé (${nom}).`);
  }
  const absenceMs = now.getTime() - attendu.commenceLe;
  if (absenceMs > absenceMaxMs || absenceMs < 0) {
    return refus('delai', `Retour de ${nom} après ${Math.round(absenceMs / 60_000)} minutes.`);
  }
  return undefined;
}

async function exchange(
  configuration: Configuration,
  settings: FournisseurSettings,
  parametres: URLSearchParams,
  attendu: EtatConnexion,
): Promise<Arrivee> {
  const { nom, acrAcceptes } = settings;
  // The address is the one of the settings: what the browser or a proxy says of it does not count.
  const currentUrl = new URL(settings.adresseRetour);
  currentUrl.search = parametres.toString();
  const tokens = await authorizationCodeGrant(configuration, currentUrl, {
    expectedState: attendu.etat,
    expectedNonce: attendu.nonce,
    pkceCodeVerifier: attendu.verifieur,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims || tokens.id_token === undefined) {
    return refus('reponse', `${nom} n’a pas donné de jeton d’identité.`);
  }
  const acr = typeof claims['acr'] === 'string' ? claims['acr'] : undefined;
  if (acrAcceptes && (acr === undefined || !acrAcceptes.has(acr))) {
    const said = acr === undefined ? 'aucun' : `« ${acr.slice(0, 50)} »`;
    return refus('niveau', `${nom} : niveau d’authentification non accepté (${said}).`);
  }
  // At once: Pro Santé Connect's access token lives two minutes.
  const user = await readUser(configuration, tokens.access_token, claims.sub, nom);
  if ('kind' in user) return user;
  return {
    kind: 'connecte',
    identite: {
      emetteur: claims.iss,
      sujet: claims.sub,
      acr,
      revendications: { ...claims, ...user.claims },
      jetonIdentite: tokens.id_token,
    },
  };
}

async function readUser(
  configuration: Configuration,
  accessToken: string,
  sub: string,
  nom: string,
): Promise<{ readonly claims: Readonly<Record<string, unknown>> } | Refus> {
  try {
    return { claims: await fetchUserInfo(configuration, accessToken, sub) };
  } catch (error) {
    if (codeOf(error) !== 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') throw error;
    return refus('sujet', `${nom} : userinfo parle d’une autre personne que le jeton d’identité.`);
  }
}

function refus(motif: MotifRefus, detail: string): Refus {
  return { kind: 'refuse', motif, detail };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
