// The form of the `inventaire.http:` section: what the mail platform may push, and how much of it.
import { z } from 'zod';

const seconds = z.number().positive().max(86_400);
const days = z.int().min(1).max(3_650);

export const inventaireHttpSchema = z.strictObject({
  empreinte: z.enum(['facultative', 'exigee']).default('facultative'),
  // Four times the whole country at 250 bytes a line.
  corpsOctetsMax: z
    .int()
    .min(1_024)
    .max(4 * 1024 ** 3)
    .default(512 * 1024 ** 2),
  // Inventories compress 10 to 40 times.
  compressionMax: z.int().min(2).max(1_000).default(100),
  inactiviteSecondes: seconds.default(30),
  receptionSecondes: seconds.default(900),
  attenteMaxSecondes: z.number().min(0).max(600).default(60),
  importsConservesJours: days.default(90),
  refusesConservesMax: z.int().min(1).max(1_000).default(5),
  refusesConservesJours: days.default(7),
  evenements: z
    .strictObject({
      parEnvoiMax: z.int().min(1).max(10_000).default(1_000),
      octetsMax: z
        .int()
        .min(1_024)
        .max(64 * 1024 ** 2)
        .default(4 * 1024 ** 2),
      lignesParBalMax: z.int().min(1).max(1_000).default(50),
      ageMaxJours: days.default(30),
      clesConserveesJours: days.default(7),
      attenteSecondes: z.number().positive().max(600).default(10),
      fenetreHeures: z.number().positive().max(8_760).default(24),
      suppressionsPartMax: z.number().min(0).max(1).default(0.05),
      suppressionsPlancher: z.int().min(0).max(1_000_000).default(10),
    })
    .prefault({}),
});

export type InventaireHttpSettings = z.infer<typeof inventaireHttpSchema>;
