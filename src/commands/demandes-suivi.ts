// Demandes follow what « push », « extract » and « reconcile » made known.
import { avancerDemandes, type BilanDemandes } from '../demande/avancer.js';
import { demandesSettings } from './demandes-settings.js';
import type { OpenProgram, Surroundings } from './program.js';

export async function suivreDemandes(
  { pool, settings }: Pick<OpenProgram, 'pool' | 'settings'>,
  { now }: Pick<Surroundings, 'now'>,
): Promise<BilanDemandes> {
  return avancerDemandes(pool, await demandesSettings(settings, pool), now());
}
