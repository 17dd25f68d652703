// What a mail platform pushes: one snapshot of a source at a time, lists of events beside it.
import { withAdvisoryLock } from '../../db/advisory-lock.js';
import type { Pool } from '../../db/pool.js';
import type { ImportRecu } from '../../domain/inventaire-recu.js';
import { messageOf } from '../../errors.js';
import { silentProgress } from '../../progress.js';
import {
  findImport,
  finishImport,
  insertImport,
  interruptImports,
  trimImports,
  type ImportEnd,
} from '../../store/inventaire-import.js';
import { transaction } from '../../db/transaction.js';
import type { NouvelleTrace } from '../../domain/trace.js';
import { recordTrace } from '../../store/journal.js';
import { trimRangs } from '../../store/bal-evenement.js';
import { trimLots } from '../../store/inventaire-lot.js';
import {
  discard,
  echec,
  endOfError,
  endOfResult,
  gardesAcceptables,
  importContenu,
  interrompu,
  type ContenuInstantane,
  type SourceHttp,
} from './instantane.js';
import { keepFile, trimKeptFiles, type KeptSettings } from './kept-files.js';
import { applyLot, type LotRecu, type LotSettings, type ReponseLot } from './lot.js';

export type PushSettings = {
  readonly sources: readonly SourceHttp[];
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly kept: KeptSettings;
  readonly lot: LotSettings;
  /** Answers kept for a key that is used again, and figures of the sliding window. */
  readonly lotsKeptDays: number;
  readonly importsKeptDays: number;
};

export type PushSurroundings = {
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
};

export type InstantaneRecu = Omit<ContenuInstantane, 'source' | 'origin'> & {
  readonly source: string;
  readonly keyId: number;
  /** Name of the API's key. */
  readonly par: string;
};

export type Depart =
  | { readonly kind: 'parti'; readonly id: number; readonly fini: Promise<void> }
  /** Another program is importing a snapshot of the same source. */
  | { readonly kind: 'occupe' };

/** Connections that it may use at once: an import under way holds three. */
export const connectionsMax = 8;
/** Imports of different sources at once. */
const importsMax = 2;

export class InventairePush {
  readonly sources: readonly string[];
  readonly #pool: Pool;
  readonly #settings: PushSettings;
  readonly #surroundings: PushSurroundings;
  readonly #reserved = new Set<string>();
  readonly #running = new Map<number, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(pool: Pool, settings: PushSettings, surroundings: PushSurroundings) {
    this.sources = settings.sources.map(({ nom }) => nom);
    this.#pool = pool;
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  /** Closes what a killed program left open. */
  async start(): Promise<void> {
    for (const nom of this.sources) await this.#closeAbandoned(nom);
    await this.trim();
  }

  /** Imports under way are undone; their snapshots are to be sent again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  /** One snapshot of a source is received and imported at a time; undefined: not now. The caller releases it. */
  reserve(source: string): { readonly release: () => void } | undefined {
    if (this.#reserved.has(source) || this.#reserved.size >= importsMax) return undefined;
    this.#reserved.add(source);
    return { release: () => void this.#reserved.delete(source) };
  }

  /** Begins its import and takes the file over: it is gone at the end, unless a guard refused it. */
  importInstantane({ source: nom, keyId, par, ...recu }: InstantaneRecu): Promise<Depart> {
    const contenu = { ...recu, source: this.#sourceNamed(nom), origin: `instantané de « ${par} »` };
    return new Promise<Depart>((resolve, reject) => {
      const held = withAdvisoryLock(this.#pool, lockOf(nom), async () => {
        await interruptImports(this.#pool, nom, interrompu, this.#surroundings.now());
        const id = await insertImport(this.#pool, { ...recu, source: nom, keyId });
        const fini = this.#run(id, contenu).finally(() => this.#running.delete(id));
        this.#running.set(id, fini);
        // Ended once the next one may begin: whoever is answered need not be told to wait.
        const libere = held.then(noop, noop);
        resolve({ kind: 'parti', id, fini: libere });
        await fini;
      });
      held
        .then(async (locked) => {
          if (locked.kind === 'done') return;
          await discard(recu.path);
          resolve({ kind: 'occupe' });
        })
        .catch(async (error: unknown) => {
          await discard(recu.path);
          reject(error instanceof Error ? error : new Error(String(error)));
        });
    });
  }

  /** An import whose program was killed is told so. */
  async findImport(id: number): Promise<ImportRecu | undefined> {
    const found = await findImport(this.#pool, id);
    if (found?.etat !== 'en-cours' || this.#running.has(id)) return found;
    await this.#closeAbandoned(found.source);
    return findImport(this.#pool, id);
  }

  applyLot(lot: Omit<LotRecu, 'source'> & { readonly source: string }): Promise<ReponseLot> {
    const source = this.#sourceNamed(lot.source);
    const { lot: settings } = this.#settings;
    return applyLot(this.#pool, { ...lot, source }, settings, this.#surroundings.now());
  }

  /** Forgets what is no longer needed; bounded at each call. */
  async trim(): Promise<void> {
    const { lotsKeptDays, importsKeptDays, lot, kept } = this.#settings;
    const now = this.#surroundings.now();
    const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
    await trimLots(this.#pool, ago(lotsKeptDays));
    // A day more: the clock of an event may be ahead of ours.
    await trimRangs(this.#pool, ago(lot.evenementJoursMax + 1));
    await trimImports(this.#pool, ago(importsKeptDays));
    await trimKeptFiles(this.#pool, kept, now);
  }

  #sourceNamed(nom: string): SourceHttp {
    const source = this.#settings.sources.find((known) => known.nom === nom);
    if (!source) throw new Error(`no http source is called ${nom}`);
    return source;
  }

  async #closeAbandoned(source: string): Promise<void> {
    await withAdvisoryLock(this.#pool, lockOf(source), () =>
      interruptImports(this.#pool, source, interrompu, this.#surroundings.now()),
    );
  }

  /** Never rejects: what came of it is in the database, or at least in the journal. */
  async #run(id: number, contenu: ContenuInstantane): Promise<void> {
    const { now, report } = this.#surroundings;
    try {
      const end = await this.#import(id, contenu);
      await transaction(this.#pool, async (db) => {
        await finishImport(db, id, end, now());
        await recordTrace(db, traceOf(id, contenu, end), now());
      });
    } catch (error) {
      report(`Import d’inventaire n° ${id} : son issue n’a pas pu être notée. ${messageOf(error)}`);
    } finally {
      await discard(contenu.path).catch((error: unknown) =>
        report(`Fichier reçu non supprimé : ${messageOf(error)}`),
      );
    }
  }

  async #import(id: number, contenu: ContenuInstantane): Promise<ImportEnd> {
    const { rowsMax, bytesMax } = this.#settings;
    const { signal } = this.#stop;
    const conseil = acceptAdvice(id);
    const now = this.#surroundings.now();
    try {
      const conditions = { rowsMax, bytesMax, conseil, signal, progress: silentProgress, now };
      return endOfResult(await importContenu(this.#pool, contenu, conditions));
    } catch (error) {
      const end = endOfError(error, signal.aborted);
      if (!end) {
        const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#surroundings.report(`Import d’inventaire n° ${id} en échec : ${cause}`);
        return { etat: 'echec', probleme: echec };
      }
      return { ...end, fichier: await this.#keep(id, contenu, end) };
    }
  }

  async #keep(
    id: number,
    { path, format }: ContenuInstantane,
    { probleme }: ImportEnd,
  ): Promise<string | undefined> {
    if (!probleme || !gardesAcceptables.includes(probleme.code)) return undefined;
    return keepFile(this.#settings.kept, path, id, format);
  }
}

const noop = (): void => undefined;

/** Held from before an import is recorded to after its end is: what is open without it was abandoned. */
export function lockOf(source: string): string {
  return `inventaire-http:${source}`;
}

function acceptAdvice(id: number): string {
  return (
    'Vérifiez que l’instantané est complet ; s’il est juste, un administrateur l’accepte sur le serveur : ' +
    `« annuaire-sync inventory accept ${id} ».`
  );
}

/** The call itself was traced when it was answered, maybe before this. */
function traceOf(id: number, { source }: ContenuInstantane, end: ImportEnd): NouvelleTrace {
  const issues = { charge: 'reussite', inchange: 'reussite', refuse: 'refus' } as const;
  const { etat, probleme } = end;
  return {
    action: 'inventaire.import',
    issue: etat === 'charge' || etat === 'inchange' || etat === 'refuse' ? issues[etat] : 'echec',
    auteur: { genre: 'programme', id: 'annuaire-sync' },
    objets: [{ genre: 'source', id: source.nom }],
    requete: { import: id, moyen: 'http' },
    reponse: { etat, code: probleme?.code },
  };
}
