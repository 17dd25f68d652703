// The `console:` section as the program uses it.
import type { FournisseurSettings } from '../web/connexion/settings.js';
import type { RawConsole } from './console-schema.js';
import type { RawConsoleOpenId } from './openid-schema.js';
import { resolveOpenId, type OpenIdSurroundings } from './openid-settings.js';
import type { FileReader } from './secret.js';

export type ConsoleOpenId = {
  readonly fournisseur: FournisseurSettings;
  /** Claim that holds the roles: a text, or a list of texts. */
  readonly revendicationRoles: string;
  /** Its values, and the role of ours that each gives. */
  readonly roles: ReadonlyMap<string, RawConsoleOpenId['roles'][string]>;
};

export type ConsoleSettings = Omit<RawConsole, 'cleDesComptes' | 'openid'> & {
  /** The opérateur's own provider of identity. */
  readonly openid: ConsoleOpenId | undefined;
  /** Encrypts the second factors; without it, a key that the database keeps (store/cle-interne.ts). */
  readonly cleDesComptes: string | undefined;
};

export function resolveConsole(
  raw: RawConsole,
  surroundings: OpenIdSurroundings,
  reader: FileReader,
): ConsoleSettings {
  const { attenteSecondes, attenteMaxSecondes } = raw.verrouillage;
  if (attenteSecondes > attenteMaxSecondes) {
    reader.fault(
      `console.verrouillage.attenteMaxSecondes : ${attenteMaxSecondes} est plus court que la première attente (${attenteSecondes})`,
    );
  }
  const cleDesComptes = reader.secret('console.cleDesComptes', raw.cleDesComptes)?.trim();
  if (cleDesComptes !== undefined && cleDesComptes.length < 32) {
    reader.fault(
      'console.cleDesComptes : trop courte : au moins 32 caractères tirés au hasard (openssl rand -base64 32)',
    );
  }
  return {
    ...raw,
    cleDesComptes,
    openid: raw.openid && resolveConsoleOpenId(raw.openid, surroundings, reader),
  };
}

function resolveConsoleOpenId(
  raw: RawConsoleOpenId,
  surroundings: OpenIdSurroundings,
  reader: FileReader,
): ConsoleOpenId | undefined {
  const at = 'console.openid';
  if (Object.keys(raw.roles).length === 0) {
    reader.fault(
      `${at}.roles : personne n'aurait de rôle : dites ce que vaut chaque valeur de « ${raw.revendicationRoles} »`,
    );
  }
  const place = { cheminRetour: 'console/retour', cheminSortie: 'console/connexion' };
  const fournisseur = resolveOpenId(raw, { ...surroundings, ...place, at, nom: raw.nom }, reader);
  return (
    fournisseur && {
      fournisseur,
      revendicationRoles: raw.revendicationRoles,
      roles: new Map(Object.entries(raw.roles)),
    }
  );
}
