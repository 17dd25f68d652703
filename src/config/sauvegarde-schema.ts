// The `sauvegarde:` section: what « backup » does without options.
import { z } from 'zod';

export const sauvegardeSchema = z.strictObject({
  dossier: z.string().min(1).optional(),
  // Whole backups kept: one always is. More than a year of one a day is no rotation any more.
  garder: z.int().min(1).max(400).default(7),
  avecReglages: z.boolean().default(false),
  // What PostgreSQL takes, from 32 kilobytes a second.
  debitMaxMo: z.number().min(0.1).max(1_000).optional(),
});
