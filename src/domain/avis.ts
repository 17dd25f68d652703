// Notices: mails to people about their BAL, and the states of anything that leaves.

/** `abandonne`: too many attempts, or an end not known; `refuse`: the server said that it will never take it. */
export const etatsEnvoi = [
  'a-envoyer',
  'en-envoi',
  'parti',
  'refuse',
  'abandonne',
  'annule',
] as const;
export type EtatEnvoi = (typeof etatsEnvoi)[number];

export const gabarits = [
  'inactivite',
  'inactivite-rappel',
  'inactivite-opposition',
  'quota-80',
  'quota-90',
  'quota-100',
  'demande-recue',
  'demande-en-examen',
  'demande-acceptee',
  'demande-refusee',
  'demande-transmise',
  'demande-confirmee',
  'demande-retiree',
  'demande-sans-objet',
  'connexion-lien',
] as const;
/** The templates that the program brings; a folder of the settings may hold others. */
export type Gabarit = (typeof gabarits)[number];

/** What a template shows. */
export type DonneesAvis = Readonly<
  Record<string, string | number | boolean | readonly Readonly<Record<string, string>>[]>
>;

export type NouvelAvis = {
  /** The caller's, e.g. `inactivite:412:premier`: the same notice is never queued twice. */
  readonly cle: string;
  readonly gabarit: string;
  /** Whose templates and sender are used. */
  readonly domaine: string;
  /** The BAL that it is about. */
  readonly adresse?: string | undefined;
  readonly destinataire: string;
  readonly donnees: DonneesAvis;
  /** At once without it. */
  readonly envoyerApres?: Date | undefined;
};
