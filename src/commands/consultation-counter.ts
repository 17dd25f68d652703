// Counts the look-ups that are served, and writes them a little later, many at a time; signs in and copies of the directory are traced.
import type { ConsultationsSettings } from '../config/conservation-schema.js';
import type { Db } from '../db/pool.js';
import type { Consultation, Consulter } from '../domain/consultation.js';
import { parisDay } from '../domain/paris-time.js';
import type { NouvelleTrace } from '../domain/trace.js';
import { messageOf } from '../errors.js';
import {
  ajouterConsultations,
  insertEchantillon,
  type CompteConsultations,
  type ConsultationGardee,
} from '../store/consultation.js';
import { recordTrace } from '../store/journal.js';
import { EcritureDifferee } from './ecriture-differee.js';

export type ConsultationCounter = {
  readonly consulter: Consulter;
  /** Writes what is left. Never throws. */
  close(): Promise<void>;
};

export type CounterOptions = {
  readonly settings: ConsultationsSettings;
  /** Opened at the first writing; undefined: there is none that can be written now. */
  readonly open: () => Promise<Db | undefined>;
  readonly now: () => Date;
  /** French. */
  readonly report: (message: string) => void;
  readonly flushMs?: number;
};

const flushMsDefault = 5_000;
/** Held until they are written; beyond, what is new is not counted. */
const keysMax = 2_000;
const samplesMax = 1_000;
/** Held as well while the database cannot be written: counts and samples are lost then, traces are not. */
const tracesMax = 200;
/** Entries given to one account from one address in a day, from which on it has copied the directory. */
const copieEntrees = 10_000;

export function createConsultationCounter(options: CounterOptions): ConsultationCounter {
  const counter = new Counter(options);
  return { consulter: (one) => counter.add(one), close: () => counter.close() };
}

class Counter {
  readonly #options: CounterOptions;
  #comptes = new Map<
    string,
    { entrees: number; nombre: number } & Omit<CompteConsultations, 'entrees' | 'nombre'>
  >();
  #gardees: ConsultationGardee[] = [];
  #traces: (readonly [NouvelleTrace, Date])[] = [];
  #jour = '';
  #minute = 0;
  /** Of the day: entries by account and address, who signed in, how many were sampled. */
  #donnees = new Map<string, number>();
  #vus = new Set<string>();
  #echantillonnees = 0;
  #depuis = 0;
  readonly #ecriture: EcritureDifferee;
  #wasTold = false;

  constructor(options: CounterOptions) {
    this.#options = options;
    const { flushMs = flushMsDefault } = options;
    this.#ecriture = new EcritureDifferee(flushMs, () => this.#write());
  }

  add(one: Consultation): void {
    const { settings, now } = this.#options;
    if (!settings.compter) return;
    const at = now();
    this.#changeDay(at);
    this.#count(one);
    this.#sample(one, at);
    if (one.interface === 'ldap') this.#trace(one, at);
    this.#ecriture.ask();
  }

  async close(): Promise<void> {
    await this.#ecriture.close();
    const { length } = this.#traces;
    if (length > 0) {
      this.#options.report(`Traces de connexion ou de copie LDAP jamais écrites : ${length}.`);
    }
  }

  /** Asked at each look-up, of which many are served in one minute: a day of Paris begins with a minute. */
  #changeDay(at: Date): void {
    const minute = Math.floor(at.getTime() / 60_000);
    if (minute === this.#minute) return;
    this.#minute = minute;
    const jour = parisDay(at);
    if (jour === this.#jour) return;
    this.#jour = jour;
    this.#donnees = new Map();
    this.#vus = new Set();
    this.#echantillonnees = 0;
  }

  #count({ interface: par, compte, operation, resultat, entrees }: Consultation): void {
    const key = `${this.#jour}|${par}|${compte}|${operation}|${resultat}`;
    const known = this.#comptes.get(key);
    if (known) {
      known.nombre += 1;
      known.entrees += entrees;
    } else if (this.#comptes.size < keysMax) {
      const jour = this.#jour;
      this.#comptes.set(key, {
        jour,
        interface: par,
        compte,
        operation,
        resultat,
        entrees,
        nombre: 1,
      });
    }
  }

  #sample(one: Consultation, at: Date): void {
    const { echantillon, echantillonParJourMax, valeurs } = this.#options.settings;
    if (echantillon === 0) return;
    this.#depuis += 1;
    if (this.#depuis < echantillon) return;
    this.#depuis = 0;
    if (this.#echantillonnees >= echantillonParJourMax || this.#gardees.length >= samplesMax)
      return;
    this.#echantillonnees += 1;
    const demande = one.demande();
    this.#gardees.push({ ...one, at, demande: valeurs ? demande.valeurs : demande.noms });
  }

  /** The first of the day of each account from each address: a client signs in at each look-up. */
  #trace(one: Consultation, at: Date): void {
    const { compte, adresse, operation, resultat, entrees } = one;
    if (operation === 'bind' && (compte !== '' || resultat === '49')) {
      const isRefusal = resultat !== '0';
      this.#once(`bind|${compte}|${adresse}|${isRefusal}`, at, {
        action: isRefusal ? 'connexion.refus' : 'connexion',
        issue: isRefusal ? 'refus' : 'reussite',
        ...auteurDe(one),
        requete: { moyen: 'ldap' },
        reponse: { resultat },
      });
    }
    if (operation !== 'search' || entrees === 0) return;
    const key = `${compte}|${adresse}`;
    if (!this.#donnees.has(key) && this.#donnees.size >= keysMax) return;
    const total = (this.#donnees.get(key) ?? 0) + entrees;
    this.#donnees.set(key, total);
    if (total < copieEntrees) return;
    this.#once(`copie|${key}`, at, {
      action: 'export',
      issue: 'reussite',
      ...auteurDe(one),
      requete: { moyen: 'ldap', filtre: one.demande().noms },
      reponse: { entreesDuJour: total },
    });
  }

  #once(key: string, at: Date, trace: NouvelleTrace): void {
    if (this.#vus.has(key) || this.#vus.size >= keysMax || this.#traces.length >= tracesMax) return;
    this.#vus.add(key);
    this.#traces.push([trace, at]);
  }

  async #write(): Promise<void> {
    const [comptes, gardees, traces] = [[...this.#comptes.values()], this.#gardees, this.#traces];
    if (comptes.length + gardees.length + traces.length === 0) return;
    this.#comptes = new Map();
    this.#gardees = [];
    this.#traces = [];
    let ecrites = 0;
    try {
      const db = await this.#options.open();
      if (!db) throw new Error('la base est en lecture seule ou absente');
      if (comptes.length > 0) await ajouterConsultations(db, comptes);
      if (gardees.length > 0) await insertEchantillon(db, gardees);
      for (const [trace, at] of traces) {
        await recordTrace(db, trace, at);
        ecrites += 1;
      }
      this.#wasTold = false;
    } catch (error) {
      this.#traces = [...traces.slice(ecrites), ...this.#traces].slice(0, tracesMax);
      const { report } = this.#options;
      if (!this.#wasTold) report(`Consultations servies non comptées : ${messageOf(error)}.`);
      this.#wasTold = true;
    }
  }
}

function auteurDe({
  compte,
  adresse,
  agent,
}: Consultation): Pick<NouvelleTrace, 'auteur' | 'objets' | 'poste'> {
  return {
    auteur: { genre: 'client', id: compte === '' ? 'anonyme' : `ldap:${compte}` },
    objets: [],
    poste: { adresse, agent },
  };
}
