// The console: the administrators' part of the site. Each page is given what it reads and does by who builds it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { contientRole, isRole, type Role } from '../../domain/role.js';
import { recordTrace } from '../../store/journal.js';
import { Espace, type EspaceOptions, type MotifRefus } from '../espace/espace.js';
import type { WebPlugin } from '../server.js';
import { acteDe } from './acte.js';
import type { NoeudsLus } from './noeuds/noeuds-lus.js';

/** Who uses the console. */
export type Acteur = {
  /** Unique and stable, e.g. `compte:12` or `openid:<sub>`. */
  readonly sujet: string;
  /** As the trail and the decisions write it. */
  readonly nom: string;
  readonly role: Role;
  readonly moyen: 'local' | 'openid';
};

export type EspaceConsole = Espace<Acteur>;

/** Declares the routes of one page: `config: { acces: <a role> }`, `public` for the sign-in alone. */
export type PageConsole = (app: FastifyInstance, espace: EspaceConsole) => void;

export type ConsoleOptions = Omit<
  EspaceOptions<Acteur>,
  'nom' | 'allows' | 'onRefus' | 'pageConnexion' | 'cadre' | 'autour' | 'preparer'
> & {
  readonly ecrans: readonly PageConsole[];
  /** What runs, for the banner of every page; undefined: nothing is said of it. */
  readonly noeuds?: NoeudsLus | undefined;
};

export type Console = { readonly espace: EspaceConsole; readonly plugin: WebPlugin };

export function createConsole({ ecrans, noeuds, ...options }: ConsoleOptions): Console {
  const espace: EspaceConsole = new Espace({
    ...options,
    nom: 'console',
    pageConnexion: '/console/connexion',
    allows,
    onRefus: (request, acteur, motif) => tracerAccesRefuse(options, request, acteur, motif),
    cadre: 'console/cadre',
    preparer: noeuds && (() => noeuds.preparer()),
    autour: (acteur, { actif }) => ({
      acteur,
      alertes: acteur ? (noeuds?.alertes ?? []) : [],
      menu: menu.map((entree) => ({ ...entree, estActive: entree.cle === actif })),
    }),
  });
  const plugin = espace.plugin((app) => {
    for (const ecran of ecrans) ecran(app, espace);
  });
  return { espace, plugin };
}

/** Which route, and nothing of what was posted to it. */
async function tracerAccesRefuse(
  { db, now }: Pick<ConsoleOptions, 'db' | 'now'>,
  request: FastifyRequest,
  acteur: Acteur,
  motif: MotifRefus,
): Promise<void> {
  const { url = '?', config } = request.routeOptions;
  await recordTrace(
    db,
    {
      action: 'acces.refus',
      issue: 'refus',
      ...acteDe(acteur, request),
      objets: [],
      requete: { methode: request.method, chemin: url, role: acteur.role },
      reponse:
        motif === 'role'
          ? { roleAttendu: config.acces }
          : { motif: 'formulaire d’une autre page ou d’une autre session' },
    },
    now(),
  );
}

/** `acces`: the least role, or `public`. What is written otherwise lets nobody in. */
function allows(acteur: Acteur | undefined, acces: string): 'oui' | 'connexion' | 'non' {
  if (acces === 'public') return 'oui';
  if (!acteur) return 'connexion';
  return isRole(acces) && contientRole(acteur.role, acces) ? 'oui' : 'non';
}

const menu = [
  { cle: 'accueil', libelle: 'Accueil', chemin: '/console' },
  { cle: 'constats', libelle: 'Constats', chemin: '/console/constats' },
  { cle: 'plan', libelle: 'Plan', chemin: '/console/plan' },
  { cle: 'envois', libelle: 'Envois', chemin: '/console/envois' },
  { cle: 'demandes', libelle: 'Demandes', chemin: '/console/demandes' },
  { cle: 'journal', libelle: 'Journal', chemin: '/console/journal' },
  { cle: 'noeuds', libelle: 'Ce qui tourne', chemin: '/console/noeuds' },
];
