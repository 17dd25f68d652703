// The stages that a daemon runs by itself: each is the command that an administrator would type.

export const nomsEtapes = [
  'extract',
  'inventory',
  'reconcile',
  'hygiene',
  'plan',
  'push',
  'notices',
  'status',
  'purge',
  'verification',
  'checkpoint',
  'backup',
] as const;
export type NomEtape = (typeof nomsEtapes)[number];

export function isNomEtape(nom: string): nom is NomEtape {
  return nomsEtapes.some((known) => known === nom);
}

export type Etape = {
  /** French, for tables and messages. */
  readonly titre: string;
  /** What follows `annuaire-sync` on a command line. */
  readonly commande: readonly string[];
};

/** In the order of the daily chain: each reads what those before it put in service. */
export const etapes: Readonly<Record<NomEtape, Etape>> = {
  extract: { titre: 'Extractions nationales', commande: ['extract'] },
  inventory: { titre: 'Inventaire', commande: ['inventory', 'sync'] },
  reconcile: { titre: 'Rapprochement', commande: ['reconcile'] },
  hygiene: { titre: 'Hygiène', commande: ['hygiene', 'run'] },
  plan: { titre: 'Plan', commande: ['plan'] },
  push: { titre: 'Envois à l’Annuaire', commande: ['push'] },
  notices: { titre: 'Avis', commande: ['notices', 'send'] },
  // Tells the programs of the opérateur what is late: nobody has to look for that.
  status: { titre: 'Surveillance des retards', commande: ['status'] },
  purge: { titre: 'Purge', commande: ['purge'] },
  // Before a point is signed over what it would have found.
  verification: { titre: 'Vérification du journal', commande: ['audit', 'verify'] },
  checkpoint: {
    titre: 'Point de contrôle du journal',
    commande: ['audit', 'checkpoint', '--signe'],
  },
  backup: { titre: 'Sauvegarde', commande: ['backup'] },
};
