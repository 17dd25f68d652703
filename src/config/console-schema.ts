// The form of the `console:` section.
import { z } from 'zod';
import { consoleOpenIdSchema } from './openid-schema.js';
import { secret } from './secret.js';

export const consoleSchema = z.strictObject({
  actif: z.boolean().default(true),
  comptesLocaux: z.boolean().default(true),
  openid: consoleOpenIdSchema.optional(),
  cleDesComptes: secret.optional(),
  activationHeures: z.int().min(1).max(336).default(48),
  sessions: z
    .strictObject({
      // Somebody who left his desk; a day of work.
      inactiviteMinutes: z.int().min(1).max(480).default(30),
      dureeMaxHeures: z.int().min(1).max(24).default(10),
    })
    .prefault({}),
  verrouillage: z
    .strictObject({
      essais: z.int().min(1).max(20).default(5),
      attenteSecondes: z.int().min(1).max(3_600).default(60),
      attenteMaxSecondes: z.int().min(60).max(86_400).default(3_600),
      // Everybody behind one proxy has one address.
      essaisParAdresse: z.int().min(1).max(1_000).default(30),
    })
    .prefault({}),
});

export type RawConsole = z.infer<typeof consoleSchema>;
