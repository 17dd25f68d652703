// Sends the mails that are due: any number of senders, each with a few connections, one mail at a time on each.
import { randomUUID } from 'node:crypto';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError } from '../errors.js';
import { prendreAvis, type AvisAEnvoyer, type PriseAvis } from '../store/avis-envoi.js';
import { regler, reprendreBaux, type Pris, type Reglement } from '../store/file-envoi.js';
import type { Horloge } from './horloge.js';
import { composeCourriel, type Courriel } from './courriel.js';
import type { Gabarits } from './gabarit.js';
import { reglementOf, type Issue } from './reprise.js';
import type { MailSettings } from './settings.js';
import { SmtpIndisponible } from './smtp-faults.js';
import { openSmtp, type SmtpSession } from './smtp-session.js';

export type EnvoiOptions = {
  readonly horloge: Horloge;
  readonly random: () => number;
  /** Names this sender in the queue. */
  readonly envoyeur: string;
  readonly signal: AbortSignal;
  readonly onProgress: (count: number) => void;
};

export type BilanEnvoi = {
  readonly partis: number;
  readonly refuses: number;
  readonly abandonnes: number;
  /** Attempts that put one off. */
  readonly reportes: number;
  /** Leases of dead senders taken over. */
  readonly repris: number;
  /** Results that came after the lease had ended: another sender has that mail. */
  readonly perdus: number;
  /** Why the run stopped before the end of the queue. */
  readonly arret:
    { readonly code: string; readonly message: string; readonly isDurable: boolean } | undefined;
};

/** Until nothing is due any more, the pace included: it waits for its turn. */
export async function sendMails(
  pool: Pool,
  settings: MailSettings,
  gabarits: Gabarits,
  options: EnvoiOptions,
): Promise<BilanEnvoi> {
  const run = new MailRun(pool, settings, gabarits, options);
  run.bilan.repris = await reprendreBaux(pool, 'avis', {
    now: options.horloge.now(),
    doutesMax: settings.reprise.doutesMax,
  });
  const ended = await Promise.allSettled(
    Array.from({ length: settings.simultanesMax }, () => run.work()),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return run.bilan;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class MailRun {
  readonly bilan: Mutable<BilanEnvoi> = {
    partis: 0,
    refuses: 0,
    abandonnes: 0,
    reportes: 0,
    repris: 0,
    perdus: 0,
    arret: undefined,
  };
  readonly #pool: Pool;
  readonly #settings: MailSettings;
  readonly #gabarits: Gabarits;
  readonly #options: EnvoiOptions;

  constructor(pool: Pool, settings: MailSettings, gabarits: Gabarits, options: EnvoiOptions) {
    this.#pool = pool;
    this.#settings = settings;
    this.#gabarits = gabarits;
    this.#options = options;
  }

  /** One connection, from mail to mail. */
  async work(): Promise<void> {
    const line = new SmtpLine(this.#settings, this.#options.signal);
    try {
      while (!this.#options.signal.aborted && !this.bilan.arret) {
        const prise = await this.#take();
        if (prise.kind === 'rien') return;
        if (prise.kind === 'debit') await this.#waitUntil(prise.jusqua);
        else await this.#handle(prise.pris, prise.avis, line);
      }
    } finally {
      line.close();
    }
  }

  #take(): Promise<PriseAvis> {
    const now = this.#options.horloge.now();
    const request = {
      prise: `${this.#options.envoyeur}:${randomUUID()}`,
      now,
      bailJusqua: new Date(now.getTime() + this.#settings.bailMs),
    };
    return transaction(this.#pool, (db) => prendreAvis(db, request, this.#settings.debitParMinute));
  }

  async #waitUntil(until: Date): Promise<void> {
    const { horloge, signal } = this.#options;
    await horloge.sleep(until.getTime() - horloge.now().getTime(), signal);
  }

  async #handle(pris: Pris, avis: AvisAEnvoyer, line: SmtpLine): Promise<void> {
    const issue = await this.#attempt(avis, line);
    const { horloge, random } = this.#options;
    const context = { settings: this.#settings.reprise, now: horloge.now(), random };
    const reglement = reglementOf(pris, issue, context);
    if (issue.kind === 'indisponible' && !this.bilan.arret) {
      this.bilan.arret = { code: issue.code, message: issue.message, isDurable: line.isDurable };
    }
    const isSettled = await regler(this.#pool, 'avis', reglement);
    this.#count(reglement, isSettled, issue);
  }

  async #attempt(avis: AvisAEnvoyer, line: SmtpLine): Promise<Issue> {
    const { horloge } = this.#options;
    let courriel: Courriel;
    try {
      courriel = await composeCourriel(avis, this.#gabarits, this.#settings, horloge.now());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { kind: 'refuse', code: error.code, message: error.message };
    }
    return line.send(courriel);
  }

  #count({ etat }: Reglement, isSettled: boolean, issue: Issue): void {
    if (!isSettled) this.bilan.perdus += 1;
    else if (etat === 'parti') this.bilan.partis += 1;
    else if (etat === 'refuse') this.bilan.refuses += 1;
    else if (etat === 'abandonne') this.bilan.abandonnes += 1;
    else if (issue.kind !== 'indisponible') this.bilan.reportes += 1;
    this.#options.onProgress(this.bilan.partis + this.bilan.refuses + this.bilan.abandonnes);
  }
}

/** A connection that is opened when it is needed, and again when the server has closed it. */
class SmtpLine {
  /** Whether the fault that closed the way needs a person. */
  isDurable = false;
  #session: SmtpSession | undefined;
  #sentCount = 0;
  readonly #settings: MailSettings;
  readonly #signal: AbortSignal;

  constructor(settings: MailSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  async send(courriel: Courriel): Promise<Issue> {
    try {
      const isReused = this.#session !== undefined;
      let issue = await this.#sendOnce(courriel);
      // The server had closed a connection that waited: that says nothing of this mail.
      if (isReused && issue.code === 'CONNEXION_PERDUE') {
        this.close();
        issue = await this.#sendOnce(courriel);
      }
      if (issue.kind === 'indisponible') this.isDurable = true;
      // After a fault the state of the dialogue is not sure; a refusal is an answer like another.
      if (issue.kind !== 'parti') this.close();
      return issue;
    } catch (error) {
      this.close();
      if (!(error instanceof AppError)) throw error;
      // Anything but the server's silence (a certificate of the settings) is for a person.
      this.isDurable = !(error instanceof SmtpIndisponible) || error.isDurable;
      return { kind: 'indisponible', code: error.code, message: error.message };
    }
  }

  async #sendOnce(courriel: Courriel): Promise<Issue> {
    const session = await this.#open();
    const issue = await session.send(courriel);
    this.#sentCount += 1;
    return issue;
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  async #open(): Promise<SmtpSession> {
    const isWorn = this.#sentCount >= this.#settings.smtp.messagesParConnexionMax;
    if (this.#session?.isOpen === true && !isWorn) return this.#session;
    this.close();
    this.#session = await openSmtp(this.#settings.smtp, this.#signal);
    this.#sentCount = 0;
    return this.#session;
  }
}
