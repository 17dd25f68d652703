// Counts what is asked of the interfaces of the Annuaire, and writes it a little later, many at a time.
import {
  issueDe,
  type Compter,
  type IssueUsage,
  type ObjetUsage,
  type VoirEchange,
} from '../domain/usage-interface.js';
import { parisDay } from '../domain/paris-time.js';
import type { SourceName } from '../domain/source.js';
import type { Db } from '../db/pool.js';
import { catalogue } from '../extractions/catalogue.js';
import { ajouterUsages, type CompteUsage } from '../store/usage-interface.js';
import { EcritureDifferee } from './ecriture-differee.js';
import type { OpenProgram } from './program.js';

export type UsageCounter = {
  readonly compter: Compter;
  /** Writes what is left. Never throws: a counter is no reason to fail the work that it counts. */
  close(): Promise<void>;
};

/** What a kill loses at most. */
const flushMs = 2_000;
/** Days × hosts × outcomes held while the database cannot be written: beyond, what is new is not counted. */
const keysMax = 1_000;

export function createUsageCounter(db: Db, now: () => Date): UsageCounter {
  const counter = new Counter(db, now);
  return {
    compter: (objet, volume, nombre) => counter.add(objet, volume, nombre),
    close: () => counter.close(),
  };
}

class Counter {
  readonly #db: Db;
  readonly #now: () => Date;
  #held = new Map<string, CompteUsage>();
  readonly #ecriture = new EcritureDifferee(flushMs, () => this.#write());

  constructor(db: Db, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  add(objet: ObjetUsage, volume = 0, nombre = 1): void {
    const at = this.#now();
    this.#hold({ ...objet, jour: parisDay(at), nombre, volume, premierLe: at, dernierLe: at });
    this.#ecriture.ask();
  }

  close(): Promise<void> {
    return this.#ecriture.close();
  }

  #hold(compte: CompteUsage): void {
    const { jour, source, hote, operation, issue } = compte;
    const key = [jour, compte.interface, source, hote, operation, issue].join('|');
    const known = this.#held.get(key);
    if (!known && this.#held.size >= keysMax) return;
    this.#held.set(key, known ? sum(known, compte) : compte);
  }

  async #write(): Promise<void> {
    const leaving = this.#held;
    if (leaving.size === 0) return;
    this.#held = new Map();
    try {
      await ajouterUsages(this.#db, [...leaving.values()]);
    } catch {
      // Goes with the next: a read-only node, or a database that is away, and comes back.
      for (const compte of leaving.values()) this.#hold(compte);
    }
  }
}

function sum(x: CompteUsage, y: CompteUsage): CompteUsage {
  return {
    ...x,
    nombre: x.nombre + y.nombre,
    volume: x.volume + y.volume,
    premierLe: x.premierLe < y.premierLe ? x.premierLe : y.premierLe,
    dernierLe: x.dernierLe > y.dernierLe ? x.dernierLe : y.dernierLe,
  };
}

/** Of a download of this source. */
export function voirTelechargement(compter: Compter, source: SourceName): VoirEchange {
  return (echange) => {
    const { methode, url, octets } = echange;
    compter(
      {
        interface: 'telechargement',
        source,
        hote: url.host,
        operation: methode === 'HEAD' ? 'head' : 'get',
        issue: issueDe(echange, catalogue[source].nothingNewStatuses),
      },
      octets,
    );
  };
}

/** One file of this source taken into account, or not: what the requests were for. `from` overrules the settings. */
export function chargementOf(
  { settings, compter }: Pick<OpenProgram, 'settings' | 'compter'>,
  source: SourceName,
  from: string | undefined,
): (issue: IssueUsage, load?: { readonly origin: string; readonly lineCount: number }) => void {
  const asked = from ?? settings.sources[source].from ?? catalogue[source].urls[0] ?? '';
  return (issue, load) => {
    // The fallback may be what answered.
    const hote = hoteOf(load?.origin ?? asked);
    compter?.(
      { interface: 'telechargement', source, hote, operation: 'chargement', issue },
      load?.lineCount,
    );
  };
}

function hoteOf(place: string): string {
  return /^https?:/iu.test(place) && URL.canParse(place) ? new URL(place).host : '';
}

/** Of the sign-in of professionals: its discovery, its keys, its token, its identity. */
export function voirProSanteConnect(compter: Compter, decouverte: URL): VoirEchange {
  return (echange) => {
    const { methode, url, octets } = echange;
    const isJeton = methode === 'POST';
    const operation = url.href === decouverte.href ? 'decouverte' : isJeton ? 'jeton' : 'get';
    const issue = issueDe(echange);
    compter(
      { interface: 'pro-sante-connect', source: '', hote: url.host, operation, issue },
      octets,
    );
  };
}
