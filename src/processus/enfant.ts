// A process that a daemon starts beside its services: this very program, with another command line.
import { spawn, type ChildProcess } from 'node:child_process';
import type { OrdreProcessus, RapportProcessus } from '../domain/message-processus.js';
import { marqueSupervise } from './supervise.js';

export type EnfantOptions = {
  /** What follows the name of the program. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onRapport: (rapport: RapportProcessus) => void;
};

/** `cause`: « code 1 », or the signal that ended it. */
export type FinEnfant = { readonly isOk: boolean; readonly cause: string };

export class Enfant {
  readonly #child: ChildProcess;
  readonly fin: Promise<FinEnfant>;
  #isOver = false;

  constructor({ args, env, onRapport }: EnfantOptions) {
    const program = process.argv[1] ?? '';
    this.#child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      env: { ...env, [marqueSupervise]: '1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => onRapport(message as RapportProcessus));
    this.fin = new Promise((resolve) => {
      const end = (isOk: boolean, cause: string): void => {
        this.#isOver = true;
        resolve({ isOk, cause });
      };
      this.#child.once('error', (error) => end(false, error.message));
      this.#child.once('exit', (code, signal) => end(code === 0, signal ?? `code ${code ?? 0}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(ordre: OrdreProcessus): void {
    if (this.#child.connected) this.#child.send(ordre, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Asks it to end; after `stopMs` it is killed. */
  async stop(stopMs: number): Promise<void> {
    if (this.#isOver) return;
    this.send({ kind: 'stop' });
    const late = setTimeout(() => this.kill(), stopMs);
    await this.fin;
    clearTimeout(late);
  }
}
