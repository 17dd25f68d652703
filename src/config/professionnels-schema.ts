// The form of the `professionnels:` section: how professionals sign in to the pages of /demande.
import { z } from 'zod';
import { parseRpps } from '../domain/identifiers.js';
import { openidSchema } from './openid-schema.js';

const rpps = z.string().transform((text, context) => {
  const parsed = parseRpps(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'RPPS attendu : 11 chiffres, entre guillemets' });
  return z.NEVER;
});

const psc = openidSchema.extend({
  environnement: z.enum(['production', 'bac-a-sable']).default('production'),
  // Both follow from the environment; a setting in case the ANS moves them.
  decouverte: openidSchema.shape.decouverte.optional(),
  emetteur: openidSchema.shape.emetteur.optional(),
  portees: openidSchema.shape.portees.default(['openid', 'scope_all']),
  acrDemandes: openidSchema.shape.acrDemandes.default(['eidas1']),
  acr: openidSchema.shape.acr.min(1).default(['eidas1', 'eidas2']),
  identitesDEssai: z.record(z.string().regex(/^[A-Z0-9]{1,40}$/u), rpps).default({}),
});

export type RawPsc = z.infer<typeof psc>;

export const professionnelsSchema = z.strictObject({
  psc: psc.optional(),
  lien: z.boolean().default(false),
  sessions: z
    .strictObject({
      // Those of Pro Santé Connect itself.
      inactiviteMinutes: z.int().min(1).max(30).default(30),
      dureeMaxMinutes: z.int().min(5).max(240).default(240),
    })
    .prefault({}),
});

export type RawProfessionnels = z.infer<typeof professionnelsSchema>;
