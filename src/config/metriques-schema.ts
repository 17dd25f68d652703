// The form of the `metriques:` section.
import { z } from 'zod';
import { secret } from './secret.js';

export const metriquesSchema = z.strictObject({
  actif: z.boolean().default(true),
  adresses: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default(['127.0.0.0/8', '::1']),
  jeton: secret.optional(),
  // Prometheus asks every 15 or 30 seconds; several of them do not make the database work more.
  fraicheurSecondes: z.number().min(0).max(300).default(5),
  // Prometheus itself waits for 10 by default.
  delaiSecondes: z.number().min(0.1).max(60).default(3),
  ecoute: z
    .strictObject({
      adresse: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8481),
    })
    .optional(),
});

export type RawMetriques = z.infer<typeof metriquesSchema>;
