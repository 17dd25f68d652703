// The simulated Annuaire: its state, who exists in it, and the journal that makes it survive.
import type { Pool } from '../db/pool.js';
import { AppError } from '../errors.js';
import type { Progress } from '../progress.js';
import { findSemis, isSemisPresent, withSemis, type Semis } from '../store/simulateur.js';
import { listFaitsStructures } from '../store/simulateur-structures.js';
import { Annuaire } from './annuaire.js';
import { appliquer, type Applique } from './appliquer.js';
import type { BalPortee, Effet } from './bal-portee.js';
import type { PorteurTrouve, Reperes } from './cible.js';
import { formeDe } from './contact-point.js';
import { dialecteNomme, type NomDialecte } from './dialecte.js';
import { Etat } from './etat.js';
import {
  Journal,
  journalDe,
  lireJournal,
  oublierJournal,
  type Entete,
  type Ligne,
} from './journal.js';
import type { Operation } from './operations.js';
import { Identifiants, isIdentifie, ressourceDe, structureDe } from './porteur.js';
import type { Refus } from './refus.js';
import { semer } from './semis.js';
import { Structures } from './structures.js';

export type SimulateurOptions = {
  readonly dataDir: string;
  readonly dialecte: NomDialecte;
  readonly avecInventaire: boolean;
  readonly journalOctetsMax: number;
};

export type Ouverture = {
  /** Forgets what was simulated, and seeds again from what is in service. */
  readonly isReinitialise: boolean;
  /** To look only: another program may be writing the journal. */
  readonly isLecture: boolean;
};

/** Arbitrary and fixed: ids must be the same after a restart. */
const decalages = { ids: 17, situations: 23 };

export class Simulateur {
  readonly etat = new Etat();
  readonly reperes: Reperes;
  readonly semis: Semis;
  /** Extraction in service when it was opened: another than the seed's once a later one was loaded. */
  readonly enService: string;
  readonly structures: Structures;
  readonly #entete: Entete;
  readonly #octetsMax: number;
  #journal: Journal | undefined;
  #octetsCompactes = 0;

  private constructor(pool: Pool, entete: Entete, enService: string, options: SimulateurOptions) {
    this.structures = new Structures((ids) => listFaitsStructures(pool, ids));
    this.semis = semisDe(entete);
    this.enService = enService;
    this.#entete = entete;
    this.#octetsMax = options.journalOctetsMax;
    this.reperes = {
      annuaire: new Annuaire(pool, this.etat, this.structures),
      ids: new Identifiants(decalages.ids),
      situations: new Identifiants(decalages.situations),
      dialecte: dialecteNomme(options.dialecte),
    };
  }

  /** @throws AppError `JOURNAL_ILLISIBLE`, `SEMIS_ABSENT`, `SIMULATEUR_SANS_BAL`. */
  static async ouvrir(
    pool: Pool,
    options: SimulateurOptions,
    ouverture: Ouverture,
    progress: Progress,
  ): Promise<Simulateur> {
    const chemin = journalDe(options.dataDir);
    if (ouverture.isReinitialise) oublierJournal(chemin);
    const lu = lireJournal(chemin);
    return withSemis(pool, async (client) => {
      const enService = await findSemis(client);
      const entete = lu?.entete ?? enteteDe(enService, options);
      const simulateur = new Simulateur(pool, entete, enService.version, options);
      await verifier(simulateur.semis, isSemisPresent(client, simulateur.semis));
      const { dialecte } = simulateur.reperes;
      await semer(
        client,
        simulateur.semis,
        { avecInventaire: entete.avecInventaire, dialecte },
        simulateur,
        progress,
      );
      simulateur.#apprendreIds();
      for (const ligne of lu?.lignes ?? []) simulateur.#rejouer(ligne);
      if (!ouverture.isLecture) {
        simulateur.#journal = lu
          ? Journal.continuer(chemin, lu.octets)
          : Journal.ecrire(chemin, entete, []);
        simulateur.#compacterSiGros();
      }
      return simulateur;
    });
  }

  get journalOctets(): number {
    return this.#journal?.octets ?? 0;
  }

  /**
   * All of the operations, or none. With `isMensonge`, says what would have been done and does nothing.
   *
   * Throws when the journal cannot be written; nothing has changed then.
   */
  patch(
    porteur: PorteurTrouve,
    operations: readonly Operation[],
    le: Date,
    isMensonge = false,
  ): Applique | Refus {
    const { cle, structureNommee } = porteur;
    const cible = { ressource: ressourceDe(cle), isIdentifie: isIdentifie(cle), structureNommee };
    const bals = this.etat.balsDe(cle) ?? [];
    const resultat = appliquer(bals, operations, cible, this.reperes.dialecte);
    if (resultat.kind === 'refus' || resultat.effets.length === 0 || isMensonge) return resultat;
    this.#inscrire(cle, resultat.effets, le.toISOString());
    return resultat;
  }

  fermer(): void {
    this.#journal?.fermer();
    this.#journal = undefined;
  }

  #inscrire(cle: string, effets: readonly Effet[], le: string): void {
    if (!this.#journal) throw new Error('opened to look only');
    const o = this.#organisationDe(cle);
    this.#journal.ajouter({ t: 'patch', le, p: cle, e: effets, ...(o && { o }) });
    this.etat.appliquer(cle, effets, le);
    this.#compacterSiGros();
  }

  #organisationDe(cle: string): ReturnType<Structures['connue']> {
    const structure = structureDe(cle);
    return structure === undefined ? undefined : this.structures.retenirVue(structure);
  }

  /** Ids that are hashes are known backwards only once they were made. */
  #apprendreIds(): void {
    for (const ressource of ['Practitioner', 'PractitionerRole', 'Organization'] as const) {
      for (const cle of this.etat.clesDe(ressource)) {
        this.reperes.ids.of(cle);
        if (ressource === 'PractitionerRole') this.reperes.situations.of(cle);
      }
    }
  }

  #rejouer(ligne: Ligne): void {
    switch (ligne.t) {
      case 'patch':
        if (ligne.o) this.structures.retenir(ligne.o);
        this.etat.appliquer(ligne.p, ligne.e.map(relireEffet), ligne.le);
        break;
      case 'etat':
        if (ligne.o) this.structures.retenir(ligne.o);
        this.etat.remplacer(ligne.p, ligne.b.map(relireBal), ligne.le);
        break;
      case 'suivi':
        for (const kind of ['insert', 'replace', 'delete'] as const) {
          this.etat.compter(ligne.a, kind, ligne[kind]);
        }
        break;
      case 'patchs':
        this.etat.patchCount += ligne.n;
        break;
    }
  }

  /** Not again before it has doubled: a state may be larger than the limit. */
  #compacterSiGros(): void {
    if (!this.#journal) return;
    const seuil = Math.max(this.#octetsMax, 2 * this.#octetsCompactes);
    if (this.#journal.octets <= seuil) return;
    this.#journal.compacter(this.#entete, this.#resume());
    this.#octetsCompactes = this.#journal.octets;
  }

  *#resume(): Generator<Ligne> {
    yield { t: 'patchs', n: this.etat.patchCount };
    for (const [cle, le] of this.etat.touches()) {
      const o = this.#organisationDe(cle);
      yield { t: 'etat', le, p: cle, b: this.etat.balsDe(cle) ?? [], ...(o && { o }) };
    }
    for (const [a, suivi] of this.etat.suivis()) yield { t: 'suivi', a, ...suivi };
  }
}

function enteteDe({ loads, version, genereLe }: Semis, options: SimulateurOptions): Entete {
  return {
    t: 'semis',
    v: 1,
    loads,
    version,
    genereLe: genereLe?.toISOString() ?? null,
    avecInventaire: options.avecInventaire,
  };
}

function semisDe({ loads, version, genereLe }: Entete): Semis {
  return { loads, version, genereLe: genereLe === null ? undefined : new Date(genereLe) };
}

async function verifier({ loads }: Semis, isPresent: Promise<boolean>): Promise<void> {
  if (loads.bals === 0) {
    throw new AppError(
      'SIMULATEUR_SANS_BAL',
      "Aucune extraction des BAL n'est en service : l'annuaire simulé serait vide. Lancez d'abord « annuaire-sync extract ».",
    );
  }
  if (!(await isPresent)) {
    throw new AppError(
      'SEMIS_ABSENT',
      "L'état gardé par le simulateur vient d'une autre base (ou d'extractions effacées depuis). " +
        "Relancez avec --reinitialiser pour l'oublier et repartir de l'extraction en service.",
    );
  }
}

function relireEffet(effet: Effet): Effet {
  return effet.k === 'delete' ? effet : { ...effet, bal: relireBal(effet.bal) };
}

/** JSON drops what is undefined. */
function relireBal(bal: BalPortee): BalPortee {
  const { codage, hasEmailType, use } = bal.forme;
  return {
    adresse: bal.adresse,
    typeBal: bal.typeBal,
    listeRouge: bal.listeRouge,
    rang: bal.rang,
    description: bal.description,
    service: bal.service,
    responsable: bal.responsable,
    forme: formeDe(codage, hasEmailType, use),
    isInitiale: bal.isInitiale,
    structureNommee: bal.structureNommee,
  };
}
