// Renewed certificates are put in service by themselves: whoever renews them need not know this program.
import { stat } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import type { ServedFiles } from './served-certificate.js';

export type WatchedServer = {
  /** As messages call it: `web`, `LDAP`. */
  readonly nom: string;
  readonly files: ServedFiles;
  /** Reads the files again; throws, keeping the old ones, when they cannot be used. Gives what is to be known of them, in French. */
  readonly reload: () => readonly string[];
  readonly report: (line: string) => void;
};

/** Files are looked at rather than watched: renewals replace files, folders or links in ways that watching misses. */
export class CertificateWatch {
  readonly #paths: readonly string[];
  readonly #server: WatchedServer;
  readonly #timer: NodeJS.Timeout;
  #seen: string | undefined;
  /** Of files that were refused: they may have been half written, and are tried at each look until they serve. */
  #refusal: string | undefined;

  constructor(server: WatchedServer, periodMs: number) {
    const { certificate, key, clientAuthorities = [] } = server.files;
    this.#paths = [certificate, key, ...clientAuthorities];
    this.#server = server;
    this.#timer = setInterval(() => void this.check(), periodMs);
    void this.check();
  }

  /** Reads the certificate again when one of its files changed since the last look. */
  async check(): Promise<void> {
    const now = await this.#fingerprint();
    if (now === undefined) return;
    const isChanged = this.#seen !== undefined && now !== this.#seen;
    this.#seen = now;
    if (isChanged || this.#refusal !== undefined) this.#reload();
  }

  /** Reads it whether or not it changed. */
  reload(): void {
    this.#refusal = undefined;
    this.#reload();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The same refusal is told once. */
  #reload(): void {
    const { nom, report, reload } = this.#server;
    try {
      const remarques = reload();
      this.#refusal = undefined;
      report(`Certificat ${nom} relu : les nouvelles connexions le reçoivent.`);
      for (const remarque of remarques) report(`Certificat ${nom} : ${remarque}`);
    } catch (error) {
      const message = messageOf(error);
      if (message !== this.#refusal)
        report(`Nouveau certificat ${nom} refusé, le précédent reste en service. ${message}`);
      this.#refusal = message;
    }
  }

  /** Undefined while a file is missing: it is being replaced. */
  async #fingerprint(): Promise<string | undefined> {
    const parts = await Promise.all(
      this.#paths.map((file) =>
        stat(file).then(
          ({ mtimeMs, ctimeMs, size, ino }) => `${mtimeMs} ${ctimeMs} ${size} ${ino}`,
          () => undefined,
        ),
      ),
    );
    return parts.includes(undefined) ? undefined : parts.join('|');
  }
}
