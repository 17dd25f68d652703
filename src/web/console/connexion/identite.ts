// Who a session of the console stands for, asked at each request: what was taken away is gone at once.
import { z } from 'zod';
import type { Db } from '../../../db/pool.js';
import { roles } from '../../../domain/role.js';
import { findCompteById, type Compte } from '../../../store/compte.js';
import type { DonneesSession } from '../../../store/session-web.js';
import type { Session } from '../../espace/session.js';
import type { Acteur } from '../console.js';

/** What a session keeps of a local account. */
const sessionLocale = z.object({ compteId: z.int(), version: z.int() });

/** Of somebody whom the opérateur's provider told of, until his session ends. */
const sessionOpenid = z.object({
  nom: z.string(),
  role: z.enum(roles),
  emetteur: z.string(),
  clientId: z.string(),
});
export type SessionOpenid = Readonly<z.infer<typeof sessionOpenid>>;

export type IdentiteOptions = {
  readonly db: Db;
  readonly comptesLocaux: boolean;
  /** Of the provider that the settings name; undefined: none. */
  readonly openid: { readonly emetteur: string; readonly clientId: string } | undefined;
};

export function createIdentify({
  db,
  comptesLocaux,
  openid,
}: IdentiteOptions): (session: Session) => Promise<Acteur | undefined> {
  return async ({ titulaire, donnees }) => {
    if (titulaire === undefined) return undefined;
    const local = sessionLocale.safeParse(donnees['compte']).data;
    if (local) {
      const compte = comptesLocaux ? await findCompteById(db, local.compteId) : undefined;
      return compte && !compte.desactiveLe && compte.version === local.version
        ? acteurLocal(compte)
        : undefined;
    }
    const told = sessionOpenid.safeParse(donnees['openid']).data;
    if (told?.emetteur !== openid?.emetteur || told?.clientId !== openid?.clientId)
      return undefined;
    return told && { sujet: titulaire, nom: told.nom, role: told.role, moyen: 'openid' };
  };
}

export function acteurLocal({ id, nom, role }: Pick<Compte, 'id' | 'nom' | 'role'>): Acteur {
  return { sujet: `compte:${id}`, nom, role, moyen: 'local' };
}

export function donneesLocales({ id, version }: Pick<Compte, 'id' | 'version'>): DonneesSession {
  return { compte: { compteId: id, version } };
}

export function donneesOpenid(told: SessionOpenid, jetonIdentite: string): DonneesSession {
  // Only a convenience for the provider: one too long is left out.
  return { openid: told, ...(jetonIdentite.length <= 8_192 && { jetonIdentite }) };
}
