// What every process tells of itself. prom-client has the like (`collectDefaultMetrics`), with English texts and a watch on
// each garbage collection that nobody here would read.
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks';
import { famille, instant, simple, type Famille } from './famille.js';

/** The delay that a timer of this step suffers is what is measured: 20 ms cost 50 wake-ups a second. */
const stepMs = 20;

export class MesureProcessus {
  readonly #version: string;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: stepMs });
  readonly #descripteursMax = readDescripteursMax();
  #utilization = performance.eventLoopUtilization();

  constructor(version: string) {
    this.#version = version;
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** Delays and occupation are those since the last call. */
  lire(): Famille[] {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const now = performance.eventLoopUtilization();
    const occupation = performance.eventLoopUtilization(now, this.#utilization).utilization;
    this.#utilization = now;
    return [
      famille('annuaire_sync_info', [[{ version: this.#version, node: process.version }, 1]]),
      simple(
        'annuaire_sync_processus_demarrage_timestamp_seconds',
        instant(new Date(Math.round(performance.timeOrigin))),
      ),
      famille('annuaire_sync_processus_cpu_seconds_total', [
        [{ mode: 'utilisateur' }, user / 1e6],
        [{ mode: 'systeme' }, system / 1e6],
      ]),
      famille('annuaire_sync_processus_memoire_bytes', [
        [{ sorte: 'residente' }, memory.rss],
        [{ sorte: 'tas' }, memory.heapTotal],
        [{ sorte: 'tas-employe' }, memory.heapUsed],
        [{ sorte: 'hors-tas' }, memory.external],
      ]),
      simple('annuaire_sync_processus_descripteurs', countDescripteurs()),
      simple('annuaire_sync_processus_descripteurs_max', this.#descripteursMax),
      this.#retards(),
      simple('annuaire_sync_boucle_occupation_ratio', occupation),
    ];
  }

  #retards(): Famille {
    const delay = this.#delay;
    // A timer of 20 ms that comes after 20 ms is not late. Before the first one there is nothing to tell.
    const seconds = (ns: number): number => Math.max(0, ns / 1e9 - stepMs / 1e3);
    const isEmpty = delay.count === 0;
    const retards = famille('annuaire_sync_boucle_retard_seconds', [
      [{ rang: 'median' }, isEmpty ? 0 : seconds(delay.percentile(50))],
      [{ rang: 'p99' }, isEmpty ? 0 : seconds(delay.percentile(99))],
      [{ rang: 'max' }, isEmpty ? 0 : seconds(delay.max)],
    ]);
    delay.reset();
    return retards;
  }
}

/** Linux only; unknown elsewhere. */
function countDescripteurs(): number | undefined {
  try {
    // The folder that is being read is one of them.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

function readDescripteursMax(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+)/mu.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
