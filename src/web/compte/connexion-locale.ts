// Signing in with a local account: name and password, then a one-time password. Refusals tell nobody whether the account exists.
import { createHash } from 'node:crypto';
import type { Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import { addressKey } from '../../domain/adresse-reseau.js';
import { parseNomCompte } from '../../domain/nom-compte.js';
import {
  acceptPas,
  acceptSecours,
  noteConnexion,
  replaceSecours,
} from '../../store/compte-connexion.js';
import { findCompte, findCompteById, type Compte } from '../../store/compte.js';
import {
  chargeEssai,
  forgiveEssais,
  refundEssai,
  type Essai,
  type Verrouillage,
} from '../../store/essai-connexion.js';
import { createCodesSecours, findPas, hashCodeSecours } from './code.js';
import type { Coffre } from './coffre.js';
import { TropDeVerifications, type MotsDePasse } from './mot-de-passe.js';

export type ConnexionLocaleOptions = {
  readonly pool: Pool;
  readonly motsDePasse: MotsDePasse;
  readonly coffre: Coffre;
  readonly verrouillage: Verrouillage & { readonly essaisParAdresse: number };
};

/** Of a step that let nobody through. */
export type Refus =
  | {
      readonly kind: 'refuse';
      /** For the trail alone; undefined: nobody's name. */
      readonly compte: Compte | undefined;
      /** What this failure leads to. */
      readonly verrouilleJusqua: Date | undefined;
    }
  /** Nothing was verified: too many failures before, by this name or from this address. */
  | { readonly kind: 'bloque'; readonly jusqua: Date }
  /** Nothing was verified: too many others at this moment. */
  | { readonly kind: 'occupe' }
  /** The account changed since its password was verified. */
  | { readonly kind: 'perime' }
  /** The secret of the second factor was encrypted under another key: only « comptes reset » helps. */
  | { readonly kind: 'illisible'; readonly compte: Compte };

export type Identifiants = {
  readonly nom: string;
  readonly motDePasse: string;
  readonly adresse: string;
};

export type SecondFacteur = {
  readonly compteId: number;
  /** Of the account when its password was verified: one that changed meanwhile begins anew. */
  readonly version: number;
  /** One-time password or recovery code. */
  readonly code: string;
  readonly adresse: string;
};

export type Connecte = {
  readonly kind: 'connecte';
  readonly compte: Compte;
  /** Shown once, after the first code that its holder gave. */
  readonly codesSecours: readonly string[] | undefined;
  readonly parSecours: boolean;
};

export class ConnexionLocale {
  readonly #options: ConnexionLocaleOptions;

  constructor(options: ConnexionLocaleOptions) {
    this.#options = options;
  }

  /** First step. Nobody is signed in by it. */
  async verifierMotDePasse(
    { nom: nomDonne, motDePasse, adresse }: Identifiants,
    now: Date,
  ): Promise<{ readonly kind: 'code-attendu'; readonly compte: Compte } | Refus> {
    const { pool, motsDePasse } = this.#options;
    const nom = parseNomCompte(nomDonne);
    const cles = [cleDeAdresse(adresse), cleDuNom(nom ?? nomDonne)] as const;
    const essai = await this.#charge(cles, now);
    if (essai.kind === 'bloque') return essai;
    const refus = { kind: 'refuse', verrouilleJusqua: essai.verrouilleJusqua } as const;
    const compte = nom === undefined ? undefined : await findCompte(pool, nom);
    const empreinte = compte?.desactiveLe ? undefined : compte?.motDePasse;
    try {
      const estJuste = await motsDePasse.verify(empreinte, motDePasse);
      if (!estJuste || !compte) return { ...refus, compte };
    } catch (error) {
      if (!(error instanceof TropDeVerifications)) throw error;
      // A refusal of ours is no failure of theirs.
      await this.#refund(cles);
      return { kind: 'occupe' };
    }
    await this.#forgive(cles);
    return { kind: 'code-attendu', compte };
  }

  /**
   * Second step. Its failures are counted apart: a right password does not forget them, and whoever has none cannot make
   * the account wait here.
   */
  async verifierCode(
    { compteId, version, code, adresse }: SecondFacteur,
    now: Date,
  ): Promise<Connecte | Refus> {
    const { pool, coffre } = this.#options;
    const compte = await findCompteById(pool, compteId);
    if (compte?.version !== version || compte.desactiveLe) return { kind: 'perime' };
    const cles = [cleDeAdresse(adresse), cleDuCode(compte.id)] as const;
    const essai = await this.#charge(cles, now);
    if (essai.kind === 'bloque') return essai;
    const refus = { kind: 'refuse', verrouilleJusqua: essai.verrouilleJusqua } as const;
    const secret = coffre.open(compte.totpSecret, compte.nom);
    if (!secret) return { kind: 'illisible', compte };
    const pas = findPas(secret, code, now);
    const parSecours = pas === undefined;
    const estAccepte = parSecours
      ? await this.#acceptSecours(compte, code, now)
      : await acceptPas(pool, compte.id, pas, now);
    if (!estAccepte) return { ...refus, compte };
    await this.#forgive(cles);
    await noteConnexion(pool, compte.id, now);
    const codesSecours = compte.totpConfirmeLe ? undefined : await this.renewSecours(compte.id);
    return { kind: 'connecte', compte, codesSecours, parSecours };
  }

  /** New recovery codes: the former ones are void. */
  async renewSecours(compteId: number): Promise<readonly string[]> {
    const codes = createCodesSecours();
    const empreintes = codes.flatMap((code) => hashCodeSecours(code) ?? []);
    await transaction(this.#options.pool, (client) => replaceSecours(client, compteId, empreintes));
    return codes;
  }

  async #acceptSecours(compte: Compte, code: string, now: Date): Promise<boolean> {
    const empreinte = hashCodeSecours(code);
    return empreinte !== undefined && acceptSecours(this.#options.pool, compte.id, empreinte, now);
  }

  /** The address first: one that is waiting makes no name wait. */
  async #charge([adresse, autre]: Cles, now: Date): Promise<Essai> {
    const { pool, verrouillage } = this.#options;
    const parAdresse = { ...verrouillage, essais: verrouillage.essaisParAdresse };
    const essai = await chargeEssai(pool, adresse, parAdresse, now);
    return essai.kind === 'bloque' ? essai : chargeEssai(pool, autre, verrouillage, now);
  }

  async #refund([adresse, autre]: Cles): Promise<void> {
    const { pool, verrouillage } = this.#options;
    await refundEssai(pool, adresse, verrouillage.essaisParAdresse);
    await refundEssai(pool, autre, verrouillage.essais);
  }

  /** An address keeps its failures: whoever has an account of his own might guess at another by it. */
  async #forgive([adresse, autre]: Cles): Promise<void> {
    const { pool, verrouillage } = this.#options;
    await refundEssai(pool, adresse, verrouillage.essaisParAdresse);
    await forgiveEssais(pool, autre);
  }
}

/** What an attempt is charged to: the address that it comes from, and the name or the second factor that it tries. */
type Cles = readonly [adresse: Buffer, autre: Buffer];

/** What « comptes enable » forgives. */
export function clesDuCompte({ id, nom }: Pick<Compte, 'id' | 'nom'>): Buffer[] {
  return [cleDuNom(nom), cleDuCode(id)];
}

function cleDuNom(nom: string): Buffer {
  return cleOf('nom', nom);
}

function cleDuCode(compteId: number): Buffer {
  return cleOf('code', String(compteId));
}

/** Whoever has one IPv6 address has the 2^64 beside it. */
function cleDeAdresse(adresse: string): Buffer {
  return cleOf('adresse', addressKey(adresse));
}

function cleOf(genre: string, valeur: string): Buffer {
  return createHash('sha256').update(`${genre}:${valeur}`).digest();
}
