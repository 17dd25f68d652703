// Secrets and files that the settings point to.
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { certificatesOf } from '../db/connection-tls.js';
import type { FichierCertificat } from '../domain/certificat.js';
import { nommerCertificat } from './certificats-settings.js';

/** A secret: the text itself, or where to read it. */
export const secret = z.union([
  z.string(),
  z.strictObject({ env: z.string() }),
  z.strictObject({ fichier: z.string() }),
]);
export type Secret = z.infer<typeof secret>;

/** Reads the files and variables that settings point to; every failure is noted with its path in the settings. */
export class FileReader {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #faults: string[];
  readonly #certificats = new Map<string, FichierCertificat>();
  readonly #secrets = new Map<string, string | undefined>();
  readonly #paths = new Set<string>();

  constructor(folder: string, env: NodeJS.ProcessEnv, faults: string[]) {
    this.#folder = folder;
    this.#env = env;
    this.#faults = faults;
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  path(path: string): string {
    const full = this.data(path);
    this.#paths.add(full);
    return full;
  }

  /** Everything that the settings named so far and that belongs to them, absolute. */
  get paths(): ReadonlySet<string> {
    return this.#paths;
  }

  pathOrUrl(from: string): string {
    return /^https?:\/\//iu.test(from) ? from : this.data(from);
  }

  /** Of data, national or of the mail platform: not of the settings, so a backup of these leaves it. */
  data(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#folder, path);
  }

  file(at: string, path: string): string {
    const text = this.bytes(at, path).toString('utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) this.certificate(at, path);
    return text;
  }

  /** Every file of certificates that the settings name: those that are read here, and those that servers read by themselves. */
  get certificats(): readonly FichierCertificat[] {
    return [...this.#certificats.values()];
  }

  /** Where each secret is: its setting to its file, undefined for the settings file itself. */
  get secrets(): ReadonlyMap<string, string | undefined> {
    return this.#secrets;
  }

  /** Notes that `path` holds certificates; its end is then watched over. Gives the absolute path. */
  certificate(at: string, path: string, motDePasse?: string): string {
    const chemin = this.path(path);
    this.#certificats.set(at, { reglage: at, chemin, motDePasse, ...nommerCertificat(at) });
    return chemin;
  }

  bytes(at: string, path: string): Buffer {
    try {
      return readFileSync(this.path(path));
    } catch {
      this.#faults.push(`${at} : fichier illisible : ${this.path(path)}`);
      return Buffer.alloc(0);
    }
  }

  /** A private key given as text that is no PEM is the name of its file. */
  key(at: string, value: Secret | undefined): string | undefined {
    if (typeof value === 'string' && !value.includes('-----BEGIN')) {
      this.#secrets.set(at, this.path(value));
      return this.file(at, value);
    }
    return this.secret(at, value);
  }

  /** The address of a PostgreSQL, whose files of certificates are noted. */
  databaseUrl(at: string, value: Secret | undefined): string | undefined {
    const url = this.secret(at, value);
    for (const { parametre, chemin } of certificatesOf(url ?? ''))
      this.certificate(`${at}.${parametre}`, chemin);
    return url;
  }

  secret(at: string, value: Secret | undefined): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string') {
      this.#secrets.set(at, undefined);
      return value;
    }
    if ('fichier' in value) {
      this.#secrets.set(at, this.path(value.fichier));
      return this.file(at, value.fichier).trim();
    }
    const text = this.#env[value.env];
    if (text === undefined)
      this.#faults.push(`${at} : la variable d'environnement ${value.env} n'existe pas`);
    return text;
  }
}
