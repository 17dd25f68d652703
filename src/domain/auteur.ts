// Who decides: names are compared as people read them.

/** Who decided, in the record: a setting, not a person. */
export const auteurAutomatique = 'réglage plan.approbation (aucune personne)';

/** Case, accents, spaces and what cannot be seen make no second person. */
export function estMemeAuteur(a: string, b: string): boolean {
  return forme(a) === forme(b);
}

function forme(nom: string): string {
  return nom
    .normalize('NFKD')
    .replace(/[\p{Mark}\p{Control}\p{Format}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}
