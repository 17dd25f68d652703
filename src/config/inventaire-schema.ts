// The form of the `inventaire:` section.
import { z } from 'zod';
import { encodings } from '../inventory/encoding.js';
import { domaineName } from './domaine-name.js';
import { inventaireHttpSchema } from './inventaire-http-schema.js';

const share = z.number().min(0).max(1);

const dialecteCsv = {
  encodage: z.enum(['auto', ...encodings]).default('auto'),
  separateur: z.enum(['auto', ';', ',', 'tab']).default('auto'),
};

/** What every source has. */
const commun = {
  nom: z
    .string()
    .regex(
      /^[a-z0-9-]{1,40}$/u,
      'nom attendu : 1 à 40 lettres minuscules sans accent, chiffres ou « - »',
    ),
  domaines: z.array(domaineName).min(1).max(20_000).optional(),
  // As inventaire.retrecissementMax, for this source alone.
  retrecissementMax: share.optional(),
  ignorerFautives: z.boolean().default(false),
};

const csv = z.strictObject({
  ...commun,
  type: z.literal('csv'),
  fichier: z.string().min(1),
  ...dialecteCsv,
});

const http = z.strictObject({ ...commun, type: z.literal('http') });

export const inventaireSchema = z.strictObject({
  fichier: z.string().optional(),
  ...dialecteCsv,
  retrecissementMax: share.default(0.1),
  lignesMax: z.int().positive().default(2_000_000),
  // An opérateur has a platform or two, and a file for the rest.
  sources: z
    .array(z.discriminatedUnion('type', [csv, http]))
    .max(50)
    .default([]),
  http: inventaireHttpSchema.prefault({}),
});

export type RawInventaire = z.infer<typeof inventaireSchema>;
export type RawSourceInventaire = RawInventaire['sources'][number];
