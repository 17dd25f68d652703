// What systemd is told of a `Type=notify` unit: sd_notify(3). Node.js has no unix datagram socket, and the packages that have one
// are native addons; `systemd-notify` is there wherever systemd set NOTIFY_SOCKET (the unit says NotifyAccess=all).
import { execFile } from 'node:child_process';
import { messageOf } from '../errors.js';

export type NotificationOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** French; called once, when systemd cannot be told. */
  readonly report: (message: string) => void;
};

/** A unit that cannot be told goes on: systemd says in its own log what it missed. */
const timeoutMs = 5_000;

export class Notification {
  readonly #env: NodeJS.ProcessEnv;
  readonly #report: (message: string) => void;
  readonly #isThere: boolean;
  #last: Promise<void> = Promise.resolve();
  #isTold = false;
  #status = '';

  constructor({ env, report }: NotificationOptions) {
    this.#env = env;
    this.#report = report;
    this.#isThere = (env['NOTIFY_SOCKET'] ?? '') !== '';
  }

  /** How often the watchdog is to be fed: undefined, never. systemd advises half of its limit; a third leaves a second try. */
  get watchdogMs(): number | undefined {
    const limitUs = Number(this.#env['WATCHDOG_USEC'] ?? '');
    if (!this.#isThere || !Number.isFinite(limitUs) || limitUs <= 0) return undefined;
    return Math.max(100, Math.floor(limitUs / 3_000));
  }

  ready(): Promise<void> {
    return this.#send(['READY=1']);
  }

  reloading(): Promise<void> {
    // The clock that systemd compares with its own: CLOCK_MONOTONIC, which is what hrtime reads.
    const now = process.hrtime.bigint() / 1_000n;
    return this.#send(['RELOADING=1', `MONOTONIC_USEC=${now}`]);
  }

  stopping(): Promise<void> {
    return this.#send(['STOPPING=1']);
  }

  watchdog(): Promise<void> {
    return this.#send(['WATCHDOG=1']);
  }

  /** One line, shown by `systemctl status`; told when it changed. */
  status(text: string): Promise<void> {
    const line = text.replaceAll('\n', ' ');
    if (line === this.#status) return Promise.resolve();
    this.#status = line;
    return this.#send([`STATUS=${line}`]);
  }

  /** One after the other: what is told last is what holds. */
  #send(assignments: readonly string[]): Promise<void> {
    if (!this.#isThere) return Promise.resolve();
    this.#last = this.#last.then(() => this.#run(assignments));
    return this.#last;
  }

  #run(assignments: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const options = { env: this.#env, timeout: timeoutMs };
      execFile('systemd-notify', [...assignments], options, (error) => {
        if (error && !this.#isTold) {
          this.#isTold = true;
          this.#report(`systemd n’a pas pu être prévenu (systemd-notify : ${messageOf(error)}).`);
        }
        resolve();
      });
    });
  }
}
