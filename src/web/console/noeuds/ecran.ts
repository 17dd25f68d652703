// « Ce qui tourne »: the nodes, their services, and each stage with its last and its next run.
import type { Db } from '../../../db/pool.js';
import type { EtapeDuNoeud, EtatService, IssuePassage } from '../../../domain/etat-noeud.js';
import type { Noeud } from '../../../store/noeud.js';
import { listPassages, type Passage } from '../../../store/passage.js';
import type { Page } from '../../page/pages.js';
import type { PageConsole } from '../console.js';
import { etapesConnues, isVivant } from './alertes.js';
import type { NoeudsLus } from './noeuds-lus.js';

export type EcranNoeudsOptions = {
  readonly db: Db;
  readonly now: () => Date;
  readonly noeuds: NoeudsLus;
};

const passagesMontres = 20;

export function ecranNoeuds({ db, now, noeuds }: EcranNoeudsOptions): PageConsole {
  return (app, espace) => {
    app.get('/noeuds', { config: { acces: 'lecteur' } }, async (request, reply) => {
      const [connus, passages] = await Promise.all([
        noeuds.lire(),
        listPassages(db, passagesMontres),
      ]);
      return espace.show(request, reply, {
        ...montrerNoeuds(
          connus,
          passages.map((one) => ({ ...one, etape: noeuds.titre(one.etape) })),
          now(),
        ),
        actif: 'noeuds',
      });
    });
  };
}

function montrerNoeuds(noeuds: readonly Noeud[], passages: readonly Passage[], now: Date): Page {
  const vivants = noeuds.filter((noeud) => isVivant(noeud, now));
  return {
    gabarit: 'console/noeuds',
    status: 200,
    titre: 'Ce qui tourne',
    donnees: {
      noeuds: noeuds.map((noeud) => ligneNoeud(noeud, now)),
      etapes: etapesConnues(vivants).map(ligneEtape),
      passages: passages.map(lignePassage),
    },
  };
}

const tonsService: Readonly<Record<EtatService, readonly [libelle: string, ton: string]>> = {
  pret: ['prêt', 'bien'],
  demarrage: ['démarre', 'info'],
  degrade: ['dégradé', 'attention'],
  arrete: ['arrêté', 'mal'],
};

function ligneNoeud(noeud: Noeud, now: Date): object {
  const { nom, version, demarreLe, vuLe, arreteLe, etat } = noeud;
  const estVivant = isVivant(noeud, now);
  return {
    nom,
    version,
    demarreLe,
    vuLe,
    etat: estVivant ? 'en service' : arreteLe ? 'arrêté' : 'ne répond plus',
    ton: estVivant ? 'bien' : arreteLe ? 'info' : 'mal',
    lectureSeule: etat.base.lectureSeule,
    services: estVivant
      ? etat.services.map((service) => {
          const [libelle, ton] = tonsService[service.etat];
          return { nom: service.nom, libelle, ton, raisons: service.raisons };
        })
      : [],
  };
}

const tonsIssue: Readonly<Record<IssuePassage, readonly [libelle: string, ton: string]>> = {
  reussite: ['réussie', 'bien'],
  refus: ['retenue par une garde', 'attention'],
  echec: ['échouée', 'mal'],
  interrompu: ['interrompue', 'attention'],
  delai: ['trop longue', 'mal'],
};

function ligneEtape({ nom, dernier, prochaine, estEnCours }: EtapeDuNoeud): object {
  const [libelle, ton] = dernier ? tonsIssue[dernier.issue] : ['', ''];
  return {
    nom,
    estEnCours,
    issue: libelle,
    ton,
    fin: dernier ? new Date(dernier.fin) : null,
    message: dernier?.message.slice(0, 500) ?? '',
    prochaine: prochaine === undefined ? null : new Date(prochaine),
  };
}

function lignePassage(passage: Passage): object {
  const { etape, commenceLe, finiLe, noeud, tentative, issue, message } = passage;
  const [libelle, ton] = issue ? tonsIssue[issue] : ['en cours', 'info'];
  return {
    etape,
    commenceLe,
    finiLe: finiLe ?? null,
    noeud,
    tentative,
    libelle,
    ton,
    message: message?.slice(0, 500) ?? '',
  };
}
