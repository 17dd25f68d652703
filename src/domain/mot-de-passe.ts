// Which passwords are accepted. Sources: CNIL, délibération 2022-100 (50 bits where attempts are limited, 12 characters
// suffice); ANSSI, Recommandations relatives à l'authentification multifacteur et aux mots de passe (R21–R27: length, no
// imposed composition beyond it, refusal of the common ones, no regular renewal); NIST SP 800-63B § 5.1.1.2 (compare after NFKC).

export const motDePasseLongueurMin = 12;
/** Hashing is bounded by its parameters, not by its input; this only keeps a form a form. */
export const motDePasseLongueurMax = 128;

/** Fewer than this is a key held down, or a couple of words said again and again. */
const caracteresDistinctsMin = 5;

/** What is hashed: the same password typed on another keyboard gives the same text. */
export function normaliserMotDePasse(text: string): string {
  return text.normalize('NFKC');
}

/** Why this password is refused for this account, in French; undefined when it is good. */
export function refuserMotDePasse(motDePasse: string, nom: string): string | undefined {
  const normal = normaliserMotDePasse(motDePasse);
  const longueur = Array.from(normal).length;
  if (longueur < motDePasseLongueurMin) {
    return `Au moins ${motDePasseLongueurMin} caractères sont attendus : une phrase de quelques mots convient.`;
  }
  if (longueur > motDePasseLongueurMax) {
    return `Au plus ${motDePasseLongueurMax} caractères sont acceptés.`;
  }
  if (/\p{Cc}/u.test(normal)) return 'Une touche de commande s’est glissée dans le mot de passe.';
  const lu = lettresEtChiffres(normal);
  if (partiesDuNom(nom).some((partie) => lu.includes(partie))) {
    return 'Le mot de passe contient le nom du compte : choisissez-en un autre.';
  }
  if (new Set(normal).size < caracteresDistinctsMin || estSuite(lu) || estCourant(lu)) {
    return 'Ce mot de passe est de ceux que l’on essaie en premier : choisissez-en un autre.';
  }
  return undefined;
}

/** As those who guess see it: case, accents, usual substitutions and separators set aside. */
function lettresEtChiffres(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[@40135$]/gu, (char) => substitutions[char] ?? char)
    .replace(/[^a-z0-9]/gu, '');
}

const substitutions: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '5': 's',
  $: 's',
};

/** `marie.durand@chu.fr` is also marie and durand; two or three letters are found in any sentence. */
function partiesDuNom(nom: string): string[] {
  return [nom, ...nom.split(/[^\p{L}\p{N}]+/u)]
    .map(lettresEtChiffres)
    .filter((partie) => partie.length >= 4);
}

const rangees = [
  'abcdefghijklmnopqrstuvwxyz',
  'azertyuiopqsdfghjklmwxcvbn',
  'qwertyuiopasdfghjklzxcvbnm',
];
const chiffres = lettresEtChiffres('012345678901234567890123456789');

/** Keys that follow one another, in either direction. */
function estSuite(lu: string): boolean {
  const suites = [chiffres, ...rangees.map((rangee) => rangee + rangee)];
  return suites.some((suite) => suite.includes(lu) || reversed(suite).includes(lu));
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

/** The word that makes most of it, whatever the digits and the words around. */
function estCourant(lu: string): boolean {
  let reste = lu;
  for (const mot of motsCourants) reste = reste.replaceAll(lettresEtChiffres(mot), '');
  // Digits were read as letters: what is left of « 2024! » must not count as a word.
  return reste.length < 5 && reste.length < lu.length;
}

/** Longest first: what holds another word must go whole. */
const motsCourants = [
  'administrateur',
  'administrator',
  'jesuisadministrateur',
  'annuairesante',
  'motdepasse',
  'changezmoi',
  'changeme',
  'passw0rd',
  'password',
  'doudou',
  'letmein',
  'welcome',
  'bienvenue',
  'mssante',
  'annuaire',
  'bonjour',
  'bonsoir',
  'soleil',
  'secret',
  'hopital',
  'clinique',
  'sante',
  'france',
  'azertyuiop',
  'azerty',
  'qwertyuiop',
  'qwerty',
  'dragon',
  'monkey',
  'marseille',
  'loulou',
  'chouchou',
  'jetaime',
  'iloveyou',
  'console',
  'compte',
  'admin',
  'login',
  'test',
  'demo',
  '123456789',
  '12345678',
  '123456',
  '12345',
  '1234',
  '2023',
  '2024',
  '2025',
  '2026',
  '2027',
].sort((a, b) => b.length - a.length);
