// The form of the `web:` and `verification:` sections.
import { z } from 'zod';
import { secret } from './secret.js';

const seconds = z.number().positive().max(3_600);

export const webSchema = z.strictObject({
  adresse: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8480),
  clairHorsBoucle: z.boolean().default(false),
  repartiteurs: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default([]),
  urlPublique: z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' }).optional(),
  cleDesLiens: secret.optional(),
  tls: z
    .strictObject({
      certificat: z.string(),
      cle: z.string(),
      motDePasse: secret.optional(),
      relectureSecondes: seconds.default(30),
    })
    .optional(),
  limites: z
    .strictObject({
      // A request of the API is under 2 KiB.
      corpsOctetsMax: z.int().min(1_024).max(104_857_600).default(65_536),
      connexionsMax: z.int().min(1).max(100_000).default(1_000),
      requetesParSeconde: z.int().min(1).max(100_000).default(300),
      appelsConservesMax: z.int().min(1_000).max(1_000_000_000).default(2_000_000),
      // What it was called before « conservation.jours.appelsApi »: still read, the shorter of the two holds.
      appelsConservesJours: z.int().min(1).max(3_650).optional(),
    })
    .prefault({}),
  delais: z
    .strictObject({
      requeteSecondes: seconds.default(15),
      inactiviteSecondes: seconds.default(60),
      baseSecondes: seconds.default(5),
      arretSecondes: seconds.default(10),
    })
    .prefault({}),
});

export const verificationSchema = z.strictObject({
  rppsInconnu: z.enum(['refuser', 'avertir']).default('refuser'),
  inventaireMaxHeures: z.number().positive().max(10_000).default(48),
});

export type RawWeb = z.infer<typeof webSchema>;
