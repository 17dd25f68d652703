// What the machine tells: the room on the disk of dataDir, and how long the certificates of the settings are valid.
import { statfs } from 'node:fs/promises';
import { famille, instant, simple, type Famille } from './famille.js';

export type FinDeCertificat = {
  /** Path in the settings: `web.tls.certificat`. */
  readonly reglage: string;
  readonly expireLe: Date;
};

/** As `DerniereSauvegarde` keeps it. */
export type SauvegardeFaite = { readonly finieLe: string; readonly octets: number };

export type MachineOptions = {
  readonly dataDir: string;
  /** The base is private: nobody saves it but the program. */
  readonly isSauvegardeAttendue: boolean;
  /** The last one that ended well, if any. */
  readonly sauvegarde: () => Promise<SauvegardeFaite | undefined>;
  /** Those that can be read. */
  readonly certificats: () => readonly FinDeCertificat[];
  /** How long these are good for: bundles of authorities are not parsed at each scrape. */
  readonly certificatsLusMs: number;
};

export class MesureMachine {
  readonly #options: MachineOptions;
  #certificats: { readonly famille: Famille; readonly atMs: number } | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  async lire(): Promise<Famille[]> {
    const disque = await statfs(this.#options.dataDir).catch(() => undefined);
    const sauvegarde = await this.#options.sauvegarde();
    return [
      simple('annuaire_sync_sauvegarde_attendue', Number(this.#options.isSauvegardeAttendue)),
      simple(
        'annuaire_sync_sauvegarde_timestamp_seconds',
        sauvegarde && instant(new Date(sauvegarde.finieLe)),
      ),
      simple('annuaire_sync_sauvegarde_bytes', sauvegarde?.octets),
      simple('annuaire_sync_disque_libre_bytes', disque && disque.bavail * disque.bsize),
      simple('annuaire_sync_disque_bytes', disque && disque.blocks * disque.bsize),
      this.#lireCertificats(),
    ];
  }

  /** Of a file that holds several, the first to expire. */
  #lireCertificats(): Famille {
    const nowMs = performance.now();
    const known = this.#certificats;
    if (known && nowMs - known.atMs < this.#options.certificatsLusMs) return known.famille;
    const fins = new Map<string, number>();
    for (const { reglage, expireLe } of this.#options.certificats()) {
      fins.set(reglage, Math.min(fins.get(reglage) ?? Infinity, instant(expireLe) ?? Infinity));
    }
    const read = famille(
      'annuaire_sync_certificat_expiration_timestamp_seconds',
      [...fins].map(([reglage, at]) => [{ reglage }, at]),
    );
    this.#certificats = { famille: read, atMs: nowMs };
    return read;
  }
}
