// The `alimentation:` section as the feed uses it.
import { type Dialect, resolveDialect } from '../feed/dialect.js';
import type { FeedClientSettings, FeedSettings, Oauth2Settings } from '../feed/feed-settings.js';
import { isLoopbackUrl } from '../net/loopback.js';
import type { ClientCertificate } from '../net/tls-context.js';
import type { RawFeed } from './feed-schema.js';
import type { FileReader } from './secret.js';

/** The part of `reseau:` that the feed follows. */
export type FeedNetwork = {
  readonly proxy: string | undefined;
  /** PEM texts. */
  readonly ca: readonly string[];
  readonly httpEnClair: boolean;
};

export function resolveFeed(raw: RawFeed, network: FeedNetwork, reader: FileReader): FeedSettings {
  checkLimits(raw, reader);
  return {
    client: raw.url === undefined ? undefined : resolveClient(raw, raw.url, network, reader),
    push: {
      appelsParSeconde: raw.appelsParSeconde,
      simultanesMax: raw.simultanesMax,
      tentativesMax: raw.tentativesMax,
      attenteMinMs: raw.attenteMinSecondes * 1_000,
      attenteMaxMs: raw.attenteMaxSecondes * 1_000,
      bailMs: raw.bailSecondes * 1_000,
      confirmationJoursMax: raw.confirmationJoursMax,
      disjoncteur: {
        echecsMax: raw.disjoncteur.echecsMax,
        pauseMs: raw.disjoncteur.pauseSecondes * 1_000,
      },
      balsParAppelMax: raw.plusieursBalParAppel ? raw.balsParAppelMax : 1,
    },
  };
}

function checkLimits(raw: RawFeed, reader: FileReader): void {
  if (raw.bailSecondes <= raw.totalSecondes) {
    reader.fault(
      `alimentation.bailSecondes : doit dépasser totalSecondes (${raw.totalSecondes}), sinon une demande en cours serait reprise par un autre`,
    );
  }
  if (raw.attenteMaxSecondes < raw.attenteMinSecondes) {
    reader.fault(
      `alimentation.attenteMaxSecondes : plus petit que attenteMinSecondes (${raw.attenteMinSecondes})`,
    );
  }
}

function resolveClient(
  raw: RawFeed,
  url: string,
  network: FeedNetwork,
  reader: FileReader,
): FeedClientSettings {
  const address = (key: string, text: string): URL => resolveUrl(key, text, network, reader);
  return {
    url: address('url', url),
    lectureUrl: address('lectureUrl', raw.lectureUrl ?? url),
    cleApi: resolveKey(raw, reader),
    dialecte: dialectOf(raw.dialecte),
    ca: [
      ...network.ca,
      ...raw.tls.ca.map((file, index) => reader.file(`alimentation.tls.ca.${index}`, file)),
    ],
    clientCertificate: resolveCertificate(raw.tls, reader),
    oauth2: raw.oauth2 && resolveOauth2(raw, raw.oauth2, address, reader),
    proxy: network.proxy,
    connectMs: raw.connexionSecondes * 1_000,
    answerMs: raw.reponseSecondes * 1_000,
    totalMs: raw.totalSecondes * 1_000,
    answerBytesMax: raw.reponseOctetsMax,
    connectionsMax: raw.simultanesMax,
  };
}

function dialectOf(raw: RawFeed['dialecte']): Dialect {
  if (typeof raw === 'string') return resolveDialect(raw);
  const { base, ...variants } = raw;
  return resolveDialect(base, variants);
}

/** Credentials in an address would be written in every message that names it. */
function resolveUrl(key: string, text: string, network: FeedNetwork, reader: FileReader): URL {
  const url = new URL(text);
  const at = `alimentation.${key}`;
  if (url.protocol === 'http:' && !network.httpEnClair && !isLoopbackUrl(url)) {
    reader.fault(
      `${at} : ${url.host} serait joint sans chiffrement, clé comprise : utilisez https, ou « reseau.httpEnClair: true »`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    reader.fault(
      `${at} : pas d'identifiants dans l'adresse (cleApi, oauth2 et tls sont faits pour cela)`,
    );
  }
  if (url.hash !== '' || (url.search !== '' && key !== 'oauth2.url')) {
    reader.fault(`${at} : adresse de base attendue, sans « ? » ni « # »`);
  }
  return url;
}

/** What Node.js would refuse as the value of a header is refused here, without being shown. */
function resolveKey(raw: RawFeed, reader: FileReader): string | undefined {
  const key = reader.secret('alimentation.cleApi', raw.cleApi)?.trim();
  if (key !== undefined && !/^[\x21-\x7e]{1,4096}$/u.test(key)) {
    reader.fault(
      'alimentation.cleApi : vide, ou contient une espace ou un caractère qui ne peut pas être transmis',
    );
  }
  return key;
}

function resolveCertificate(
  raw: RawFeed['tls'],
  reader: FileReader,
): ClientCertificate | undefined {
  const at = 'alimentation.tls';
  const passphrase = reader.secret(`${at}.motDePasse`, raw.motDePasse);
  if (raw.pkcs12 !== undefined) {
    if (raw.certificat !== undefined || raw.cle !== undefined) {
      reader.fault(`${at} : pkcs12 ou certificat et cle, pas les deux`);
    }
    reader.certificate(`${at}.pkcs12`, raw.pkcs12, passphrase);
    return { pfx: reader.bytes(`${at}.pkcs12`, raw.pkcs12), passphrase };
  }
  if ((raw.certificat === undefined) !== (raw.cle === undefined)) {
    reader.fault(`${at} : certificat et cle vont ensemble, il en manque un`);
  }
  if (raw.certificat === undefined) return undefined;
  const cert = reader.file(`${at}.certificat`, raw.certificat);
  const key = reader.key(`${at}.cle`, raw.cle);
  return key === undefined ? undefined : { cert, key, passphrase };
}

function resolveOauth2(
  raw: RawFeed,
  oauth2: NonNullable<RawFeed['oauth2']>,
  address: (key: string, text: string) => URL,
  reader: FileReader,
): Oauth2Settings {
  const hasCertificate = raw.tls.certificat !== undefined || raw.tls.pkcs12 !== undefined;
  if (oauth2.clientSecret === undefined && !hasCertificate) {
    reader.fault(
      'alimentation.oauth2 : clientSecret est nécessaire, ou un certificat client dans « alimentation.tls »',
    );
  }
  return {
    url: address('oauth2.url', oauth2.url),
    clientId: oauth2.clientId,
    clientSecret: reader.secret('alimentation.oauth2.clientSecret', oauth2.clientSecret),
    portee: oauth2.portee,
  };
}
