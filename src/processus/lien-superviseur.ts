// The side of a child: tells its supervisor that it lives, hears its orders, and ends when it is gone.
import {
  intervalleBattementMs,
  type EtatBattement,
  type OrdreProcessus,
  type RapportProcessus,
} from '../domain/message-processus.js';

export type Sante = {
  readonly etat: EtatBattement;
  /** French. */
  readonly raisons: readonly string[];
};

export type LienOptions = {
  readonly sante: () => Sante;
  readonly onOrdre: (ordre: OrdreProcessus) => void;
  /** Nobody is there any more to give orders. */
  readonly onAbandon: () => void;
};

export type Lien = {
  readonly send: (rapport: RapportProcessus) => void;
  readonly close: () => void;
};

/** Undefined: this process was started by hand. */
export function lierAuSuperviseur({ sante, onOrdre, onAbandon }: LienOptions): Lien | undefined {
  if (process.send === undefined) return undefined;
  const send = (rapport: RapportProcessus): void => {
    if (process.connected) process.send?.(rapport, undefined, undefined, () => undefined);
    // Whether it has something to serve is not to be guessed until the next beat.
    if (rapport.kind === 'listening') beat();
  };
  const beat = (): void => send({ kind: 'battement', ...sante() });
  const timer = setInterval(beat, intervalleBattementMs).unref();
  process.on('message', onOrdre);
  process.once('disconnect', onAbandon);
  beat();
  return {
    send,
    close: () => {
      clearInterval(timer);
      process.off('message', onOrdre);
      process.off('disconnect', onAbandon);
    },
  };
}
