// What the processes of one daemon tell each other, over the channel that Node.js gives a child and its parent.
import type { EtatNoeud } from './etat-noeud.js';

/** Child → supervisor. `Line`: what the service logs. */
export type RapportProcessus<Line = unknown> =
  | { readonly kind: 'listening'; readonly places: readonly string[] }
  /** It cannot serve: French, with the remedy. */
  | {
      readonly kind: 'fault';
      readonly code: string;
      readonly message: string;
      /** It may pass by itself: the database does not answer. */
      readonly estPassager?: boolean;
    }
  /** For the log. */
  | { readonly kind: 'line'; readonly line: Line }
  /** `getMetricsAsJSON()` of prom-client, every `intervalleBattementMs`. */
  | { readonly kind: 'metriques'; readonly metriques: unknown }
  /** Every `intervalleBattementMs`: its loop turns. `raisons` in French. */
  | {
      readonly kind: 'battement';
      readonly etat: EtatBattement;
      readonly raisons: readonly string[];
    };

/** Supervisor → child. */
export type OrdreProcessus =
  /** Read certificates again; connections stay. */
  | { readonly kind: 'reload' }
  /** End now, in an orderly way. */
  | { readonly kind: 'stop' }
  /** Others took over the sockets: accept nothing more, serve what is open until it ends, then end. */
  | { readonly kind: 'vidange' }
  /** To `web` only: the metrics of another process of this node. */
  | { readonly kind: 'metriques'; readonly processus: string; readonly metriques: unknown }
  /** To `web` only, every `intervalleBattementMs`. */
  | { readonly kind: 'etat'; readonly etat: EtatNoeud };

/** `demarrage`: it listens, and has nothing to serve yet. */
export type EtatBattement = 'pret' | 'degrade' | 'demarrage';

export const intervalleBattementMs = 5_000;
/** A service that said nothing for so long hangs. */
export const silenceMaxMs = 30_000;
