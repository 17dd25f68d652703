// The cycle, in the order in which an administrator types it (or the daemon runs it).

export const stageNames = [
  'extraction',
  'inventaire',
  'rapprochement',
  'plan',
  'approbation',
  'envoi',
  'parution',
  'confirmation',
  'plan suivant',
] as const;
export type StageName = (typeof stageNames)[number];

export const wordsOf: Readonly<Record<StageName, readonly string[]>> = {
  extraction: ['extract'],
  inventaire: ['inventory', 'import'],
  rapprochement: ['reconcile'],
  plan: ['plan', 'show', '--exemples', '0'],
  approbation: ['plan', 'approve', '--tout', '--override', 'campagne de fiabilité'],
  envoi: ['push', '--jusqu-au-bout', '--duree-max', '1'],
  // What the simulated Annuaire publishes once it was told.
  parution: ['extract', 'bals'],
  confirmation: ['reconcile'],
  'plan suivant': ['plan', 'show', '--exemples', '0'],
};
