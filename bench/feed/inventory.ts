// An inventory that differs from what is published by a known number of operations.
import { readFileSync, writeFileSync } from 'node:fs';

export type Changes = {
  readonly inserts: number;
  readonly replaces: number;
  readonly deletes: number;
};

const columns = { adresse: 0, typeBal: 1, identifiantPp: 3, service: 6 };

/**
 * From the inventory of the whole country: `deletes` PER are left out, `inserts` are added for holders and structures that
 * have one already, `replaces` ORG change service.
 */
export function writeChangedInventory(from: string, to: string, changes: Changes): void {
  const [header = '', ...lines] = readFileSync(from, 'utf8').trimEnd().split('\n');
  let { inserts, replaces, deletes } = changes;
  const out = [header];
  for (const line of lines) {
    const cells = line.split(';');
    const isPer =
      cells[columns.typeBal] === 'PER' && /^\d{11}$/u.test(cells[columns.identifiantPp] ?? '');
    if (isPer && deletes > 0) {
      deletes -= 1;
      continue;
    }
    if (cells[columns.typeBal] === 'ORG' && replaces > 0) {
      replaces -= 1;
      cells[columns.service] = 'Service de la mesure';
    }
    out.push(cells.join(';'));
    if (isPer && inserts > 0) {
      const added = [...cells];
      added[columns.adresse] = `mesure.${inserts}.${cells[columns.adresse] ?? ''}`;
      inserts -= 1;
      out.push(added.join(';'));
    }
  }
  if (inserts + replaces + deletes > 0)
    throw new Error('the country is too small for so many changes');
  writeFileSync(to, `${out.join('\n')}\n`);
}
