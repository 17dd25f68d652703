// The list of the open findings, as the filters leave them.
import { catalogueConstats } from '../../../domain/constat.js';
import { expliquer } from '../../../domain/constat-explication.js';
import type { NombreBorne } from '../../../domain/nombre-borne.js';
import type { Db } from '../../../db/pool.js';
import type { ConstatGarde } from '../../../store/constat.js';
import {
  compterRecherche,
  listRecherche,
  type PageConstats,
} from '../../../store/constat-recherche.js';
import { findLastRun } from '../../../store/reconcile-run.js';
import type { Page } from '../../page/pages.js';
import { exportMax } from './export.js';
import { adresseDe, options, type Filtre } from './filtre.js';

/** As many as are read at a glance, and a page stays far below 200 KB. */
export const taillePage = 50;

export async function montrerListe(db: Db, filtre: Filtre): Promise<Page> {
  const { champs, recherche, tri, borne, erreurs } = filtre;
  const isLisible = erreurs.length === 0;
  const { nombre, trouves } = isLisible ? await compterRecherche(db, recherche) : aucun;
  const page = isLisible
    ? await listRecherche(db, recherche, trouves, { tri, borne, taille: taillePage })
    : aucune;
  const run = await findLastRun(db);
  return {
    gabarit: 'console/constats/liste',
    status: isLisible ? 200 : 400,
    titre: 'Constats',
    donnees: {
      champs: { ...champsVides, ...definis(champs) },
      options,
      erreurs,
      estFiltre: Object.entries(champs).some(([nom, valeur]) => nom !== 'tri' && valeur),
      tri,
      nombre,
      constats: page.constats.map(ligneDe),
      ...voisines(filtre, page),
      exporter: `/console/constats.csv${adresseDe(champs)}`,
      exportMax,
      rapprocheLe: run?.judgedAt,
      // A page beyond the last, or whose mark is not a finding: the list begins again.
      estHorsListe: isLisible && borne !== undefined && page.constats.length === 0,
    },
  };
}

const champsVides = {
  groupe: '',
  code: '',
  exigence: '',
  type: '',
  age: '',
  domaine: '',
  adresse: '',
};

function definis(champs: Filtre['champs']): object {
  return Object.fromEntries(Object.entries(champs).filter(([, valeur]) => valeur !== undefined));
}

const aucun: { readonly nombre: NombreBorne; readonly trouves: number } = {
  nombre: { n: 0, estDepasse: false },
  trouves: 0,
};
const aucune: PageConstats = { constats: [], aSuivant: false, aPrecedent: false };

function ligneDe(constat: ConstatGarde): object {
  const { libelle } = catalogueConstats[constat.code];
  return {
    id: constat.id,
    code: constat.code,
    libelle,
    sujet: constat.adresse ?? constat.domaine,
    estDomaine: constat.adresse === undefined,
    typeBal: constat.typeBal ?? '',
    explication: expliquer(constat),
    ouvertLe: constat.ouvertLe,
  };
}

function voisines(
  { champs }: Filtre,
  { constats, aPrecedent, aSuivant }: PageConstats,
): { readonly precedent?: string; readonly suivant?: string } {
  const [premier, dernier] = [constats[0], constats.at(-1)];
  const vers = (nom: string, id: number): string => adresseDe(champs, { [nom]: String(id) });
  return {
    ...(aPrecedent && premier && { precedent: vers('avant', premier.id) }),
    ...(aSuivant && dernier && { suivant: vers('apres', dernier.id) }),
  };
}
