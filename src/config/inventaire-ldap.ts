// The form of a source of type `ldap`, and what the program makes of it.
import { z } from 'zod';
import { inventaireColumnNames, type InventaireColumn } from '../inventory/columns.js';
import {
  correspondanceOf,
  formatsLdap,
  modeles,
  modelesLdap,
  type RegleColonne,
} from '../inventory/ldap/correspondance.js';
import type { LdapSettings } from '../inventory/ldap/client.js';
import type { SourceLdap } from '../inventory/ldap/ouvrir.js';
import { isLoopback } from '../net/loopback.js';
import { createTlsContext } from '../net/tls-context.js';
import { AppError } from '../errors.js';
import { secret, type FileReader } from './secret.js';

const attribut = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9-]*$|^\d+(\.\d+)+$/u, 'nom d’attribut LDAP attendu');

const regle = z.union([
  attribut,
  z.array(attribut).min(1).max(10),
  z.strictObject({ constante: z.string().min(1).max(2_000) }),
  z.strictObject({
    attribut: z.union([attribut, z.array(attribut).min(1).max(10)]),
    format: z.enum(formatsLdap).default('texte'),
    prefixe: z.string().min(1).optional(),
    valeurs: z.record(z.string(), z.string()).optional(),
    defaut: z.string().optional(),
  }),
  // Takes a column of the model away.
  z.null(),
]);

const seconds = (valeur: number): z.ZodDefault<z.ZodNumber> =>
  z.number().positive().max(86_400).default(valeur);

export const sourceLdapShape = {
  type: z.literal('ldap'),
  url: z
    .string()
    .regex(/^ldaps?:\/\/[^/?#]+\/?$/iu, 'adresse attendue : ldaps://serveur ou ldap://serveur:389'),
  startTls: z.boolean().default(false),
  clairHorsBoucle: z.boolean().default(false),
  tls: z
    .strictObject({
      ca: z.array(z.string()).default([]),
      certificat: z.string().optional(),
      cle: secret.optional(),
      motDePasse: secret.optional(),
    })
    .prefault({}),
  dn: z.string().min(1).optional(),
  motDePasse: secret.optional(),
  base: z.string(),
  portee: z.enum(['sub', 'one', 'base']).default('sub'),
  filtre: z.string().min(1).optional(),
  modele: z.enum(modelesLdap).optional(),
  attributs: z.partialRecord(z.enum(inventaireColumnNames), regle).default({}),
  alias: z.array(attribut).max(10).default([]),
  // What servers allow by default: 500 for OpenLDAP, 1,000 for Active Directory.
  pagination: z.int().min(0).max(10_000).default(500),
  renvois: z.enum(['refuser', 'ignorer']).optional(),
  limites: z
    .strictObject({
      connexionSecondes: seconds(15),
      silenceSecondes: seconds(60),
      totalSecondes: seconds(1_800),
      entreesMax: z.int().positive().max(10_000_000).default(1_000_000),
    })
    .prefault({}),
};

export type RawLdap = z.infer<z.ZodObject<typeof sourceLdapShape>>;

/** `ca`: the authorities of `reseau.ca`. */
export function resolveSourceLdap(
  raw: RawLdap,
  at: string,
  ca: readonly string[],
  reader: FileReader,
): SourceLdap {
  const { limites } = raw;
  const correspondance = correspondanceOf(raw.modele, reglesOf(raw), raw.alias);
  for (const needed of ['adresse', 'typeBal'] as const)
    if (!correspondance.colonnes.has(needed))
      reader.fault(
        `${at}.attributs.${needed} : nécessaire (un attribut, ou { constante: … }${needed === 'typeBal' ? ' : PER, ORG, APP ou CAB' : ''})`,
      );
  const modele = raw.modele && modeles[raw.modele];
  return {
    correspondance,
    connexion: {
      url: raw.url.replace(/\/$/u, ''),
      startTls: raw.startTls,
      tls: tlsOf(raw, at, ca, reader),
      compte: compteOf(raw, at, reader),
      base: raw.base,
      portee: raw.portee,
      filtre: raw.filtre ?? modele?.filtre ?? '(objectClass=*)',
      pagination: raw.pagination,
      renvois: raw.renvois ?? modele?.renvois ?? 'refuser',
      limites: {
        connexionMs: limites.connexionSecondes * 1_000,
        silenceMs: limites.silenceSecondes * 1_000,
        totalMs: limites.totalSecondes * 1_000,
        entreesMax: limites.entreesMax,
      },
    },
  };
}

function reglesOf({ attributs }: RawLdap): Partial<Record<InventaireColumn, RegleColonne | null>> {
  const regles: Partial<Record<InventaireColumn, RegleColonne | null>> = {};
  for (const column of inventaireColumnNames) {
    const raw = attributs[column];
    if (raw === undefined) continue;
    regles[column] = raw === null ? null : regleOf(raw);
  }
  return regles;
}

function regleOf(raw: Exclude<z.infer<typeof regle>, null>): RegleColonne {
  if (typeof raw === 'object' && 'constante' in raw) return raw;
  const isPlain = typeof raw === 'string' || Array.isArray(raw);
  const names = isPlain ? raw : raw.attribut;
  const more = isPlain ? undefined : raw;
  const valeurs = more?.valeurs && Object.entries(more.valeurs);
  return {
    attribut: typeof names === 'string' ? [names] : names,
    format: more?.format ?? 'texte',
    prefixe: more?.prefixe,
    valeurs: valeurs && Object.fromEntries(valeurs.map(([from, to]) => [from.toLowerCase(), to])),
    defaut: more?.defaut,
  };
}

function tlsOf(
  { url, startTls, clairHorsBoucle, tls }: RawLdap,
  at: string,
  ca: readonly string[],
  reader: FileReader,
): LdapSettings['tls'] {
  const isLdaps = /^ldaps:/iu.test(url);
  if (isLdaps && startTls)
    reader.fault(
      `${at}.startTls : ldaps:// est déjà chiffré ; retirez startTls, ou utilisez ldap://`,
    );
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/gu, '') : '';
  if (host === '') reader.fault(`${at}.url : nom de serveur attendu`);
  if (!isLdaps && !startTls) {
    if (host !== 'localhost' && !isLoopback(host) && !clairHorsBoucle)
      reader.fault(
        `${at}.url : ldap:// sans StartTLS enverrait le mot de passe et l'annuaire en clair. Utilisez ldaps:// ou ` +
          '« startTls: true », ou « clairHorsBoucle: true » si le réseau est protégé autrement',
      );
    return undefined;
  }
  if ((tls.certificat === undefined) !== (tls.cle === undefined))
    reader.fault(`${at}.tls : certificat et cle vont ensemble, il en manque un`);
  const authorities = tls.ca.map((file, index) => reader.file(`${at}.tls.ca.${index}`, file));
  const key = reader.key(`${at}.tls.cle`, tls.cle);
  const passphrase = reader.secret(`${at}.tls.motDePasse`, tls.motDePasse);
  const cert =
    tls.certificat === undefined ? undefined : reader.file(`${at}.tls.certificat`, tls.certificat);
  const client = cert === undefined || key === undefined ? undefined : { cert, key, passphrase };
  try {
    return createTlsContext([...ca, ...authorities], client);
  } catch (error) {
    // A file that could not be read is told already.
    if (!(error instanceof AppError)) throw error;
    reader.fault(`${at}.tls : ${error.message}`);
    return undefined;
  }
}

function compteOf(
  { dn, motDePasse }: RawLdap,
  at: string,
  reader: FileReader,
): LdapSettings['compte'] {
  if ((dn === undefined) !== (motDePasse === undefined)) {
    reader.fault(`${at} : dn et motDePasse vont ensemble, il en manque un`);
    return undefined;
  }
  if (dn === undefined) return undefined;
  const password = reader.secret(`${at}.motDePasse`, motDePasse);
  // RFC 4513 §5.1.2: a name without a password is taken for anonymous, and accepted.
  if (password === '')
    reader.fault(
      `${at}.motDePasse : il est vide, ce que le serveur prendrait pour un accès anonyme`,
    );
  return { dn, motDePasse: password ?? '' };
}
