// One look-up that was served: counted by day and account; kept only where a setting asks for a sample.

export type Consultation = {
  readonly interface: 'ldap' | 'api';
  /** '' for whoever did not sign in. */
  readonly compte: string;
  readonly operation: string;
  /** LDAP result code, HTTP status. */
  readonly resultat: string;
  readonly entrees: number;
  readonly dureeMs: number;
  readonly adresse: string;
  readonly agent?: string | undefined;
  /** Asked only of what is sampled: names of attributes, or what was asked as it was. */
  readonly demande: () => { readonly noms: string; readonly valeurs: string };
};

/** Never throws, never waits. */
export type Consulter = (consultation: Consultation) => void;
