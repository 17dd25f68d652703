// The `web:` section as the server uses it.
import { isLoopback } from '../net/loopback.js';
import type { WebServerSettings } from '../web/server-settings.js';
import type { FileReader } from './secret.js';
import type { RawWeb } from './web-schema.js';

export type WebSettings = WebServerSettings & {
  /** Traces kept: the youngest, and not older than this. */
  readonly callsKeptMax: number;
  readonly callsKeptDays: number;
  /** For one statement. */
  readonly databaseTimeoutMs: number;
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
      certificate: reader.path(tls.certificat),
      key: reader.path(tls.cle),
      passphrase: reader.secret('web.tls.motDePasse', tls.motDePasse),
    },
    bodyBytesMax: limites.corpsOctetsMax,
    connectionsMax: limites.connexionsMax,
    requestTimeoutMs: delais.requeteSecondes * 1_000,
    idleTimeoutMs: delais.inactiviteSecondes * 1_000,
    stopMs: delais.arretSecondes * 1_000,
    requestsPerSecond: limites.requetesParSeconde,
    callsKeptMax: limites.appelsConservesMax,
    callsKeptDays: limites.appelsConservesJours,
    databaseTimeoutMs: delais.baseSecondes * 1_000,
  };
}
