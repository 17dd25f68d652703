// What the relying party is told of one OpenID provider: Pro Santé Connect, or the opérateur's own for the console.
import type { KeyObject } from 'node:crypto';
import type { ClientCertificate } from '../../net/tls-context.js';

export type FournisseurSettings = {
  /** As pages and messages call it. */
  readonly nom: string;
  /** Path in the settings, for messages: `professionnels.psc`. */
  readonly reglage: string;
  /** Whole address of the discovery document: Pro Santé Connect's has a name of its own. */
  readonly decouverte: URL;
  /** Compared to the letter with what the discovery document, the answers and the tokens say. */
  readonly emetteur: string;
  readonly clientId: string;
  readonly methode: MethodeClient;
  /** Scopes asked, separated by spaces. */
  readonly portees: string;
  /** `acr_values` of the request; empty: not asked. */
  readonly acrDemandes: readonly string[];
  /** What the id_token may say; undefined: whatever it says, or nothing. */
  readonly acrAcceptes: ReadonlySet<string> | undefined;
  /** Ours, public; the provider knows it to the letter. */
  readonly adresseRetour: URL;
  readonly adresseApresDeconnexion: URL;
  readonly connexionMs: number;
  /** Of one exchange as a whole. */
  readonly reponseMs: number;
  readonly reponseOctetsMax: number;
  /** How long a discovery document is used without asking again. */
  readonly decouverteFraicheMs: number;
  readonly proxy: string | undefined;
  /** PEM. */
  readonly ca: readonly string[];
};

export type MethodeClient =
  | { readonly genre: 'basic'; readonly secret: string }
  | { readonly genre: 'post'; readonly secret: string }
  | {
      readonly genre: 'jwt';
      /** RSA (RS256 or PS256) or EC on P-256 (ES256). */
      readonly cle: KeyObject;
      readonly algorithme: 'RS256' | 'PS256' | 'ES256';
      readonly kid: string | undefined;
    }
  | { readonly genre: 'tls'; readonly certificat: ClientCertificate };
