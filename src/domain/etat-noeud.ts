// What a daemon knows of itself: told to its web service, kept in table `noeud` for the other nodes.

/** `pret`: it serves; `demarrage`: it does not yet; `degrade`: it serves, with reasons; `arrete`: its process is not there. */
export type EtatService = 'pret' | 'demarrage' | 'degrade' | 'arrete';

/** `interrompu`: its node was stopped meanwhile; `delai`: it was ended at its limit of time. */
export type IssuePassage = 'reussite' | 'refus' | 'echec' | 'interrompu' | 'delai';

export type ServiceDuNoeud = {
  /** `ldap-1`, `web-1`… */
  readonly nom: string;
  readonly etat: EtatService;
  /** French. */
  readonly raisons: readonly string[];
};

/** Instants are ISO 8601 in UTC. */
export type EtapeDuNoeud = {
  readonly nom: string;
  /** Absent: nothing is planned. */
  readonly prochaine?: string;
  /** Since when it should have succeeded at least once. Absent: nothing can be asked of it yet. */
  readonly succesAttenduDepuis?: string;
  readonly dernier?: {
    readonly issue: IssuePassage;
    readonly fin: string;
    /** French. */
    readonly message: string;
  };
  /** On any node. */
  readonly estEnCours: boolean;
};

export type EtatBase = {
  readonly estJoignable: boolean;
  /** Since when it is, or is not. */
  readonly depuis: string;
  /** French, why it is not. */
  readonly cause?: string;
  /** A standby: nothing can be written. */
  readonly lectureSeule: boolean;
};

export type EtatNoeud = {
  readonly noeud: string;
  /** Start of the daemon. */
  readonly depuis: string;
  readonly services: readonly ServiceDuNoeud[];
  readonly etapes: readonly EtapeDuNoeud[];
  readonly base: EtatBase;
};
