// What the `hygiene:` section must hold together.
import type { RawHygiene } from './hygiene-schema.js';
import type { FileReader } from './secret.js';

export function checkHygiene(
  { preavisJours, delaiJours, rappelJours }: RawHygiene,
  inactiviteJours: number,
  reader: FileReader,
): void {
  if (preavisJours >= inactiviteJours) {
    reader.fault(
      `hygiene.preavisJours : ${preavisJours} jours ne tiennent pas dans reconcile.inactiviteJours (${inactiviteJours})`,
    );
  }
  if (rappelJours >= delaiJours) {
    reader.fault(
      `hygiene.rappelJours : ${rappelJours} jours ne tiennent pas dans hygiene.delaiJours (${delaiJours})`,
    );
  }
}
