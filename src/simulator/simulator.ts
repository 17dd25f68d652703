// The simulated Annuaire: its state, who exists in it, and the journal that makes it survive.
import type { Pool } from '../db/pool.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { findSeed, isSeedPresent, withSeed, type Seed } from '../store/simulator.js';
import { listStructureFacts } from '../store/simulator-structures.js';
import { Annuaire } from './annuaire.js';
import { apply, type Applied } from './apply.js';
import type { CarriedBal, Effect } from './carried-bal.js';
import type { FoundPorteur, Lookups } from './target.js';
import { formOf } from './contact-point.js';
import { dialectNamed, type DialectName } from './dialect.js';
import { State } from './state.js';
import {
  Journal,
  journalPath,
  readJournal,
  forgetJournal,
  type JournalHeader,
  type JournalLine,
} from './journal.js';
import type { Operation } from './operations.js';
import { LogicalIds, isIdentified, resourceTypeOf, structureOf } from './porteur.js';
import type { Refusal } from './refusal.js';
import { seedState } from './seed.js';
import { Structures } from './structures.js';

export type SimulatorOptions = {
  readonly dataDir: string;
  readonly dialect: DialectName;
  readonly hasInventaire: boolean;
  readonly journalBytesMax: number;
};

export type OpenMode = {
  /** Forgets what was simulated, and seeds again from what is in service. */
  readonly isReset: boolean;
  /** To look only: another program may be writing the journal. */
  readonly isReadOnly: boolean;
};

/** Arbitrary and fixed: ids must be the same after a restart. */
const shifts = { ids: 17, situations: 23 };

export class Simulator {
  readonly state = new State();
  readonly lookups: Lookups;
  readonly seed: Seed;
  /** Extraction in service when it was opened: another than the seed's once a later one was loaded. */
  readonly inService: string;
  readonly structures: Structures;
  readonly #header: JournalHeader;
  readonly #bytesMax: number;
  #journal: Journal | undefined;
  #compactedBytes = 0;

  private constructor(
    pool: Pool,
    header: JournalHeader,
    inService: string,
    options: SimulatorOptions,
  ) {
    this.structures = new Structures((ids) => listStructureFacts(pool, ids));
    this.seed = seedOf(header);
    this.inService = inService;
    this.#header = header;
    this.#bytesMax = options.journalBytesMax;
    this.lookups = {
      annuaire: new Annuaire(pool, this.state, this.structures),
      ids: new LogicalIds(shifts.ids),
      situations: new LogicalIds(shifts.situations),
      dialect: dialectNamed(options.dialect),
    };
  }

  /** @throws AppError `JOURNAL_ILLISIBLE`, `SEMIS_ABSENT`, `SIMULATEUR_SANS_BAL`. */
  static async open(
    pool: Pool,
    options: SimulatorOptions,
    mode: OpenMode,
    progress: Progress,
  ): Promise<Simulator> {
    const path = journalPath(options.dataDir);
    if (mode.isReset) forgetJournal(path);
    const journal = readJournal(path);
    return withSeed(pool, async (client) => {
      const inService = await findSeed(client);
      const header = journal?.header ?? headerOf(inService, options);
      const simulator = new Simulator(pool, header, inService.version, options);
      await checkSeed(simulator.seed, isSeedPresent(client, simulator.seed));
      const { dialect } = simulator.lookups;
      await seedState(
        client,
        simulator.seed,
        { hasInventaire: header.hasInventaire, dialect },
        simulator,
        progress,
      );
      simulator.#learnIds();
      for (const line of journal?.lines ?? []) simulator.#replay(line);
      if (!mode.isReadOnly) {
        simulator.#journal = journal
          ? Journal.resume(path, journal.bytes)
          : Journal.write(path, header, []);
        simulator.#compactIfLarge();
      }
      return simulator;
    });
  }

  get journalBytes(): number {
    return this.#journal?.bytes ?? 0;
  }

  /**
   * All of the operations, or none. With `isLie`, says what would have been done and does nothing.
   *
   * Throws when the journal cannot be written; nothing has changed then.
   */
  patch(
    porteur: FoundPorteur,
    operations: readonly Operation[],
    at: Date,
    isLie = false,
  ): Applied | Refusal {
    const { key, namedStructure } = porteur;
    const target = {
      resourceType: resourceTypeOf(key),
      isIdentified: isIdentified(key),
      namedStructure,
    };
    const bals = this.state.balsOf(key) ?? [];
    const result = apply(bals, operations, target, this.lookups.dialect);
    if (result.kind === 'refusal' || result.effects.length === 0 || isLie) return result;
    this.#record(key, result.effects, at.toISOString());
    return result;
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  #record(key: string, effects: readonly Effect[], at: string): void {
    if (!this.#journal) throw new Error('opened to look only');
    const o = this.#organizationOf(key);
    this.#journal.append({ t: 'patch', at, p: key, e: effects, ...(o && { o }) });
    this.state.apply(key, effects, at);
    this.#compactIfLarge();
  }

  #organizationOf(key: string): ReturnType<Structures['known']> {
    const structure = structureOf(key);
    return structure === undefined ? undefined : this.structures.keepSeen(structure);
  }

  /** Ids that are hashes are known backwards only once they were made. */
  #learnIds(): void {
    for (const resourceType of ['Practitioner', 'PractitionerRole', 'Organization'] as const) {
      for (const key of this.state.keysOf(resourceType)) {
        this.lookups.ids.of(key);
        if (resourceType === 'PractitionerRole') this.lookups.situations.of(key);
      }
    }
  }

  #replay(line: JournalLine): void {
    switch (line.t) {
      case 'patch':
        if (line.o) this.structures.keep(line.o);
        this.state.apply(line.p, line.e.map(reviveEffect), line.at);
        break;
      case 'state':
        if (line.o) this.structures.keep(line.o);
        this.state.replace(line.p, line.b.map(reviveBal), line.at);
        break;
      case 'tally':
        for (const kind of ['insert', 'replace', 'delete'] as const) {
          this.state.count(line.a, kind, line[kind]);
        }
        break;
      case 'patches':
        this.state.patchCount += line.n;
        break;
    }
  }

  /** Not again before it has doubled: a state may be larger than the limit. */
  #compactIfLarge(): void {
    if (!this.#journal) return;
    const threshold = Math.max(this.#bytesMax, 2 * this.#compactedBytes);
    if (this.#journal.bytes <= threshold) return;
    this.#journal.compact(this.#header, this.#summarize());
    this.#compactedBytes = this.#journal.bytes;
  }

  *#summarize(): Generator<JournalLine> {
    yield { t: 'patches', n: this.state.patchCount };
    for (const [key, at] of this.state.changes()) {
      const o = this.#organizationOf(key);
      yield { t: 'state', at, p: key, b: this.state.balsOf(key) ?? [], ...(o && { o }) };
    }
    for (const [a, tally] of this.state.tallies()) yield { t: 'tally', a, ...tally };
  }
}

function headerOf({ loads, version, genereLe }: Seed, options: SimulatorOptions): JournalHeader {
  return {
    t: 'seed',
    v: 1,
    loads,
    version,
    genereLe: genereLe?.toISOString() ?? null,
    hasInventaire: options.hasInventaire,
  };
}

function seedOf({ loads, version, genereLe }: JournalHeader): Seed {
  return { loads, version, genereLe: genereLe === null ? undefined : new Date(genereLe) };
}

async function checkSeed({ loads }: Seed, isPresent: Promise<boolean>): Promise<void> {
  if (loads.bals === 0) {
    throw new AppError(
      'SIMULATEUR_SANS_BAL',
      "Aucune extraction des BAL n'est en service : l'annuaire simulé serait vide. Lancez d'abord « annuaire-sync extract ».",
    );
  }
  if (!(await isPresent)) {
    throw new AppError(
      'SEMIS_ABSENT',
      "L'état gardé par le simulateur vient d'une autre base (ou d'extractions effacées depuis). " +
        "Relancez avec --reinitialiser pour l'oublier et repartir de l'extraction en service.",
    );
  }
}

function reviveEffect(effect: Effect): Effect {
  return effect.k === 'delete' ? effect : { ...effect, bal: reviveBal(effect.bal) };
}

/** JSON drops what is undefined. */
function reviveBal(bal: CarriedBal): CarriedBal {
  const { encoding, hasEmailType, use } = bal.form;
  return {
    adresse: bal.adresse,
    typeBal: bal.typeBal,
    listeRouge: bal.listeRouge,
    rank: bal.rank,
    description: bal.description,
    service: bal.service,
    responsable: bal.responsable,
    form: formOf(encoding, hasEmailType, use),
    isSeeded: bal.isSeeded,
    namedStructure: bal.namedStructure,
  };
}
