// The `simulateur:` section as the simulator uses it.
import { isLoopback } from '../ldap/server/peer-address.js';
import { parseFautes, sansFaute, type Fautes } from '../simulateur/fautes.js';
import type { FileReader } from './secret.js';
import type { RawSimulateur } from './simulateur-schema.js';

export type SimulateurSettings = Omit<RawSimulateur, 'cleApi' | 'fautes'> & {
  readonly cleApi: string;
  readonly fautes: Fautes;
};

export function resolveSimulateur(raw: RawSimulateur, reader: FileReader): SimulateurSettings {
  if (!raw.horsBoucle && !isLoopback(raw.host)) {
    reader.fault(
      `simulateur.host : ${raw.host} n'est pas une adresse de cette machine seule. ` +
        'Mettez « horsBoucle: true » si le simulateur doit être vu du réseau (HTTP en clair)',
    );
  }
  const cleApi = reader.secret('simulateur.cleApi', raw.cleApi) ?? '';
  if (cleApi === '') reader.fault('simulateur.cleApi : une clé est nécessaire');
  const fautes = parseFautes(raw.fautes);
  if (typeof fautes === 'string') reader.fault(`simulateur.fautes : ${fautes}`);
  return { ...raw, cleApi, fautes: typeof fautes === 'string' ? sansFaute : fautes };
}
