// One round: the whole cycle with its fault, then again without, then everything that can be seen of what is left.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  processesOf,
  runInside,
  startProgram,
  type Outcome,
  type Surroundings,
} from './command.js';
import { baseDatabase, type Day } from './country.js';
import { countLines } from './damage.js';
import { mountSmall, resize, unmount } from './disks.js';
import { lies, type Fault } from './faults.js';
import { letADayPass, listAlive, observeRound, type RoundResult } from './observe.js';
import type { Lane } from './lane.js';
import { writeRoundSettings } from './settings.js';
import { Simulated } from './simulated.js';
import { stageNames, wordsOf, type StageName } from './stages.js';
import { strike, type StageMeasure, type Struck } from './strike.js';
import { watched, Witness, type Watched } from './witness.js';

export type RoundOptions = {
  readonly number: number;
  readonly day: Day;
  readonly first: Day;
  readonly fault: Fault;
  readonly measures: ReadonlyMap<StageName, StageMeasure>;
  /** The stages without a fault run within this process: quicker, on the same command lines. */
  readonly isInside: boolean;
};

/** A lie of the Annuaire shows in the next extraction only, and a second one is possible. */
const cyclesMax = 4;

export async function playRound(lane: Lane, options: RoundOptions): Promise<RoundResult> {
  const round = new Round(lane, options);
  try {
    await round.open();
    return await round.play();
  } finally {
    await round.close();
  }
}

class Round {
  readonly #lane: Lane;
  readonly #options: RoundOptions;
  readonly #folder: string;
  readonly #database: string;
  readonly #mark: string;
  readonly #simulated: Simulated;
  readonly #measures = new Map<StageName, StageMeasure>();
  readonly #atBounds = new Map<Watched, Set<number>>();
  readonly #mounted = new Set<string>();
  #witness: Witness | undefined;
  #putBack: () => void = () => undefined;
  readonly #recovery: string[] = [];
  readonly #publishedLines: number[] = [];
  readonly #left: string[] = [];

  constructor(lane: Lane, options: RoundOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#folder = join(lane.folder, `tour-${options.number}`);
    this.#database = `fiabilite_${lane.name}_${options.number}`;
    this.#mark = `${lane.name}-${options.number}-${process.pid}`;
    this.#simulated = new Simulated(join(this.#folder, 'simulateur.yaml'));
  }

  async open(): Promise<void> {
    const { lane, options } = { lane: this.#lane, options: this.#options };
    const { day, fault } = options;
    rmSync(this.#folder, { recursive: true, force: true });
    for (const name of ['var', 'tmp']) mkdirSync(join(this.#folder, name), { recursive: true });
    copyFileSync(join(day.folder, day.inventaire), this.#inventaire);
    lane.files.publishFile('bals', day.bals, join(day.folder, day.bals));
    lane.files.publishFile(
      'professionnels',
      day.professionnels,
      join(day.folder, day.professionnels),
    );
    for (const relay of Object.values(lane.relays)) relay.reset();
    await lane.postgres.drop(this.#database);
    await lane.postgres.clone(
      this.#database,
      baseDatabase,
      fault.kind === 'disque de la base plein' ? await this.#smallTablespace() : undefined,
    );
    writeRoundSettings(lane, day, this.#folder, this.#database);
    const words = ['--reinitialiser', '--appels-par-seconde', '0'];
    if (fault.kind === 'fautes de l’API') {
      words.push('--fautes', fault.shares, '--graine', String(fault.seed));
    }
    await this.#simulated.start(...words);
    lane.relays.alimentation.target = () => this.#simulated.port;
    this.#witness = new Witness(() => lane.postgres.url(this.#database));
    await this.#noteBounds();
  }

  async play(): Promise<RoundResult> {
    const { fault } = this.#options;
    const struck = fault.kind === 'aucune' ? undefined : await this.#playWithFault(fault);
    await this.#lift(fault);
    const begin = performance.now();
    const cycleCount = await this.#recover();
    const recoveryMs = performance.now() - begin;
    // What no extraction holds is read again the day after only: that is when a lie about it shows.
    if (lies(fault)) {
      await letADayPass(this.#lane.postgres.url(this.#database));
      await this.#recover();
    }
    await this.#witness?.end();
    const observation = await observeRound({
      url: this.#lane.postgres.url(this.#database),
      config: this.#surroundings.config,
      folders: [join(this.#folder, 'var'), join(this.#folder, 'tmp')],
      simulated: this.#simulated,
      witness: this.#witness,
      mark: this.#mark,
      atBounds: this.#atBounds,
      recovery: this.#recovery,
      publishedLines: this.#publishedLines,
    });
    return {
      observation,
      measures: this.#measures,
      struck,
      recoveryMs,
      cycleCount,
      left: this.#left,
    };
  }

  async close(): Promise<void> {
    await this.#witness?.end();
    await this.#simulated.stop();
    for (const pid of processesOf(this.#mark)) process.kill(pid, 'SIGKILL');
    await this.#lane.postgres.drop(this.#database).catch(() => undefined);
    for (const folder of this.#mounted) {
      if (folder === this.#tablespaceFolder) {
        await this.#lane.postgres.run(`drop tablespace ${this.#tablespace}`).catch(() => undefined);
      }
      unmount(folder);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #inventaire(): string {
    return join(this.#folder, 'inventaire.csv');
  }

  get #tablespace(): string {
    return `fiabilite_${this.#lane.name}`;
  }

  get #tablespaceFolder(): string {
    return join(this.#lane.folder, 'petit-disque');
  }

  /** Big enough to copy the base; what is left is set once it is there. */
  async #smallTablespace(): Promise<string> {
    const { postgres } = this.#lane;
    mountSmall(this.#tablespaceFolder, 512 * 2 ** 20, postgres.owner);
    this.#mounted.add(this.#tablespaceFolder);
    await postgres.run(
      `create tablespace ${this.#tablespace} location '${this.#tablespaceFolder}'`,
    );
    return this.#tablespace;
  }

  async #playWithFault(fault: Fault): Promise<Outcome> {
    let struck: Outcome | undefined;
    for (const stage of stageNames) {
      if (struck && !fault.goesOn) break;
      // Whoever decides reads the failure first: a plan on what could not be refreshed is not approved.
      if (struck && stage === 'approbation') break;
      if (stage === 'parution' && !(await this.#publish())) break;
      if (stage !== fault.stage) {
        await this.#runStage(stage);
        continue;
      }
      struck = await strike(this.#struck(), fault, (putBack) => (this.#putBack = putBack));
      await this.#noteBounds();
    }
    if (!struck) throw new Error(`${fault.stage} never came`);
    return struck;
  }

  #struck(): Struck {
    const { day, first, measures, isInside } = this.#options;
    return {
      lane: this.#lane,
      database: this.#database,
      inventaire: this.#inventaire,
      downloads: join(this.#folder, 'var', 'tmp'),
      smallDisk: this.#tablespaceFolder,
      days: { day, first },
      surroundings: this.#surroundings,
      simulated: this.#simulated,
      measures,
      coldFactor: isInside ? 1.5 : 1,
    };
  }

  /** Everything as it should be again, what was put out of order included. */
  async #lift(fault: Fault): Promise<void> {
    for (const relay of Object.values(this.#lane.relays)) relay.reset();
    this.#putBack();
    await this.#lane.postgres.untilAlive(this.#database);
    if (fault.kind === 'disque de la base plein') resize(this.#tablespaceFolder, 512 * 2 ** 20);
    if (fault.kind === 'fautes de l’API' || fault.kind === 'tuer l’Annuaire') {
      await this.#restartSimulated();
    }
  }

  async #restartSimulated(): Promise<void> {
    await this.#simulated.stop();
    await this.#simulated.start('--appels-par-seconde', '0');
  }

  /** Whole cycles, until nothing is left to be sent. */
  async #recover(): Promise<number> {
    for (let cycle = 1; ; cycle += 1) {
      for (const stage of stageNames) {
        if (stage === 'envoi' && (await this.#count(['held', 'dead'])) > 0) {
          await this.#mustRun('relance', ['push', 'replay', '--tout']);
        }
        if (stage === 'approbation' && (await this.#count(['planned'])) === 0) continue;
        if (stage === 'parution' && !(await this.#publish())) {
          this.#recovery.push('l’Annuaire simulé ne publie plus');
        }
        const { code, text, isStuck } = await this.#runStage(stage);
        if (code !== 0) {
          this.#recovery.push(`${stage} : ${isStuck ? 'bloqué' : `code ${code}`} : ${text.trim()}`);
        }
      }
      const left = await listAlive(this.#lane.postgres.url(this.#database));
      if (left.length === 0 || cycle === cyclesMax) return cycle;
      this.#left.push(...left);
    }
  }

  async #runStage(stage: StageName): Promise<Outcome> {
    const { relays } = this.#lane;
    for (const relay of Object.values(relays)) relay.arm(nothing);
    const begin = performance.now();
    const outcome = this.#options.isInside
      ? await runInside(this.#surroundings.config, wordsOf[stage])
      : await startProgram(this.#surroundings, wordsOf[stage]).ended;
    this.#measures.set(stage, {
      ms: performance.now() - begin,
      bytes: {
        base: relays.base.bytes,
        alimentation: relays.alimentation.bytes,
        fichiers: relays.fichiers.bytes,
      },
    });
    await this.#noteBounds();
    return outcome;
  }

  async #mustRun(name: string, words: readonly string[]): Promise<void> {
    const { code, text } = await runInside(this.#surroundings.config, words);
    if (code !== 0) this.#recovery.push(`${name} : code ${code} : ${text.trim()}`);
  }

  get #surroundings(): Surroundings {
    return {
      config: join(this.#folder, 'annuaire-sync.yaml'),
      tmp: join(this.#folder, 'tmp'),
      mark: this.#mark,
    };
  }

  /** False when the simulated Annuaire was killed. */
  async #publish(): Promise<boolean> {
    try {
      const publication = await this.#simulated.publication();
      this.#lane.files.publish('bals', publication);
      this.#publishedLines.push(await countLines(publication.content));
      return true;
    } catch {
      return false;
    }
  }

  async #noteBounds(): Promise<void> {
    const counts = await this.#witness?.look();
    if (!counts) return;
    for (const table of watched) {
      const values = this.#atBounds.get(table) ?? new Set<number>();
      this.#atBounds.set(table, values.add(counts[table]));
    }
  }

  async #count(states: readonly string[]): Promise<number> {
    const alive = await listAlive(this.#lane.postgres.url(this.#database));
    return alive.filter((line) => states.some((state) => line.startsWith(`${state} `))).length;
  }
}

const nothing = { kind: 'couper', afterBytes: 0, times: 0 } as const;
