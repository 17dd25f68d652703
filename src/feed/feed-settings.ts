// What the feed wants to know; the settings file is read elsewhere.

export type PushSettings = {
  /** Documented quota of the ANS's read API: 17 calls a second for one application. */
  readonly appelsParSeconde: number;
  readonly simultanesMax: number;
  /** First one included. */
  readonly tentativesMax: number;
  readonly attenteMinMs: number;
  readonly attenteMaxMs: number;
  /** How long a claimed operation belongs to its pusher; longer than `totalMs`. */
  readonly bailMs: number;
  /** An accepted operation that nothing confirms after this long is told. */
  readonly confirmationJoursMax: number;
  readonly disjoncteur: { readonly echecsMax: number; readonly pauseMs: number };
  /** BAL of one porteur in one request; 1 unless `plusieursBalParAppel`. */
  readonly balsParAppelMax: number;
};
