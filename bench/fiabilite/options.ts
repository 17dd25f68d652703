import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findMigrationsDirectory } from '../../src/db/migrate.js';

const { values } = parseArgs({
  options: {
    tours: { type: 'string', default: '200' },
    graine: { type: 'string', default: '7' },
    tour: { type: 'string' },
    dir: { type: 'string', default: join('var', 'bench') },
    processus: { type: 'boolean', default: false },
  },
});

export const options = {
  rounds: Number(values.tours),
  seed: Number(values.graine),
  /** One round alone, as the campaign of this seed draws it. */
  only: values.tour === undefined ? undefined : Number(values.tour),
  folder: resolve(values.dir),
  /** The stages without a fault run within this process, unless told otherwise: the one that is hit never does. */
  isInside: !values.processus,
  reportPath: join(dirname(findMigrationsDirectory()), 'docs', 'fiabilite.md'),
};
