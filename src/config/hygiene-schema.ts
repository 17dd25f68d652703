// The form of the `hygiene:` section.
import { z } from 'zod';
import { isAdresseMail } from '../domain/adresse-mail.js';
import { delaiJoursMin } from '../domain/cycle-inactivite.js';

const share = z.number().min(0).max(1);
const count = z.int().min(0).max(10_000_000);

export const hygieneSchema = z.strictObject({
  // A month to object, and five days for the notice to leave: the deletion can fall at the end of the year.
  preavisJours: z.int().min(0).max(180).default(35),
  delaiJours: z.int().min(delaiJoursMin).max(180).default(30),
  rappelJours: z.int().min(0).max(60).default(7),
  autresBalMax: z.int().min(0).max(10).default(2),
  contact: z.string().trim().min(1).max(300).optional(),
  avisParPassageMax: z.int().min(1).max(100_000).default(1_000),
  sansDatePartMax: share.default(0.5),
  datesPerduesPartMax: share.default(0.1),
  gardes: z
    .strictObject({
      suppressionsMax: count.default(100),
      suppressionsPartMax: share.default(0.02),
      // Half of the domains of the country hold four BAL or less: a share of them alone would forbid any deletion.
      suppressionsPlancher: count.default(3),
      fenetreHeures: z.number().min(0).max(10_000).default(24),
    })
    .prefault({}),
  quota: z
    .strictObject({
      actif: z.boolean().default(true),
      administrateur: z
        .string()
        .trim()
        .refine(isAdresseMail, 'adresse de courriel attendue')
        .optional(),
    })
    .prefault({}),
});

export type RawHygiene = z.infer<typeof hygieneSchema>;
