// Renewed certificates are put in service by themselves: whoever renews them need not know this program.
import { stat } from 'node:fs/promises';
import { messageOf } from '../../errors.js';
import type { TlsFiles } from './server-settings.js';
import type { TlsTerminator } from './tls-terminator.js';

/** Files are looked at rather than watched: renewals replace files, folders or links in ways that watching misses. */
export class CertificateWatch {
  readonly #files: readonly string[];
  readonly #tls: TlsTerminator;
  readonly #report: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  #seen: string | undefined;

  constructor(
    files: TlsFiles,
    periodMs: number,
    tls: TlsTerminator,
    report: (line: string) => void,
  ) {
    this.#files = [files.certificate, files.key, ...files.clientAuthorities];
    this.#tls = tls;
    this.#report = report;
    this.#timer = setInterval(() => void this.check(), periodMs);
    void this.check();
  }

  /** Reads the certificate again when one of its files changed since the last look. */
  async check(): Promise<void> {
    const now = await this.#fingerprint();
    const isFirst = this.#seen === undefined;
    if (now === undefined || now === this.#seen) return;
    this.#seen = now;
    if (!isFirst) this.reload();
  }

  /** Reads it whether or not it changed. */
  reload(): void {
    try {
      this.#tls.reload();
      this.#report('Certificat LDAP relu : les nouvelles connexions le reçoivent.');
    } catch (error) {
      this.#report(
        `Nouveau certificat LDAP refusé, le précédent reste en service. ${messageOf(error)}`,
      );
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Undefined while a file is missing: it is being replaced. */
  async #fingerprint(): Promise<string | undefined> {
    const parts = await Promise.all(
      this.#files.map((file) =>
        stat(file).then(
          ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
          () => undefined,
        ),
      ),
    );
    return parts.includes(undefined) ? undefined : parts.join('|');
  }
}
