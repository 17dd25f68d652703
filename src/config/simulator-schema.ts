// The form of the `simulateur:` section.
import { z } from 'zod';
import { dialectNames } from '../simulator/dialect.js';
import { secret } from './secret.js';

export const simulatorSchema = z.strictObject({
  adresse: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8482),
  clairHorsBoucle: z.boolean().default(false),
  cleApi: secret.default('cle-de-simulation'),
  dialecte: z.enum(dialectNames).default('tolerant'),
  avecInventaire: z.boolean().default(true),
  // The ANS's quota on the read API (June 2026); none is published for writes.
  appelsParSeconde: z.number().min(0).max(1_000_000).default(17),
  fautes: z.string().default(''),
  fautesParEnTete: z.boolean().default(false),
  graine: z.int().min(0).max(4_294_967_295).default(1),
  silenceSecondes: z.number().positive().max(3_600).default(120),
  // 500 operations with all their texts make less.
  corpsOctetsMax: z.int().min(1_024).max(67_108_864).default(2_097_152),
  connexionsMax: z.int().min(1).max(100_000).default(1_000),
  // About 100,000 PATCH; then each carrier's state takes the place of its history.
  journalOctetsMax: z.int().min(4_096).max(1_073_741_824).default(67_108_864),
});

export type RawSimulator = z.infer<typeof simulatorSchema>;
