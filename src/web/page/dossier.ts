import { dirname, join } from 'node:path';
import { findMigrationsDirectory } from '../../db/migrate.js';

/** Beside the migrations, in the folder of the installed program. */
export function templatesFolder(): string {
  return join(dirname(findMigrationsDirectory()), 'templates', 'page');
}
