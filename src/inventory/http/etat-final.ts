// A list of events -> what each BAL becomes, each event in its turn.
import type { BalOperateur } from '../../domain/bal-operateur.js';
import { compareRangs, type RangEvenement } from '../../domain/inventaire-recu.js';
import type { Evenement } from './evenements.js';

export type EtatFinal = {
  /** Of the BAL that an event applied to: what they are from now on, no line when they are deleted. */
  readonly bals: ReadonlyMap<string, readonly BalOperateur[]>;
  /** The newest event applied to each of them. */
  readonly rangs: ReadonlyMap<string, RangEvenement>;
  readonly appliques: number;
  readonly perimes: number;
};

/**
 * `connus`: the newest event known of each BAL; `instantaneUs`: when the snapshot in service was taken. An event that is
 * not newer than both changes nothing. Within the list, events of one rank apply in the order that they are in.
 */
export function replay(
  evenements: readonly Evenement[],
  connus: ReadonlyMap<string, RangEvenement>,
  instantaneUs: bigint | undefined,
): EtatFinal {
  const bals = new Map<string, readonly BalOperateur[]>();
  const rangs = new Map<string, RangEvenement>();
  let appliques = 0;
  for (const evenement of evenements) {
    const { adresse, horodatageUs, sequence, lignes } = evenement;
    if (!isNewer(evenement, rangs.get(adresse), connus.get(adresse), instantaneUs)) continue;
    appliques++;
    bals.set(adresse, lignes);
    rangs.set(adresse, { horodatageUs, sequence });
  }
  return { bals, rangs, appliques, perimes: evenements.length - appliques };
}

function isNewer(
  evenement: Evenement,
  ofList: RangEvenement | undefined,
  known: RangEvenement | undefined,
  instantaneUs: bigint | undefined,
): boolean {
  if (ofList) return compareRangs(evenement, ofList) >= 0;
  if (known && compareRangs(evenement, known) <= 0) return false;
  return instantaneUs === undefined || evenement.horodatageUs > instantaneUs;
}
