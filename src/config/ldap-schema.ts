// The form of the `ldap:` section.
import { z } from 'zod';
import { typesBal } from '../domain/bal-operateur.js';
import { defaultLayout } from '../ldap/directory/layout.js';
import { secret } from './secret.js';

const seconds = z.number().positive().max(86_400);
const port = z.int().min(0).max(65_535);

const allowance = {
  entreesMax: z.int().min(0).max(100_000_000),
  tempsMaxSecondes: z.number().min(0).max(3_600),
  recherchesParSeconde: z.number().min(0).max(1_000_000),
};

const account = z.strictObject({
  nom: z
    .string()
    .trim()
    .regex(/^[^=,]{1,100}$/u, 'un nom sans « = » ni « , » est attendu'),
  dn: z.string().min(3).optional(),
  motDePasse: secret.optional(),
  certificat: z.string().min(3).optional(),
  entreesMax: allowance.entreesMax.default(0),
  tempsMaxSecondes: allowance.tempsMaxSecondes.default(60),
  recherchesParSeconde: allowance.recherchesParSeconde.default(0),
});

const names = z.array(z.string().min(1)).min(1).max(16);

/** What of the tree is not given stays as it is by default, class by class; the attributes are given all or not at all. */
const annuaire = z.strictObject({
  baseDn: z.string().default(defaultLayout.baseDn),
  rdn: z.string().default(defaultLayout.rdn),
  sansAccents: z.boolean().default(defaultLayout.isAccentInsensitive),
  classes: z.partialRecord(z.enum(typesBal), names).default({}),
  attributs: z.record(z.string().min(1).max(200), names).optional(),
});

export const ldapSchema = z.strictObject({
  adresses: z.array(z.string().min(1)).min(1).max(16).default(['127.0.0.1']),
  port: z.union([port, z.literal(false)]).default(8389),
  portLdaps: z.union([port, z.literal(false)]).default(8636),
  clairHorsBoucle: z.boolean().default(false),
  tlsObligatoire: z.boolean().default(false),
  annuaire: annuaire.prefault({}),
  consultationSecondes: seconds.default(60),
  workers: z.int().min(1).max(64).default(1),
  tls: z
    .strictObject({
      certificat: z.string(),
      cle: z.string(),
      motDePasse: secret.optional(),
      autoritesClientes: z.array(z.string()).max(16).default([]),
      relectureSecondes: seconds.default(30),
    })
    .optional(),
  proxyProtocol: z.strictObject({ repartiteurs: z.array(z.string()).min(1).max(100) }).optional(),
  anonyme: z
    .strictObject({
      actif: z.boolean().default(true),
      entreesMax: allowance.entreesMax.default(500),
      tempsMaxSecondes: allowance.tempsMaxSecondes.default(10),
      recherchesParSeconde: allowance.recherchesParSeconde.default(200),
    })
    .prefault({}),
  comptes: z.array(account).max(1_000).default([]),
  limites: z
    .strictObject({
      connexionsMax: z.int().min(1).max(100_000).default(2_000),
      connexionsParAdresseMax: z.int().min(1).max(100_000).default(500),
      operationsEnAttenteMax: z.int().min(1).max(1_000).default(20),
      premierMessageSecondes: seconds.default(10),
      inactiviteSecondes: seconds.default(900),
      ecritureSecondes: seconds.default(30),
      candidatsMax: z.int().min(1_000).max(100_000_000).default(2_000_000),
      // Nearly nothing waits in ordinary times; a dump that is read slowly keeps about 100 KiB.
      memoireTamponsMio: z.int().min(4).max(65_536).default(64),
      // A sort of the whole country takes about ten.
      memoireRecherchesMio: z.int().min(16).max(65_536).default(128),
      arretSecondes: seconds.default(10),
    })
    .prefault({}),
});

export type RawLdap = z.infer<typeof ldapSchema>;
