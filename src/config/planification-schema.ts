// The form of the `planification:` section.
import { z } from 'zod';
import { fauteDExpression, isFuseau } from '../planification/horaire.js';

const expression = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const fault = fauteDExpression(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** `cycle`: in the daily chain, at its place; an expression: by itself; false: never. */
const quand = z.union([z.literal('cycle'), z.literal(false), expression]);

const minutes = z.number().positive().max(1_440);

export const planificationSchema = z.strictObject({
  // The name of this node; that of the machine unless two daemons share one.
  noeud: z
    .string()
    .regex(/^[\p{L}\p{N}._-]{1,100}$/u, 'lettres, chiffres, « . », « - » et « _ » attendus')
    .optional(),
  services: z
    .strictObject({
      ldap: z.boolean().default(true),
      web: z.boolean().default(true),
      etapes: z.boolean().default(true),
    })
    .prefault({}),
  fuseau: z
    .string()
    .refine(isFuseau, 'fuseau horaire inconnu ; par exemple Europe/Paris ou Indian/Reunion')
    .default('Europe/Paris'),
  gigueSecondes: z.int().min(0).max(3_600).default(120),
  cycle: z.union([z.literal(false), expression]).default('30 5 * * *'),
  etapes: z
    .strictObject({
      extract: quand.default('cycle'),
      inventory: quand.default('cycle'),
      reconcile: quand.default('cycle'),
      hygiene: quand.default('cycle'),
      plan: quand.default('cycle'),
      push: quand.default('*/5 * * * *'),
      notices: quand.default('*/5 * * * *'),
      status: quand.default('12 * * * *'),
      purge: quand.default('40 2 * * *'),
      // It reads the whole trail: on a Sunday, before the purge and the point of that night.
      verification: quand.default('40 1 * * 0'),
      checkpoint: quand.default('50 2 * * *'),
      // It fills a disk that only the administrator knows.
      backup: quand.default(false),
    })
    .prefault({}),
  dureeMaxMinutes: z
    .strictObject({
      extract: minutes.default(360),
      inventory: minutes.default(120),
      reconcile: minutes.default(120),
      hygiene: minutes.default(60),
      plan: minutes.default(60),
      push: minutes.default(720),
      notices: minutes.default(120),
      status: minutes.default(15),
      purge: minutes.default(240),
      verification: minutes.default(240),
      checkpoint: minutes.default(15),
      backup: minutes.default(360),
    })
    .prefault({}),
  // Below 10 seconds a search under way could not end; above a day, old settings would serve for too long.
  vidangeSecondes: z.int().min(1).max(86_400).default(600),
  // A run every five minutes is a hundred thousand rows a year.
  passagesConservesJours: z.int().min(7).max(3_660).default(400),
});
