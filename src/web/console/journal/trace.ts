// One trace as the console shows it.
import {
  libelleAction,
  libellesIssue,
  type ObjetTrace,
  type Trace,
} from '../../../domain/trace.js';
import type { Page } from '../../page/pages.js';

const format = new Intl.DateTimeFormat('fr-FR', {
  dateStyle: 'short',
  timeStyle: 'medium',
  timeZone: 'Europe/Paris',
});

const tons = { reussite: 'bien', refus: 'attention', echec: 'mal' } as const;
const objetsMontres = 3;

type Resume = Readonly<Record<string, unknown>>;

export function resumerTrace(trace: Trace): Resume {
  const { sequence, at, action, issue, contenu } = trace;
  const objets = contenu?.objets ?? [];
  return {
    sequence,
    at,
    quand: format.format(at),
    libelle: libelleAction(action),
    issue: libellesIssue[issue],
    ton: tons[issue],
    estReussie: issue === 'reussite',
    auteur: contenu ? (contenu.auteur.nom ?? contenu.auteur.id) : null,
    objets: objets.slice(0, objetsMontres).map(lierObjet),
    autresObjets: Math.max(0, objets.length - objetsMontres),
  };
}

export function montrerTrace(trace: Trace): Page {
  const { contenu, effaceeLe } = trace;
  return {
    gabarit: 'console/journal/trace',
    status: 200,
    titre: `Trace ${trace.sequence} : ${libelleAction(trace.action)}`,
    donnees: {
      ...resumerTrace(trace),
      action: trace.action,
      effaceeLe: effaceeLe ?? null,
      estEffacee: contenu === undefined,
      tousObjets: contenu?.objets.map(lierObjet) ?? [],
      auteurId: contenu?.auteur.id ?? null,
      auteurGenre: contenu?.auteur.genre ?? null,
      adresse: contenu?.poste.adresse ?? null,
      agent: contenu?.poste.agent ?? null,
      requete: lisible(contenu?.requete),
      reponse: lisible(contenu?.reponse),
      correlation: contenu?.correlation ?? null,
    },
  };
}

function lisible(contenu: object | undefined): string | null {
  return contenu === undefined || Object.keys(contenu).length === 0
    ? null
    : JSON.stringify(contenu, undefined, 2);
}

/** Where the console shows it; without a page of its own, the journal of it. */
function lierObjet({ genre, id }: ObjetTrace): Resume {
  const segment = encodeURIComponent(id);
  const chemins: Partial<Record<ObjetTrace['genre'], string>> = {
    bal: `/console/bals/${segment}`,
    professionnel: `/console/professionnels/${segment.replace(/^8(?=\d{11}$)/u, '')}`,
    structure: `/console/structures/${segment}`,
    constat: `/console/constats/${segment}`,
    domaine: `/console/constats?domaine=${segment}`,
    plan: '/console/plan',
    operation: `/console/envois/${segment}`,
    demande: `/console/demandes/${segment}`,
  };
  return {
    genre,
    id,
    chemin: chemins[genre] ?? `/console/journal?objet=${encodeURIComponent(`${genre}:${id}`)}`,
  };
}
