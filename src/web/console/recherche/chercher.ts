// One search box: address, name, RPPS, ADELI, FINESS, SIRET, domain. Each form of text is looked up where it can be, by its index.
import type { Pool } from '../../../db/pool.js';
import { parseAdeli, parseRpps } from '../../../domain/identifiers.js';
import { viewStructure } from '../../../verification/structure.js';
import {
  findRppsOfAdeli,
  isBalConnue,
  isDomaineConnu,
  searchBals,
  type BalTrouvee,
} from '../../../store/fiche-recherche.js';
import {
  findBalsDe,
  findProfessionnel,
  searchProfessionnels,
  type ProfessionnelTrouve,
} from '../../../store/professionnel.js';
import { findStructure } from '../../../store/structure.js';
import { readStructure } from '../fiches/structure.js';

export type Trouvailles = {
  /** Sheets that are exactly what was asked: paths, without the base. */
  readonly exactes: readonly { readonly chemin: string; readonly libelle: string }[];
  readonly professionnels: readonly ProfessionnelTrouve[];
  readonly bals: readonly BalTrouvee[];
  /** There were more of one kind. */
  readonly estCoupee: boolean;
};

export const trouveesMax = 30;
const debutMin = 3;

export async function chercher(pool: Pool, texte: string, now: Date): Promise<Trouvailles> {
  const exactes = [
    ...(await chercherAdresse(pool, texte)),
    ...(await chercherRpps(pool, texte, now)),
    ...(await chercherStructure(pool, texte, now)),
    ...(await chercherDomaine(pool, texte)),
  ];
  const isExact = exactes.length > 0;
  const professionnels = isExact ? [] : await chercherNoms(pool, texte);
  const bals =
    isExact || !/^[^\s]{3,}$/u.test(texte) || texte.length < debutMin
      ? []
      : await searchBals(pool, texte.toLowerCase(), trouveesMax + 1);
  return {
    exactes,
    professionnels: professionnels.slice(0, trouveesMax),
    bals: bals.slice(0, trouveesMax),
    estCoupee: professionnels.length > trouveesMax || bals.length > trouveesMax,
  };
}

type Exactes = { chemin: string; libelle: string }[];

async function chercherAdresse(pool: Pool, texte: string): Promise<Exactes> {
  const adresse = texte.toLowerCase();
  if (!/^[^@\s]+@[^@\s]+$/u.test(adresse) || !(await isBalConnue(pool, adresse))) return [];
  return [{ chemin: `/console/bals/${encodeURIComponent(adresse)}`, libelle: `BAL ${adresse}` }];
}

/** As people write it: with spaces, or as an IdNatPS. An ADELI number leads to the RPPS that took its place. */
async function chercherRpps(pool: Pool, texte: string, now: Date): Promise<Exactes> {
  const serre = texte.replace(/\s+/gu, '').toUpperCase();
  const adeli = parseAdeli(serre);
  const nu = /^8\d{11}$/u.test(serre)
    ? serre.slice(1)
    : adeli === undefined
      ? serre
      : ((await findRppsOfAdeli(pool, adeli)) ?? serre);
  const rpps = parseRpps(nu);
  if (rpps === undefined) return [];
  const isKnown =
    (await findProfessionnel(pool, rpps, now)) !== undefined ||
    (await findBalsDe(pool, rpps)).length > 0;
  return isKnown ? [{ chemin: `/console/professionnels/${rpps}`, libelle: `RPPS ${rpps}` }] : [];
}

async function chercherStructure(pool: Pool, texte: string, now: Date): Promise<Exactes> {
  const structure = readStructure(texte.replace(/\s+/gu, '').toUpperCase());
  if (!structure) return [];
  const { faits, bals } = await findStructure(pool, structure, now);
  const vue = viewStructure(structure, faits);
  if (!vue.isKnown && bals.length === 0) return [];
  return [
    {
      chemin: `/console/structures/${encodeURIComponent(structure.id)}`,
      libelle: `Structure ${vue.raisonSociale ?? structure.id}`,
    },
  ];
}

async function chercherDomaine(pool: Pool, texte: string): Promise<Exactes> {
  const domaine = texte.toLowerCase().replace(/^@/u, '');
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/u.test(domaine)) return [];
  if (!(await isDomaineConnu(pool, domaine))) return [];
  return [
    {
      chemin: `/console/constats?domaine=${encodeURIComponent(domaine)}`,
      libelle: `Constats du domaine ${domaine}`,
    },
  ];
}

// « Marie Anne de la Tour »: more words than that are no name.
const motsMax = 6;

/** The name may come before or after the first name, and each may have several words: every cut of the words is tried. */
async function chercherNoms(pool: Pool, texte: string): Promise<ProfessionnelTrouve[]> {
  const mots = texte.split(/\s+/u);
  if (texte.length < 2 || texte.length > 80 || mots.length > motsMax || /[@\d]/u.test(texte))
    return [];
  const coupes = mots.flatMap((_mot, n) => {
    const [debut, fin] = [mots.slice(0, n + 1).join(' '), mots.slice(n + 1).join(' ')];
    return fin === ''
      ? [[debut, '']]
      : [
          [debut, fin],
          [fin, debut],
        ];
  });
  const trouves = new Map<string, ProfessionnelTrouve>();
  for (const [nom = '', prenom = ''] of coupes) {
    const page = await searchProfessionnels(pool, {
      ...{ nom, prenom, codePostal: undefined, apres: undefined },
      limite: trouveesMax + 1,
    });
    for (const un of page.resultats) trouves.set(un.rpps, un);
  }
  return [...trouves.values()];
}
