// The `metriques:` section as the servers use it.
import { isLoopback } from '../net/loopback.js';
import type { RawMetriques } from './metriques-schema.js';
import type { FileReader } from './secret.js';

export type MetriquesSettings = {
  readonly isActive: boolean;
  /** Addresses and networks that need no secret. */
  readonly adresses: readonly string[];
  readonly jeton: string | undefined;
  readonly fraicheurMs: number;
  readonly delaiMs: number;
  /** A listener of its own, for a node that has no web server. */
  readonly ecoute: { readonly host: string; readonly port: number } | undefined;
};

export function resolveMetriques(raw: RawMetriques, reader: FileReader): MetriquesSettings {
  const { actif, adresses, fraicheurSecondes, delaiSecondes, ecoute } = raw;
  const jeton = reader.secret('metriques.jeton', raw.jeton)?.trim();
  if (jeton !== undefined && jeton.length < 16) {
    reader.fault(
      'metriques.jeton : trop court : au moins 16 caractères tirés au hasard (openssl rand -base64 24)',
    );
  }
  if (ecoute && !isLoopback(ecoute.adresse)) {
    reader.fault(
      `metriques.ecoute.adresse : ${ecoute.adresse} n'est pas une adresse de cette machine seule, et les métriques y passeraient en clair. ` +
        `Gardez 127.0.0.1, ou faites-les lire par le serveur web (« web.tls », « metriques.jeton »)`,
    );
  }
  return {
    isActive: actif,
    adresses,
    jeton,
    fraicheurMs: fraicheurSecondes * 1_000,
    delaiMs: delaiSecondes * 1_000,
    ecoute: ecoute && { host: ecoute.adresse, port: ecoute.port },
  };
}
