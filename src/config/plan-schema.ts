// The form of the `plan:` section.
import { z } from 'zod';
import { kindsOperation } from '../domain/feed-operation.js';
import { motifsOperation } from '../domain/plan.js';

const share = z.number().min(0).max(1);
const count = z.int().min(0).max(10_000_000);

export const planSchema = z.strictObject({
  premierPlan: z.enum(['presumer', 'publier']).default('presumer'),
  approbation: z
    .union([
      z.literal('manuelle'),
      z.array(z.enum([...kindsOperation, ...motifsOperation])).max(20),
    ])
    .default('manuelle'),
  quatreYeux: z.boolean().default(false),
  gardes: z
    .strictObject({
      suppressionsMax: count.default(500),
      suppressionsPartMax: share.default(0.05),
      domaineSuppressionsMax: count.default(200),
      domaineSuppressionsPartMax: share.default(0.2),
      // Half of the domains of the country hold four BAL or less: a share of them alone would forbid any deletion.
      suppressionsPlancher: count.default(3),
      changementsMax: count.default(5_000),
      // Whoever approves by instalments within a day is stopped like whoever approves at once.
      fenetreHeures: z.number().min(0).max(10_000).default(24),
      inventaireMin: z.int().min(1).max(10_000_000).default(1),
      inventaireAgeMaxHeures: z.number().positive().max(10_000).default(48),
      inventaireRejetsMax: count.default(0),
    })
    .prefault({}),
});
