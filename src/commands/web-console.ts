// What the console needs of the settings to know who signs in.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { Coffre } from '../web/compte/coffre.js';
import { ConnexionLocale } from '../web/compte/connexion-locale.js';
import { MotsDePasse } from '../web/compte/mot-de-passe.js';
import { Fournisseur } from '../web/connexion/fournisseur.js';
import { createConnexion } from '../web/console/connexion/connexion.js';
import { createIdentify } from '../web/console/connexion/identite.js';
import { ConnexionOpenid } from '../web/console/connexion/openid.js';
import type { Locale } from '../web/console/connexion/options.js';
import type { ConsoleOptions, PageConsole } from '../web/console/console.js';

export type ConsoleSurroundings = {
  readonly pool: Pool;
  /** Encrypts the second factors. */
  readonly cleDesComptes: Uint8Array;
  readonly now: () => Date;
};

export type AccesConsole = Pick<ConsoleOptions, 'session' | 'identify' | 'formActions'> & {
  /** The pages of the sign-in, before those of the console. */
  readonly connexion: PageConsole;
};

export function accesConsole(
  settings: Settings,
  { pool, cleDesComptes, now }: ConsoleSurroundings,
): AccesConsole {
  const { comptesLocaux, openid, sessions } = settings.console;
  const locale = comptesLocaux ? makeLocale(settings, pool, cleDesComptes) : undefined;
  const parOpenid =
    openid &&
    new ConnexionOpenid(new Fournisseur(openid.fournisseur), {
      revendication: openid.revendicationRoles,
      roles: openid.roles,
    });
  return {
    session: {
      inactiviteMs: sessions.inactiviteMinutes * 60_000,
      dureeMs: sessions.dureeMaxHeures * 3_600_000,
    },
    identify: createIdentify({ db: pool, comptesLocaux, openid: openid?.fournisseur }),
    // The form that signs out leads there.
    formActions: openid ? [new URL(openid.fournisseur.emetteur).origin] : [],
    connexion: createConnexion({
      pool,
      locale,
      openid: parOpenid,
      operateur: settings.operateur.nom,
      now,
    }),
  };
}

function makeLocale(settings: Settings, pool: Pool, cleDesComptes: Uint8Array): Locale {
  const coffre = new Coffre(cleDesComptes);
  const motsDePasse = new MotsDePasse();
  const { verrouillage } = settings.console;
  return {
    coffre,
    motsDePasse,
    connexion: new ConnexionLocale({ pool, motsDePasse, coffre, verrouillage }),
  };
}
