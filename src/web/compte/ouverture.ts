// How an account is opened: from the command line, with a password typed there or a code that lets its holder choose one.
import type { Pool } from '../../db/pool.js';
import type { Role } from '../../domain/role.js';
import { insertCompte, resetCompte, type Compte, type Ouverture } from '../../store/compte.js';
import { createCodeActivation, createSecretTotp, hashCodeActivation } from './code.js';
import type { Coffre } from './coffre.js';

export type Demande = {
  readonly nom: string;
  /** Of a new account; undefined: the account is known, and begins anew. */
  readonly role: Role | undefined;
  /** Hash of the password that was typed; undefined: its holder will choose one. */
  readonly empreinte: string | undefined;
  readonly activationHeures: number;
  readonly par: string;
};

export type CompteOuvert = {
  readonly compte: Compte;
  /** To be put into an authenticator; shown once. */
  readonly secret: Buffer;
  /** Shown once; undefined when a password was given. */
  readonly codeActivation: string | undefined;
};

/** Undefined when the name is taken (new account), or nobody's (known one). */
export async function ouvrirCompte(
  db: Pool,
  coffre: Coffre,
  { nom, role, empreinte, activationHeures, par }: Demande,
  now: Date,
): Promise<CompteOuvert | undefined> {
  const secret = createSecretTotp();
  const codeActivation = empreinte === undefined ? createCodeActivation() : undefined;
  const expireLe = new Date(now.getTime() + activationHeures * 3_600_000);
  const parts = {
    totpSecret: coffre.close(secret, nom),
    ouverture: ouvertureOf(empreinte, codeActivation, expireLe),
  };
  const compte =
    role === undefined
      ? await resetCompte(db, nom, parts, now)
      : await insertCompte(db, { nom, role, ...parts, creePar: par }, now);
  return compte && { compte, secret, codeActivation };
}

function ouvertureOf(
  motDePasse: string | undefined,
  codeActivation: string | undefined,
  expireLe: Date,
): Ouverture {
  if (motDePasse !== undefined) return { kind: 'mot-de-passe', empreinte: motDePasse };
  const empreinte = hashCodeActivation(codeActivation ?? '');
  if (!empreinte) throw new Error('a code just made has not its own shape');
  return { kind: 'activation', empreinte, expireLe };
}
