// One trace of the journal: what EX_GDT_5040 asks to keep of each action, and nothing else.

/** What is traced, with the words that a reader of the journal sees. Part of the interface: never rename one. */
export const libellesAction = {
  connexion: 'Connexion',
  'connexion.refus': 'Connexion refusée',
  'connexion.lien': 'Lien de connexion envoyé',
  deconnexion: 'Déconnexion',
  'acces.refus': 'Accès refusé',
  consultation: 'Consultation',
  recherche: 'Recherche',
  export: 'Export',
  'demande.depot': 'Demande déposée',
  'demande.retrait': 'Demande retirée',
  'demande.examen': 'Demande prise en examen',
  'demande.acceptation': 'Demande acceptée',
  'demande.refus': 'Demande refusée',
  'demande.transmission': 'Demande transmise à l’Annuaire',
  'demande.confirmation': 'Demande confirmée par l’Annuaire',
  'demande.sans-objet': 'Demande devenue sans objet',
  'demande.levee': 'Décision d’une demande levée',
  'plan.calcul': 'Plan calculé',
  'plan.approbation': 'Opérations approuvées',
  'plan.rejet': 'Opérations écartées',
  'plan.levee': 'Gardes du plan levées',
  envoi: 'Envoi à l’Annuaire',
  'envoi.rejeu': 'Opération rejouée',
  'envoi.annulation': 'Opération annulée',
  extraction: 'Extractions nationales',
  'inventaire.import': 'Inventaire importé',
  'inventaire.acceptation': 'Inventaire refusé puis accepté',
  'inventaire.retrait': 'Source d’inventaire retirée',
  'inventaire.transfert': 'Source d’inventaire transférée',
  rapprochement: 'Rapprochement',
  'hygiene.passage': 'Passage du cycle d’hygiène',
  'hygiene.conservation': 'BAL inactive conservée',
  'hygiene.opposition': 'Opposition du titulaire',
  'avis.envoi': 'Envoi des avis',
  'avis.rejeu': 'Avis rejoué',
  'avis.annulation': 'Avis annulé',
  'cle-api.creation': 'Clé d’API créée',
  'cle-api.revocation': 'Clé d’API révoquée',
  'domaine.connu': 'Domaine ressemblant marqué connu',
  'domaine.inconnu': 'Domaine ressemblant à examiner',
  'compte.creation': 'Compte créé',
  'compte.activation': 'Compte activé',
  'compte.role': 'Rôle d’un compte changé',
  'compte.secours': 'Codes de secours renouvelés',
  'compte.desactivation': 'Compte désactivé',
  'compte.reactivation': 'Compte réactivé',
  'compte.reinitialisation': 'Compte réinitialisé',
  'compte.verrouillage': 'Compte verrouillé',
  'journal.verification': 'Journal vérifié',
  'journal.effacement': 'Contenus du journal effacés',
  purge: 'Purge',
  sauvegarde: 'Sauvegarde',
  'sauvegarde.verification': 'Sauvegarde vérifiée',
  restauration: 'Base restaurée',
  'restauration.levee': 'Envois repris après restauration',
  'base.droits': 'Droits de la base accordés',
} as const;

export type ActionTracee = keyof typeof libellesAction;

export function isActionTracee(text: string): text is ActionTracee {
  return Object.hasOwn(libellesAction, text);
}

export const actionsTracees: readonly ActionTracee[] =
  Object.keys(libellesAction).filter(isActionTracee);

/** `refus`: a rule or a guard said no. `echec`: it could not be done. */
export const issuesTrace = ['reussite', 'refus', 'echec'] as const;
export type IssueTrace = (typeof issuesTrace)[number];

export const libellesIssue: Readonly<Record<IssueTrace, string>> = {
  reussite: 'réussite',
  refus: 'refus',
  echec: 'échec',
};

export const genresAuteur = ['personne', 'client', 'programme'] as const;
export type GenreAuteur = (typeof genresAuteur)[number];

export const genresObjet = [
  'bal',
  'professionnel',
  'structure',
  'domaine',
  'constat',
  'plan',
  'operation',
  'demande',
  'cas',
  'avis',
  'source',
  'compte',
  'cle-api',
] as const;
export type GenreObjet = (typeof genresObjet)[number];

export type AuteurTrace = {
  /** `client`: a program that calls the API with a key. `programme`: this one. */
  readonly genre: GenreAuteur;
  /** What tells him from every other: account, subject of the identity provider, IdNatPS, number of the key. */
  readonly id: string;
  readonly nom?: string | undefined;
};

export type ObjetTrace = { readonly genre: GenreObjet; readonly id: string };

export type PosteTrace = {
  /** Network address, else the name of the machine. */
  readonly adresse?: string | undefined;
  readonly agent?: string | undefined;
};

export type ContenuTrace = Readonly<Record<string, unknown>>;

export type NouvelleTrace = {
  readonly action: ActionTracee;
  readonly issue: IssueTrace;
  readonly auteur: AuteurTrace;
  /** 20 at most are kept, the number of the others is. */
  readonly objets: readonly ObjetTrace[];
  readonly poste?: PosteTrace | undefined;
  /** JSON values, 8 KiB each; what is longer is cut and says so. Never a secret, never the contents of a message. */
  readonly requete?: ContenuTrace | undefined;
  readonly reponse?: ContenuTrace | undefined;
  /** Of the request or of the run. */
  readonly correlation?: string | undefined;
};

/** One row of the journal. */
export type Trace = {
  readonly sequence: number;
  readonly at: Date;
  /** A row written by a later version may hold one that this one does not know. */
  readonly action: string;
  readonly issue: IssueTrace;
  /** Undefined once erased at term (EX_GDT_5070). */
  readonly contenu:
    | {
        readonly auteur: AuteurTrace;
        readonly objets: readonly ObjetTrace[];
        readonly poste: PosteTrace;
        readonly requete: ContenuTrace | undefined;
        readonly reponse: ContenuTrace | undefined;
        readonly correlation: string | undefined;
      }
    | undefined;
  readonly effaceeLe: Date | undefined;
};

export function libelleAction(action: string): string {
  return isActionTracee(action) ? libellesAction[action] : action;
}

/** Verified each week; a day is left for a run that was put off. The alert JournalNonVerifie has the same limit. */
export const verificationMaxJours = 8;
