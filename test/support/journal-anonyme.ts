// What the log of a whole run may not hold: a name, an address in full, a secret.
import assert from 'node:assert/strict';

/** `inventaire`: the text that holds every address and name of the opérateur. */
export function assertNamesNobody(log: string, inventaire: string): void {
  const adresses = [...inventaire.matchAll(/[\w.+-]+@[\w.-]+/gu)].map(([adresse]) => adresse);
  assert.ok(adresses.length > 1_000);
  for (const adresse of adresses) assert.ok(!log.includes(adresse), adresse);
  assert.doesNotMatch(log, /[^\s"@…]{2,}@[\w-]+\./u);
  assert.doesNotMatch(log, /cle-de-simulation|postgres:\/\/[^"]*:[^"]*@/u);
  const mots = new Set(log.toLowerCase().match(/\p{L}+/gu));
  for (const nom of nomsDe(adresses)) assert.ok(!mots.has(nom), nom);
}

/** `prenom.nom@…`: their names, but for those that are words of the program. */
function nomsDe(adresses: readonly string[]): Set<string> {
  const noms = adresses.flatMap((adresse) => {
    const [prenom, nom = ''] = adresse.replace(/@.*/u, '').split('.');
    return prenom === undefined ? [] : [prenom, nom.replace(/\d+$/u, '')];
  });
  return new Set(noms.filter((nom) => /^[a-z]{5,}$/u.test(nom) && !structures.has(nom)));
}

const structures = new Set([
  'personne',
  'service',
  'secretariat',
  'imagerie',
  'urgences',
  'application',
]);
