// Bringing entries that are about to be sent near the processor.
import type { Snapshot } from '../snapshot/segment.js';
import { secondViewFlag } from './search-run.js';

const lineBytes = 64;
/** A structure with its address takes about as many lines of memory. */
const structureBytes = 4 * lineBytes;
/** Nobody reads it: what is loaded in vain might not be loaded at all. */
const seen = new Uint32Array(1);

/**
 * Entries are anywhere in hundreds of megabytes, and each would be waited for in its turn: loads that do not depend on
 * one another are waited for together.
 */
export function fetchEntries(
  { views }: Snapshot,
  hits: Uint32Array,
  first: number,
  end: number,
): void {
  const segment = views[0]?.segment;
  if (!segment || end - first < 2) return;
  const { pieces, own, blocks, attributeMasks } = segment;
  let sum = 0;
  for (let at = first; at < end; at++) {
    const doc = hits[at] ?? 0;
    if (doc < secondViewFlag) sum += (pieces[doc * 3] ?? 0) + (attributeMasks[doc] ?? 0);
  }
  for (let at = first; at < end; at++) {
    const doc = hits[at] ?? 0;
    if (doc >= secondViewFlag) continue;
    const ownEnd = pieces[doc * 3 + 3] ?? 0;
    for (let byte = pieces[doc * 3] ?? 0; byte < ownEnd; byte += lineBytes) sum += own[byte] ?? 0;
    const structure = pieces[doc * 3 + 2] ?? 0;
    const structureEnd = Math.min(structure + structureBytes, blocks.length);
    for (let byte = structure; byte < structureEnd; byte += lineBytes) sum += blocks[byte] ?? 0;
  }
  seen[0] = sum;
}
