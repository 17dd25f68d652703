// A pause that something may cut short.
export class Wakeable {
  #isAwake = false;
  #resolve: (() => void) | undefined;

  /** Ends the pause under way, or the next one. */
  wake(): void {
    this.#isAwake = true;
    this.#resolve?.();
  }

  /** At most `ms`; less when woken or when `signal` is aborted. Never throws. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isAwake && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
        this.#resolve = end;
      });
    }
    this.#resolve = undefined;
    this.#isAwake = false;
  }
}
