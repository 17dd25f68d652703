// Who decides: names are compared as people read them.

/** Who decided, in the record: a setting, not a person. */
export const auteurAutomatique = 'réglage plan.approbation (aucune personne)';

/** In the record: the name that is read, and the account that signed in. */
export function nommerAuteur({
  nom,
  compte,
}: {
  readonly nom: string;
  readonly compte: string;
}): string {
  const [lu, compteLu] = [lisible(nom), lisible(compte)];
  if (lu === '' || forme(lu) === forme(compteLu)) return compteLu.slice(0, longueurMax);
  return `${lu.slice(0, 90)} <${compteLu.slice(0, 100)}>`;
}

const longueurMax = 200;

/**
 * Case, accents, spaces, the order of the names and what cannot be seen make no second person; nor does an account: « Jeanne
 * Dupont <jdupont> » on a page and « jdupont » on a terminal are one. Two people who share a name pass for one too.
 */
export function estMemeAuteur(a: string, b: string): boolean {
  const formesB = formes(b);
  return formes(a).some((une) => formesB.includes(une));
}

function formes(auteur: string): string[] {
  const [, nom, compte] = /^([^<>]*)<([^<>]*)>\s*$/u.exec(auteur) ?? [];
  if (nom === undefined || compte === undefined) return formesDuCompte(auteur);
  const connues = [forme(nom), ...formesDuCompte(compte)].filter((une) => une !== '');
  return connues.length === 0 ? [''] : connues;
}

/** An account that is a mail address is also its part before the « @ », as systems name it. */
function formesDuCompte(compte: string): string[] {
  const [local = '', domaine] = compte.split('@');
  return domaine === undefined || forme(local) === ''
    ? [forme(compte)]
    : [forme(compte), forme(local)];
}

function forme(nom: string): string {
  return nom
    .normalize('NFKD')
    .replace(/[\p{Mark}\p{Control}\p{Format}]/gu, '')
    .toLowerCase()
    .split(/[\s._,-]+/u)
    .filter((mot) => mot !== '')
    .sort()
    .join(' ');
}

/** What would break the « name <account> » of the record, or cannot be read, goes. */
function lisible(texte: string): string {
  return texte
    .replace(/\p{Format}/gu, '')
    .replace(/[\p{Control}<>]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
