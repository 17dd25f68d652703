// The form of the settings file: every key, its limits and its default.
import { z } from 'zod';
import { conservationSchema, consultationsSchema, journalSchema } from './conservation-schema.js';
import { consoleSchema } from './console-schema.js';
import { demandesSchema } from './demandes-schema.js';
import { domaineName } from './domaine-name.js';
import { feedSchema } from './feed-schema.js';
import { hygieneSchema } from './hygiene-schema.js';
import { inventaireSchema } from './inventaire-schema.js';
import { offreSchema } from './offres.js';
import { ldapSchema } from './ldap-schema.js';
import { journauxSchema } from './journaux-schema.js';
import { metriquesSchema } from './metriques-schema.js';
import { notifySchema } from './notify-schema.js';
import { planSchema } from './plan-schema.js';
import { planificationSchema } from './planification-schema.js';
import { professionnelsSchema } from './professionnels-schema.js';
import { sauvegardeSchema } from './sauvegarde-schema.js';
import { secret } from './secret.js';
import { simulatorSchema } from './simulator-schema.js';
import { verificationSchema, webSchema } from './web-schema.js';

const share = z.number().min(0).max(1);
const hours = z.number().positive().max(10_000);

const guards = z.strictObject({
  retrecissementMax: share.default(0.05),
  changementMax: share.default(0.2),
  rejetMax: share.default(0.01),
});

const tls = z.strictObject({
  ca: z.array(z.string()).default([]),
  certificat: z.string().optional(),
  cle: secret.optional(),
  motDePasse: secret.optional(),
});

const source = z.strictObject({
  actif: z.boolean().optional(),
  from: z.string().optional(),
  secours: z.array(z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' })).optional(),
  fraicheurMaxHeures: hours.default(48),
  gardes: guards.prefault({}),
  charsetSecours: z.literal('iso-8859-1').optional(),
  tls: tls.optional(),
});

const listeBlanche = source.extend({
  signature: z.enum(['exigee', 'facultative']).default('exigee'),
  signataires: z.array(z.string()).default([]),
  signataireCn: z.string().default('alb.mssante.fr'),
});

const finess = source.extend({ codesFermes: z.array(z.string()).default([]) });

const domaine = z.union([
  domaineName.transform((nom): { nom: string; structure?: string | undefined } => ({ nom })),
  z.strictObject({
    nom: domaineName,
    structure: z
      .string()
      .regex(
        /^(1[0-9A-Za-z]{9}|3[0-9A-Za-z]{14})$/u,
        "« 1 » suivi d'un FINESS, ou « 3 » suivi d'un SIRET",
      )
      .optional(),
  }),
]);

export const settingsSchema = z.strictObject({
  dataDir: z.string().min(1).default('./var'),
  database: z
    .strictObject({
      url: secret.optional(),
      poolMax: z.int().min(4).max(100).default(8),
      requeteMaxSecondes: z.int().min(1).max(86_400).default(1_800),
      lectureSeule: z.boolean().default(false),
      // As the messages of a node that only reads name it: an address or a name.
      noeudPrincipal: z.string().trim().min(1).max(200).optional(),
    })
    .prefault({}),
  operateur: z.strictObject({
    nom: z.string().min(1),
    domaines: z.array(domaine).min(1).max(20_000),
    offres: z.array(offreSchema).max(1_000).default([]),
  }),
  sources: z
    .strictObject({
      bals: source.prefault({}),
      professionnels: source.prefault({}),
      identites: source.prefault({}),
      finess: finess.prefault({}),
      'liste-blanche': listeBlanche.prefault({}),
      'adeli-rpps': source.prefault({}),
    })
    .prefault({}),
  reseau: z
    .strictObject({
      proxy: secret.optional(),
      ca: z.array(z.string()).default([]),
      connexionSecondes: z.number().positive().max(600).default(15),
      inactiviteSecondes: z.number().positive().max(3_600).default(60),
      totalSecondes: z.number().positive().max(86_400).default(7_200),
      tentativesMax: z.int().min(1).max(20).default(5),
      attenteMinSecondes: z.number().min(0).max(3_600).default(60),
      attenteMaxSecondes: z.number().min(0).max(86_400).default(900),
      httpEnClair: z.boolean().default(false),
    })
    .prefault({}),
  inventaire: inventaireSchema.prefault({}),
  reconcile: z
    .strictObject({
      inactiviteJours: z.int().min(1).max(365).default(365),
      motifAdresse: z
        .string()
        .default('^[^@\\s]+@([^@\\s]+\\.mssante\\.fr|interop-mssante\\.apicrypt\\.org)$'),
    })
    .prefault({}),
  hygiene: hygieneSchema.prefault({}),
  demandes: demandesSchema.prefault({}),
  alimentation: feedSchema.prefault({}),
  plan: planSchema.prefault({}),
  ldap: ldapSchema.prefault({}),
  simulateur: simulatorSchema.prefault({}),
  web: webSchema.prefault({}),
  console: consoleSchema.prefault({}),
  verification: verificationSchema.prefault({}),
  avis: notifySchema.prefault({}),
  journaux: journauxSchema.prefault({}),
  metriques: metriquesSchema.prefault({}),
  professionnels: professionnelsSchema.prefault({}),
  planification: planificationSchema.prefault({}),
  journal: journalSchema.prefault({}),
  certificats: z
    .strictObject({
      // An authority may take weeks to sign again; past a year, every certificate would be told of from its first day.
      alerteJours: z.int().min(1).max(365).default(30),
    })
    .prefault({}),
  conservation: conservationSchema.prefault({}),
  consultations: consultationsSchema.prefault({}),
  sauvegarde: sauvegardeSchema.prefault({}),
  limites: z
    .strictObject({
      telechargementOctetsMax: z
        .int()
        .positive()
        .default(4 * 1024 ** 3),
      decompresseOctetsMax: z
        .int()
        .positive()
        .default(16 * 1024 ** 3),
      ligneOctetsMax: z.int().min(4_096).max(65_536).default(65_536),
      rejetsConservesMax: z.int().min(1).max(100_000).default(1_000),
    })
    .prefault({}),
});

export type RawSettings = z.infer<typeof settingsSchema>;
