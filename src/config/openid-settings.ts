// An OpenID provider as the relying party uses it: secrets and keys read, addresses checked.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isLoopbackUrl } from '../net/loopback.js';
import { createTlsContext } from '../net/tls-context.js';
import { messageOf } from '../errors.js';
import type { FournisseurSettings, MethodeClient } from '../web/connexion/settings.js';
import type { RawOpenId } from './openid-schema.js';
import type { FileReader } from './secret.js';

export type OpenIdSurroundings = {
  readonly urlPublique: URL | undefined;
  readonly proxy: string | undefined;
  /** PEM texts. */
  readonly ca: readonly string[];
};

export type OpenIdPlace = OpenIdSurroundings & {
  /** Path in the settings. */
  readonly at: string;
  /** As pages call the provider. */
  readonly nom: string;
  /** Under the public address: `demande/retour`. */
  readonly cheminRetour: string;
  readonly cheminSortie: string;
};

/** Undefined when a fault, noted, makes it useless. */
export function resolveOpenId(
  raw: RawOpenId,
  place: OpenIdPlace,
  reader: FileReader,
): FournisseurSettings | undefined {
  const { at, nom, urlPublique } = place;
  if (!urlPublique) {
    reader.fault(
      `${at} : « web.urlPublique » est obligatoire avec lui : c'est à cette adresse que ${nom} renvoie les personnes`,
    );
  }
  const decouverte = new URL(raw.decouverte);
  for (const [name, url] of [
    ['decouverte', decouverte],
    ['emetteur', URL.canParse(raw.emetteur) ? new URL(raw.emetteur) : undefined],
  ] as const) {
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackUrl(url))) continue;
    reader.fault(`${at}.${name} : adresse https attendue (http, sur cette machine seulement)`);
  }
  if (!raw.portees.includes('openid')) reader.fault(`${at}.portees : « openid » y est obligatoire`);
  const methode = resolveMethode(raw, at, reader);
  if (!urlPublique || !methode) return undefined;
  return {
    nom,
    reglage: at,
    decouverte,
    emetteur: raw.emetteur,
    clientId: raw.clientId,
    methode,
    portees: raw.portees.join(' '),
    acrDemandes: raw.acrDemandes,
    acrAcceptes: raw.acr.length > 0 ? new Set(raw.acr) : undefined,
    adresseRetour: under(urlPublique, place.cheminRetour),
    adresseApresDeconnexion: under(urlPublique, place.cheminSortie),
    connexionMs: raw.connexionSecondes * 1_000,
    reponseMs: raw.reponseSecondes * 1_000,
    reponseOctetsMax: raw.reponseOctetsMax,
    decouverteFraicheMs: raw.decouverteMinutes * 60_000,
    proxy: place.proxy,
    ca: [...place.ca, ...raw.ca.map((file, index) => reader.file(`${at}.ca.${index}`, file))],
  };
}

/** The public address may have a path of its own. */
function under(urlPublique: URL, chemin: string): URL {
  return new URL(`${urlPublique.href.replace(/\/+$/u, '')}/${chemin}`);
}

function resolveMethode(raw: RawOpenId, at: string, reader: FileReader): MethodeClient | undefined {
  switch (raw.methode) {
    case 'basic':
    case 'post': {
      const secret = reader.secret(`${at}.secret`, raw.secret);
      if (secret) return { genre: raw.methode, secret };
      reader.fault(`${at}.secret : obligatoire avec la méthode « ${raw.methode} »`);
      return undefined;
    }
    case 'jwt':
      return resolveJwt(raw, at, reader);
    case 'tls':
      return resolveTls(raw, at, reader);
    default:
      return raw.methode satisfies never;
  }
}

function resolveJwt(raw: RawOpenId, at: string, reader: FileReader): MethodeClient | undefined {
  const cle = readKey(raw, at, reader);
  if (!cle) return undefined;
  const isEc = cle.asymmetricKeyType === 'ec';
  const isP256 = cle.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  const isRsa =
    cle.asymmetricKeyType === 'rsa' && (cle.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
  if (raw.algorithme === 'ES256' ? !(isEc && isP256) : !isRsa) {
    reader.fault(
      `${at}.cle : ne convient pas à « algorithme: ${raw.algorithme} » : RSA de 2048 bits au moins pour RS256 et PS256, ` +
        'courbe P-256 pour ES256',
    );
    return undefined;
  }
  return { genre: 'jwt', cle, algorithme: raw.algorithme, kid: raw.kid };
}

function readKey(raw: RawOpenId, at: string, reader: FileReader): KeyObject | undefined {
  const pem = reader.key(`${at}.cle`, raw.cle);
  const passphrase = reader.secret(`${at}.cleMotDePasse`, raw.cleMotDePasse);
  if (!pem) {
    reader.fault(`${at}.cle : obligatoire avec la méthode « jwt »`);
    return undefined;
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    reader.fault(
      `${at}.cle : clé privée PEM attendue (PKCS#8), et son mot de passe s'il y en a un`,
    );
    return undefined;
  }
}

function resolveTls(raw: RawOpenId, at: string, reader: FileReader): MethodeClient | undefined {
  const key = reader.key(`${at}.cle`, raw.cle);
  if (!key || raw.certificat === undefined) {
    reader.fault(`${at} : certificat et cle sont obligatoires avec la méthode « tls »`);
    return undefined;
  }
  const certificat = {
    cert: reader.file(`${at}.certificat`, raw.certificat),
    key,
    passphrase: reader.secret(`${at}.cleMotDePasse`, raw.cleMotDePasse),
  };
  try {
    createTlsContext(undefined, certificat);
  } catch (error) {
    reader.fault(`${at}.certificat : ${messageOf(error)}`);
    return undefined;
  }
  return { genre: 'tls', certificat };
}
