// The form of the `conservation:`, `consultations:` and `journal:` sections.
import { z } from 'zod';
import {
  categoriesConservation,
  durees,
  type CategorieConservation,
} from '../domain/conservation.js';
import { secret } from './secret.js';

const jours = Object.fromEntries(
  categoriesConservation.map((nom) => [
    nom,
    z.int().min(durees[nom].min).max(durees[nom].max).default(durees[nom].defaut),
  ]),
) as Record<CategorieConservation, z.ZodDefault<z.ZodInt>>;

export const conservationSchema = z.strictObject({
  jours: z.strictObject(jours).prefault({}),
  gardes: z
    .strictObject({
      partMax: z.number().min(0).max(1).default(0.5),
      // A small table may lose all that it holds at one term.
      plancher: z.int().min(0).max(1_000_000).default(1_000),
      horlogeEcartMaxSecondes: z.int().min(1).max(86_400).default(300),
      // Nothing was done for longer: either the program slept, or the clock has jumped.
      silenceMaxJours: z.int().min(1).max(3_650).default(45),
    })
    .prefault({}),
  // 8 KiB each: what one transaction may read and change.
  lotPages: z.int().min(1).max(100_000).default(512),
});

export const consultationsSchema = z.strictObject({
  compter: z.boolean().default(true),
  // One look-up in so many is kept; 0: none.
  echantillon: z.int().min(0).max(1_000_000).default(0),
  echantillonParJourMax: z.int().min(1).max(1_000_000).default(10_000),
  valeurs: z.boolean().default(false),
});

export type ConsultationsSettings = z.infer<typeof consultationsSchema>;

export const journalSchema = z.strictObject({
  cleDesPoints: secret.optional(),
  points: z.string().min(1).optional(),
});
