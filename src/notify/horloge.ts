/** Time as the senders know it. */
export type Horloge = {
  now(): Date;
  /** Ends early, without a fault, when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};
