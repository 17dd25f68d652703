// What the sign-in of professionals is made with.
import type { Pool } from '../../../db/pool.js';
import type { Fournisseur } from '../../connexion/fournisseur.js';
import type { IdentitesDEssai } from '../../connexion/identite-psc.js';

export type ConnexionOptions = {
  readonly pool: Pool;
  /** Undefined: nobody signs in with Pro Santé Connect. */
  readonly psc: Fournisseur | undefined;
  readonly identitesDEssai: IdentitesDEssai;
  /** Undefined: no link is sent to anybody. */
  readonly lien: LienOptions | undefined;
  readonly now: () => Date;
  /** French lines for the journal of the service. */
  readonly report: (line: string) => void;
};

export type LienOptions = {
  /** Signs the links. */
  readonly cle: Uint8Array;
  /** What they begin with. */
  readonly urlPublique: URL;
  /** One of ours: whose sender and templates the mail uses. */
  readonly domaine: string;
  /** Shown in the mail. */
  readonly contact: string | undefined;
  /** How long every answer takes at least: finding a holder and queuing a mail must not be seen from outside. */
  readonly reponseMinMs: number;
};
