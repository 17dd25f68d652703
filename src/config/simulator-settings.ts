// The `simulateur:` section as the simulator uses it.
import { isLoopback } from '../net/loopback.js';
import type { DialectName } from '../simulator/dialect.js';
import { noFault, parseFaults, type Faults } from '../simulator/faults.js';
import type { FileReader } from './secret.js';
import type { RawSimulator } from './simulator-schema.js';

export type SimulatorSettings = {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly dialect: DialectName;
  readonly hasInventaire: boolean;
  /** 0 = no limit. */
  readonly callsPerSecond: number;
  readonly faults: Faults;
  readonly isFaultByHeader: boolean;
  readonly randomSeed: number;
  readonly silenceMs: number;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  readonly journalBytesMax: number;
};

export function resolveSimulator(raw: RawSimulator, reader: FileReader): SimulatorSettings {
  if (!raw.clairHorsBoucle && !isLoopback(raw.adresse)) {
    reader.fault(
      `simulateur.adresse : ${raw.adresse} n'est pas une adresse de cette machine seule. ` +
        'Mettez « clairHorsBoucle: true » si le simulateur doit être vu du réseau (HTTP en clair)',
    );
  }
  const apiKey = reader.secret('simulateur.cleApi', raw.cleApi) ?? '';
  if (apiKey === '') reader.fault('simulateur.cleApi : une clé est nécessaire');
  const faults = parseFaults(raw.fautes);
  if (typeof faults === 'string') reader.fault(`simulateur.fautes : ${faults}`);
  return {
    host: raw.adresse,
    port: raw.port,
    apiKey,
    dialect: raw.dialecte,
    hasInventaire: raw.avecInventaire,
    callsPerSecond: raw.appelsParSeconde,
    faults: typeof faults === 'string' ? noFault : faults,
    isFaultByHeader: raw.fautesParEnTete,
    randomSeed: raw.graine,
    silenceMs: raw.silenceSecondes * 1_000,
    bodyBytesMax: raw.corpsOctetsMax,
    connectionsMax: raw.connexionsMax,
    journalBytesMax: raw.journalOctetsMax,
  };
}
