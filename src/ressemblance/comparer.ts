// Which domain of ours another one may be taken for, and why. Pure: the same names give the same answer.
import damerauLevenshtein from 'damerau-levenshtein';
import { motsDe, readNom, type Nom } from './nom.js';

/** In the order in which they are told when several are true. */
export const raisons = [
  'homoglyphe',
  'sous-domaine',
  'suffixe',
  'etiquettes',
  'mot-ajoute',
  'frappe',
  'meme-nom',
] as const;
export type Raison = (typeof raisons)[number];

export type Ressemblance = {
  readonly domaine: string;
  /** Ours. */
  readonly proche: string;
  readonly raison: Raison;
  /** French sentence. */
  readonly explication: string;
};

/** What to do with each name; `undefined`: it is ours, or resembles none of ours. */
export type Comparateur = (domaine: string) => Ressemblance | undefined;

/** Ours are indexed by what a look-alike keeps of them, so that a name costs a few look-ups however many ours are. */
export function makeComparateur(nosDomaines: readonly string[]): Comparateur {
  const noms = [...new Set(nosDomaines.map((nom) => nom.toLowerCase()))].sort().map(readNom);
  const siens = new Set(noms.map(({ domaine }) => domaine));
  const recherches = raisons.map((raison) => ({ raison, chercher: chercheurs[raison](noms) }));
  return (domaine) => {
    const autre = readNom(domaine);
    if (siens.has(autre.domaine)) return undefined;
    for (const { raison, chercher } of recherches) {
      const trouve = chercher(autre);
      if (trouve) {
        const { nom, detail } = trouve;
        return { domaine: autre.domaine, proche: nom.domaine, raison, explication: detail };
      }
    }
    return undefined;
  };
}

type Trouve = { readonly nom: Nom; readonly detail: string };
type Chercheur = (autre: Nom) => Trouve | undefined;

const chercheurs: Readonly<Record<Raison, (noms: readonly Nom[]) => Chercheur>> = {
  homoglyphe: (noms) =>
    parCle(
      noms,
      (nom) => nom.silhouette,
      (nom) =>
        `se confond à l’œil avec ${nom.domaine} (signes qui s’imitent : rn et m, 0 et o, 1 et l, accents, autres alphabets)`,
    ),
  'sous-domaine': chercheSousDomaine,
  suffixe: (noms) =>
    parCle(
      noms,
      (nom) => nom.etiquettes.join('.'),
      (nom, autre) => `même nom que ${nom.domaine}, mais en « .${autre.suffixe} »`,
    ),
  etiquettes: (noms) =>
    parCles(
      noms,
      ({ mots }) => (estDistinctif(mots) || mots.length > 1 ? [tri(mots), mots.join('')] : []),
      (nom) => `mêmes mots que ${nom.domaine}, dans un autre ordre ou autrement séparés`,
    ),
  'mot-ajoute': (noms) =>
    parCle(noms, cleSansHabillage, (nom) => {
      return `${nom.domaine} à un mot près, de ceux qui mettent en confiance (mssante, mail, securise…)`;
    }),
  'meme-nom': (noms) =>
    parCle(
      noms,
      ({ etiquettes: [premiere = ''] }) =>
        estDistinctif(motsDe([premiere])) ? premiere.replaceAll('-', '') : undefined,
      (nom) => `même nom que ${nom.domaine}, sous un autre domaine`,
    ),
  frappe: chercheFrappe,
};

// Words that dress a name up to be trusted, as the forged names of every field do. No word that a true structure would
// add to tell itself apart (sante, service, france, pole…).
const habillage = new Set(
  (
    'mss mssante mssanté mss-ante securise securisee securite secure mail mails messagerie mel email courriel webmail ' +
    'www web smtp imap login connexion portail compte officiel officielle support contact admin fr com net org'
  ).split(' '),
);

// Words that half of the white list shares: alone, they name nobody.
const communs = new Set(
  (
    'chu chr chi ch chs ghu ght hopital hopitaux hospitalier clinique cliniques centre ehpad ssiad saad cpts msp maison ' +
    'medical medicale medecin medecins cabinet laboratoire laboratoires labo pharmacie pharmacies sante groupe reseau ' +
    'pole service services association interop interne radiologie imagerie dialyse infirmier infirmiers idel residence ' +
    'saint sainte notre dame gcs had mas sesan apicrypt'
  ).split(' '),
);

function estDistinctif(mots: readonly string[]): boolean {
  return mots.some((mot) => mot.length >= 5 && !communs.has(mot) && !habillage.has(mot));
}

function cleSansHabillage({ mots }: Nom): string | undefined {
  const restants = mots.filter((mot) => !habillage.has(mot));
  return estDistinctif(restants) ? tri(restants) : undefined;
}

function tri(mots: readonly string[]): string {
  return [...mots].sort().join(' ');
}

function parCle(
  noms: readonly Nom[],
  cle: (nom: Nom) => string | undefined,
  detail: (nom: Nom, autre: Nom) => string,
): Chercheur {
  return parCles(noms, (nom) => [cle(nom)].filter((valeur) => valeur !== undefined), detail);
}

/** The first of ours that shares a key. */
function parCles(
  noms: readonly Nom[],
  cles: (nom: Nom) => readonly string[],
  detail: (nom: Nom, autre: Nom) => string,
): Chercheur {
  const index = new Map<string, Nom>();
  for (const nom of noms) for (const cle of cles(nom)) if (!index.has(cle)) index.set(cle, nom);
  return (autre) => {
    for (const cle of cles(autre)) {
      const nom = index.get(cle);
      if (nom) return { nom, detail: detail(nom, autre) };
    }
    return undefined;
  };
}

function chercheSousDomaine(noms: readonly Nom[]): Chercheur {
  const index = new Map(noms.map((nom) => [nom.domaine, nom]));
  return (autre) => {
    const labels = autre.domaine.split('.');
    for (let debut = 1; debut < labels.length; debut += 1) {
      const nom = index.get(labels.slice(debut).join('.'));
      if (nom) return { nom, detail: `sous-domaine de ${nom.domaine}, que vous ne déclarez pas` };
    }
    return undefined;
  };
}

/** One word differs, by a slip of the keyboard: keyed by the name with that word left out, so that few are measured. */
function chercheFrappe(noms: readonly Nom[]): Chercheur {
  const index = new Map<string, { readonly nom: Nom; readonly mot: string }[]>();
  for (const nom of noms) {
    for (const { cle, mot } of trous(nom)) {
      const liste = index.get(cle);
      if (liste) liste.push({ nom, mot });
      else index.set(cle, [{ nom, mot }]);
    }
  }
  return (autre) => {
    for (const { cle, mot } of trous(autre)) {
      for (const { nom, mot: lesien } of index.get(cle) ?? []) {
        if (estFrappe(lesien, mot)) {
          return {
            nom,
            detail: `« ${mot} » pour « ${lesien} » : à peu de lettres de ${nom.domaine}`,
          };
        }
      }
    }
    return undefined;
  };
}

const motMin = 5;

function trous(nom: Nom): { cle: string; mot: string }[] {
  // A marked word keeps its place among the separators: « a-b.c » has the holes « _-b.c », « a-_.c » and « a-b._ ».
  const morceaux = nom.etiquettes.join('.').split(/([-_.])/u);
  return morceaux.flatMap((mot, place) =>
    mot.length < motMin
      ? []
      : [
          {
            cle:
              [...morceaux.slice(0, place), '_', ...morceaux.slice(place + 1)].join('') +
              `.${nom.suffixe}`,
            mot,
          },
        ],
  );
}

/**
 * One slip (a letter added, left out, changed, two swapped) in a word of 5 letters or more, two in one of 11 or more. The
 * first letter is read first: a name with another one is another name. Names that differ by a number are siblings.
 */
function estFrappe(lesien: string, autre: string): boolean {
  const court = Math.min(lesien.length, autre.length);
  if (court < motMin || Math.abs(lesien.length - autre.length) > 2) return false;
  if (!autre.startsWith(lesien.charAt(0))) return false;
  const forme = (mot: string): string => mot.replace(/\d+/gu, '#');
  if (/\d/u.test(lesien + autre) && forme(lesien) === forme(autre)) return false;
  if (communs.has(lesien) && communs.has(autre)) return false;
  return damerauLevenshtein(lesien, autre).steps <= (court >= 11 ? 2 : 1);
}
