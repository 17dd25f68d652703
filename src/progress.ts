// What long work tells while it runs. The terminal draws a bar, a log gets one line a step, tests collect.

export type ProgressStep = {
  /** French, e.g. « Chargement de PS_LibreAcces ». */
  readonly label: string;
  /** Bytes (or rows) in all, when known. */
  readonly total: number | undefined;
  readonly unit: 'octets' | 'lignes' | 'opérations' | 'courriels' | 'traces';
};

export type Progress = {
  /** Starts a step; the previous one is ended. */
  step(step: ProgressStep): void;
  /** `done` in the step's unit since its start; `lines` read so far when it counts lines too. */
  update(done: number, lines?: number): void;
  /** Ends the step with what came of it, in French. */
  end(summary?: string): void;
};

export const silentProgress: Progress = {
  step: () => undefined,
  update: () => undefined,
  end: () => undefined,
};
