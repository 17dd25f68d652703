// The `web:` section as the server uses it.
import { isLoopback, isLoopbackUrl } from '../net/loopback.js';
import type { WebServerSettings } from '../web/server-settings.js';
import type { FileReader } from './secret.js';
import type { RawWeb } from './web-schema.js';

export type WebSettings = WebServerSettings & {
  /** Calls kept: the youngest. How long, the section of retention says, and the purge sees to it. */
  readonly callsKeptMax: number;
  /** Of a settings file from before that section. */
  readonly callsKeptDays: number | undefined;
  /** For one statement. */
  readonly databaseTimeoutMs: number;
  /** What the links of the mails begin with; without it, no mail can carry one. */
  readonly urlPublique: URL | undefined;
  /** Between two looks at the files of the certificate. */
  readonly certificatePollMs: number;
  /** Signs them; without it, a key that the database keeps (store/cle-interne.ts). */
  readonly cleDesLiens: string | undefined;
};

export function resolveWeb(raw: RawWeb, reader: FileReader): WebSettings {
  const { adresse, port, limites, delais, tls } = raw;
  if (!isLoopback(adresse) && !tls && !raw.clairHorsBoucle) {
    reader.fault(
      `web.adresse : ${adresse} n'est pas une adresse de cette machine seule, et le port ${port} y parlerait en clair. ` +
        `Donnez un certificat dans « web.tls », ou « clairHorsBoucle: true » derrière un répartiteur qui chiffre`,
    );
  }
  return {
    host: adresse,
    port,
    tls: tls && {
      certificate: reader.certificate('web.tls.certificat', tls.certificat),
      key: reader.path(tls.cle),
      passphrase: reader.secret('web.tls.motDePasse', tls.motDePasse),
    },
    certificatePollMs: (tls?.relectureSecondes ?? 0) * 1_000,
    bodyBytesMax: limites.corpsOctetsMax,
    connectionsMax: limites.connexionsMax,
    requestTimeoutMs: delais.requeteSecondes * 1_000,
    idleTimeoutMs: delais.inactiviteSecondes * 1_000,
    stopMs: delais.arretSecondes * 1_000,
    trustedProxies: raw.repartiteurs,
    requestsPerSecond: limites.requetesParSeconde,
    callsKeptMax: limites.appelsConservesMax,
    callsKeptDays: limites.appelsConservesJours,
    databaseTimeoutMs: delais.baseSecondes * 1_000,
    urlPublique: raw.urlPublique === undefined ? undefined : publicUrl(raw.urlPublique, reader),
    cleDesLiens: linkKey(raw, reader),
  };
}

function publicUrl(text: string, reader: FileReader): URL {
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopbackUrl(url)) {
    reader.fault(
      `web.urlPublique : ${url.host} serait joint sans chiffrement, liens personnels compris : donnez une adresse https`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    reader.fault('web.urlPublique : adresse de base attendue, sans identifiants, « ? » ni « # »');
  }
  return url;
}

/** Whoever guesses it may act in the place of anybody who was sent a link. */
function linkKey(raw: RawWeb, reader: FileReader): string | undefined {
  const key = reader.secret('web.cleDesLiens', raw.cleDesLiens)?.trim();
  if (key !== undefined && key.length < 32) {
    reader.fault(
      'web.cleDesLiens : trop courte : au moins 32 caractères tirés au hasard (openssl rand -base64 32)',
    );
  }
  return key;
}
