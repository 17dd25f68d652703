// The `console:` section as the program uses it.
import type { Role } from '../domain/role.js';
import type { FournisseurSettings } from '../web/connexion/settings.js';
import type { RawConsole } from './console-schema.js';
import type { RawConsoleOpenId } from './openid-schema.js';
import { resolveOpenId, type OpenIdPlace } from './openid-settings.js';
import type { FileReader } from './secret.js';

export type ConsoleSettings = Omit<RawConsole, 'cleDesComptes' | 'openid'> & {
  /** Undefined: the opérateur has no provider of his own. */
  readonly openid: OpenIdConsole | undefined;
  /** Encrypts the second factors; without it, a key that the database keeps (store/cle-interne.ts). */
  readonly cleDesComptes: string | undefined;
};

export type OpenIdConsole = {
  readonly fournisseur: FournisseurSettings;
  /** Name of a claim, or its path. */
  readonly revendication: string;
  readonly roles: ReadonlyMap<string, Role>;
};

export type ConsoleSurroundings = Pick<OpenIdPlace, 'urlPublique' | 'proxy' | 'ca'>;

export function resolveConsole(
  raw: RawConsole,
  surroundings: ConsoleSurroundings,
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
    openid: raw.openid && resolveFournisseur(raw.openid, surroundings, reader),
  };
}

function resolveFournisseur(
  raw: RawConsoleOpenId,
  surroundings: ConsoleSurroundings,
  reader: FileReader,
): OpenIdConsole | undefined {
  if (Object.keys(raw.roles).length === 0) {
    reader.fault(
      'console.openid.roles : vide, personne n’aurait de rôle : donnez au moins une valeur de « revendicationRoles »',
    );
  }
  const place: OpenIdPlace = {
    ...surroundings,
    at: 'console.openid',
    nom: raw.nom,
    cheminRetour: 'console/retour',
    cheminSortie: 'console/connexion',
  };
  const fournisseur = resolveOpenId(raw, place, reader);
  return (
    fournisseur && {
      fournisseur,
      revendication: raw.revendicationRoles,
      roles: new Map(Object.entries(raw.roles)),
    }
  );
}
