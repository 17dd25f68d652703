// The form of the `alimentation:` section.
import { z } from 'zod';
import {
  clesProfessionnel,
  clesSituation,
  clesStructure,
  codagesTypeBal,
  dialectNames,
  remplacements,
} from '../feed/dialect.js';
import { secret } from './secret.js';

const seconds = z.number().positive();
const url = z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' });

const identifierSystem = z
  .string()
  .regex(
    /^[a-z][a-z0-9+.-]*:[^\s|]+$/iu,
    'URI attendue, par exemple https://finess.esante.gouv.fr',
  );

const dialectName = z.enum(dialectNames);
const defaultDialect = 'draft-2026-06';

const dialecte = z.union([
  dialectName,
  z.strictObject({
    base: dialectName.default(defaultDialect),
    typeBal: z.enum(codagesTypeBal).optional(),
    emailType: z.boolean().optional(),
    systemeFiness: identifierSystem.optional(),
    systemeSirene: identifierSystem.optional(),
    cleProfessionnel: z.enum(clesProfessionnel).optional(),
    cleStructure: z.enum(clesStructure).optional(),
    cleSituation: z.enum(clesSituation).optional(),
    responsableCab: z.boolean().optional(),
    typeModifiable: z.boolean().optional(),
    remplacement: z.enum(remplacements).optional(),
  }),
]);

const tls = z.strictObject({
  ca: z.array(z.string()).max(16).default([]),
  certificat: z.string().optional(),
  cle: secret.optional(),
  motDePasse: secret.optional(),
  pkcs12: z.string().optional(),
});

const oauth2 = z.strictObject({
  url,
  clientId: z.string().min(1).max(1_000),
  clientSecret: secret.optional(),
  portee: z.string().min(1).max(2_000).optional(),
});

export const feedSchema = z.strictObject({
  url: url.optional(),
  lectureUrl: url.optional(),
  cleApi: secret.optional(),
  dialecte: dialecte.default(defaultDialect),
  tls: tls.prefault({}),
  oauth2: oauth2.optional(),
  connexionSecondes: seconds.max(600).default(10),
  // The ANS's gateway itself gives up after 30.
  reponseSecondes: seconds.max(600).default(30),
  totalSecondes: seconds.max(3_600).default(90),
  // An Organization with thousands of BAL stays below.
  reponseOctetsMax: z
    .int()
    .min(1_024)
    .max(256 * 1024 ** 2)
    .default(8 * 1024 ** 2),
  // 0: no limit, for the simulator.
  appelsParSeconde: z.number().min(0).max(10_000).default(17),
  simultanesMax: z.int().min(1).max(256).default(4),
  tentativesMax: z.int().min(1).max(100).default(8),
  attenteMinSecondes: z.number().min(0).max(86_400).default(60),
  attenteMaxSecondes: z.number().min(0).max(604_800).default(21_600),
  bailSecondes: seconds.max(86_400).default(300),
  // The national extractions are daily; a weekend without one is no fault.
  confirmationJoursMax: z.int().min(1).max(365).default(7),
  disjoncteur: z
    .strictObject({
      echecsMax: z.int().min(1).max(10_000).default(10),
      pauseSecondes: seconds.max(86_400).default(300),
    })
    .prefault({}),
  plusieursBalParAppel: z.boolean().default(false),
  balsParAppelMax: z.int().min(1).max(1_000).default(20),
});

export type RawFeed = z.infer<typeof feedSchema>;
