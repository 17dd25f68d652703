// The daemon and its services as Linux shows them: memory and descriptors of each process that stays.
import { readdirSync, readFileSync } from 'node:fs';
import { memoryOf } from '../ldap/process-figures.js';

export type ProcessFigures = {
  readonly pid: number;
  readonly rssMb: number;
  readonly descriptors: number;
};

/** `root` and all that it started, at this instant. */
export function figuresOf(root: number): ProcessFigures[] {
  return familyOf(root).flatMap((pid) => {
    try {
      const descriptors = readdirSync(`/proc/${pid}/fd`).length;
      return [{ pid, rssMb: memoryOf(pid).rssMb, descriptors }];
    } catch {
      // Ended meanwhile: a stage.
      return [];
    }
  });
}

function familyOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      continue;
    }
  }
  const family = [root];
  // `family` grows while it is walked: children of children are found too.
  for (const pid of family) {
    for (const [child, parent] of parents) if (parent === pid) family.push(child);
  }
  return family;
}
