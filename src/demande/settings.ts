// What the life of a demande needs to know; the composition root fills it from the settings file.

export type DemandesSettings = {
  /** Domains that the opérateur declares. */
  readonly domaines: readonly string[];
  /** Within which the opérateur carries out or refuses. */
  readonly delaiJours: number;
  /** Of one professional, open at once. */
  readonly ouvertesMax: number;
  /** Of one professional, in 24 hours, whatever became of them. */
  readonly parJourMax: number;
  /** Where a professional writes to. */
  readonly contact: string | undefined;
  readonly devenirMessages: DevenirMessages;
  /** The address of the follow-up page, signed until then; undefined: the mails carry none. */
  readonly lienSuivi: ((demandeId: number, expireLe: Date) => string) | undefined;
};

/** What happens to the messages of a BAL that is deleted; told before the demande is confirmed, and in the mails. */
export type DevenirMessages = {
  /** French, whole sentences. */
  readonly texte: string;
  /** Days from the acceptance after which they are erased; undefined: the text says what is known. */
  readonly effacesApresJours: number | undefined;
};
