// The form of the `journaux:` section.
import { z } from 'zod';
import { formatsJournal, niveauxJournal } from '../logger.js';

export const journauxSchema = z.strictObject({
  format: z.enum(formatsJournal).default('lisible'),
  niveau: z.enum(niveauxJournal).default('info'),
});
