// The form of the `avis:` section.
import { z } from 'zod';
import { typesEvenement } from '../domain/evenement.js';
import { parseAdresseNommee, type AdresseNommee } from '../domain/adresse-mail.js';
import { secret } from './secret.js';

const seconds = z.number().positive().max(86_400);
const waitSeconds = z.number().min(0).max(604_800);

const adresseNommee = z.string().transform((text, context): AdresseNommee => {
  const parsed = parseAdresseNommee(text);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'adresse attendue : nom@exemple.fr, ou « Nom affiché <nom@exemple.fr> »',
  });
  return z.NEVER;
});

const smtp = z.strictObject({
  hote: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/u, "nom d'hôte ou adresse IP attendu"),
  port: z.int().min(1).max(65_535).optional(),
  chiffrement: z.enum(['starttls', 'tls', 'aucun']).default('starttls'),
  clairHorsBoucle: z.boolean().default(false),
  utilisateur: z.string().min(1).max(500).optional(),
  motDePasse: secret.optional(),
  nomHelo: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/u, 'nom de machine attendu')
    .optional(),
  ca: z.array(z.string()).max(16).default([]),
  connexionSecondes: seconds.max(600).default(15),
  reponseSecondes: seconds.max(600).default(60),
  // RFC 5321, section 4.5.3.2.6, allows a server ten minutes to answer after the content.
  messageSecondes: seconds.max(3_600).default(240),
  messagesParConnexionMax: z.int().min(1).max(10_000).default(100),
});

const point = z.strictObject({
  nom: z.string().regex(/^[a-z0-9-]{1,40}$/u, 'de 1 à 40 minuscules, chiffres ou traits d’union'),
  url: z.url({ protocol: /^https?$/u, error: 'adresse http(s) attendue' }),
  secret,
  secretPrecedent: secret.optional(),
  evenements: z
    .array(z.enum(typesEvenement))
    .min(1)
    .default([...typesEvenement]),
});

export const notifySchema = z.strictObject({
  smtp: smtp.optional(),
  expediteur: adresseNommee.optional(),
  repondreA: adresseNommee.optional(),
  domaines: z
    .record(
      z.string().trim().toLowerCase().max(253),
      z.strictObject({ expediteur: adresseNommee.optional(), repondreA: adresseNommee.optional() }),
    )
    .default({}),
  gabarits: z.string().optional(),
  // Many servers slow down or refuse a client that sends faster; 0: no limit.
  debitParMinute: z.int().min(0).max(100_000).default(60),
  simultanesMax: z.int().min(1).max(32).default(2),
  // A notice is a few KiB: one that is larger is a template that went wrong.
  messageOctetsMax: z
    .int()
    .min(4_096)
    .max(10 * 1024 ** 2)
    .default(262_144),
  tentativesMax: z.int().min(1).max(100).default(12),
  // Greylisting commonly asks for five minutes.
  attenteMinSecondes: waitSeconds.default(300),
  attenteMaxSecondes: waitSeconds.default(14_400),
  dureeMaxHeures: z.number().positive().max(720).default(72),
  // A doubled notice is less bad than none; two doubts in a row are for a person.
  renvoisSiDoute: z.int().min(0).max(1).default(1),
  bailSecondes: seconds.default(900),
  webhooks: z.array(point).max(20).default([]),
  webhook: z
    .strictObject({
      connexionSecondes: seconds.max(600).default(10),
      reponseSecondes: seconds.max(600).default(15),
      totalSecondes: seconds.max(600).default(30),
      // Nothing of an answer is used but its first words, for a person.
      reponseOctetsMax: z.int().min(0).max(1_048_576).default(16_384),
      tentativesMax: z.int().min(1).max(100).default(12),
      attenteMinSecondes: waitSeconds.default(30),
      attenteMaxSecondes: waitSeconds.default(21_600),
      dureeMaxHeures: z.number().positive().max(720).default(72),
      bailSecondes: seconds.default(120),
    })
    .prefault({}),
});

export type RawNotify = z.infer<typeof notifySchema>;
