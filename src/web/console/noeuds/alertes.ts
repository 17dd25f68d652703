// What an administrator must see on every page: nothing runs any more, a stage failed or did not begin, the database was away.
import type { DatabaseState } from '../../../db/database-watch.js';
import type { EtapeDuNoeud } from '../../../domain/etat-noeud.js';
import { instantEnFrancais } from '../../../domain/paris-time.js';
import type { Noeud } from '../../../store/noeud.js';

export type AlerteNoeud = {
  readonly genre: 'erreur' | 'attention' | 'info';
  /** French. */
  readonly texte: string;
};

/** A daemon says every five seconds that it is there. */
const silenceMaxMs = 60_000;
/** After its hour, the draw of its delay counted. */
const retardMaxMs = 30 * 60_000;
const retourMontreMs = 15 * 60_000;
/** Shown on a page: the list itself is one click away. */
const alertesMax = 4;

export function isVivant({ arreteLe, vuLe }: Noeud, now: Date): boolean {
  return arreteLe === undefined && now.getTime() - vuLe.getTime() <= silenceMaxMs;
}

/** The gravest first, at most four. `noeuds`: the last start of each name. */
export function juger(
  noeuds: readonly Noeud[],
  base: DatabaseState | undefined,
  now: Date,
): AlerteNoeud[] {
  const vivants = noeuds.filter((noeud) => isVivant(noeud, now));
  return [
    ...alertesSilence(noeuds, vivants, now),
    ...alertesEtapes(vivants, now),
    ...alertesServices(vivants),
    ...alertesRetour(base, now),
  ].slice(0, alertesMax);
}

/** A silent stop is what hurts most: nothing fails, nothing is done. */
function alertesSilence(
  noeuds: readonly Noeud[],
  vivants: readonly Noeud[],
  now: Date,
): AlerteNoeud[] {
  const [dernier] = [...noeuds].sort((a, b) => b.vuLe.getTime() - a.vuLe.getTime());
  if (dernier && vivants.length === 0) {
    return [
      {
        genre: 'erreur',
        texte:
          `Aucun démon ne répond depuis le ${instantEnFrancais(dernier.vuLe)} : plus rien n’est lancé à l’heure. ` +
          `Relancez-le sur ${dernier.nom} (systemctl start annuaire-sync).`,
      },
    ];
  }
  return noeuds
    .filter((noeud) => noeud.arreteLe === undefined && !isVivant(noeud, now))
    .map(({ nom, vuLe }) => ({
      genre: 'attention',
      texte: `Le nœud ${nom} ne répond plus depuis le ${instantEnFrancais(vuLe)} ; les autres ont pris le relais.`,
    }));
}

function alertesEtapes(vivants: readonly Noeud[], now: Date): AlerteNoeud[] {
  return etapesConnues(vivants).flatMap((etape) => {
    const alerte = alerteEtape(etape, now);
    return alerte ? [alerte] : [];
  });
}

/** Each stage once: what the freshest node knows of it. */
export function etapesConnues(vivants: readonly Noeud[]): readonly EtapeDuNoeud[] {
  const etapes = new Map<string, EtapeDuNoeud>();
  for (const { etat } of [...vivants].sort((a, b) => a.vuLe.getTime() - b.vuLe.getTime())) {
    for (const etape of etat.etapes) etapes.set(etape.nom, etape);
  }
  return [...etapes.values()];
}

function alerteEtape(
  { nom, dernier, prochaine, estEnCours }: EtapeDuNoeud,
  now: Date,
): AlerteNoeud | undefined {
  if (estEnCours) return undefined;
  if (prochaine !== undefined && now.getTime() - Date.parse(prochaine) > retardMaxMs) {
    const prevue = instantEnFrancais(new Date(prochaine));
    return {
      genre: 'erreur',
      texte: `L’étape « ${nom} » devait passer le ${prevue} et n’a pas commencé.`,
    };
  }
  if (!dernier || dernier.issue === 'reussite' || dernier.issue === 'interrompu') return undefined;
  const quand = instantEnFrancais(new Date(dernier.fin));
  const verbe = {
    echec: 'a échoué',
    delai: 'a dépassé sa durée',
    refus: 'a été retenue par une garde',
  };
  return {
    genre: dernier.issue === 'refus' ? 'attention' : 'erreur',
    texte: `L’étape « ${nom} » ${verbe[dernier.issue]} le ${quand} : ${dernier.message.slice(0, 300)}`,
  };
}

function alertesServices(vivants: readonly Noeud[]): AlerteNoeud[] {
  return vivants.flatMap(({ nom: noeud, etat }) =>
    etat.services
      .filter((service) => service.etat === 'arrete' || service.etat === 'degrade')
      .map(({ nom, etat: ce, raisons }) => ({
        genre: 'attention' as const,
        texte: `${noeud} : le service ${nom} est ${ce === 'arrete' ? 'arrêté' : 'dégradé'}${raisons[0] === undefined ? '' : ` : ${raisons[0]}`}`,
      })),
  );
}

function alertesRetour(base: DatabaseState | undefined, now: Date): AlerteNoeud[] {
  const retour = base?.backSince;
  if (!retour || now.getTime() - retour.getTime() > retourMontreMs) return [];
  return [
    {
      genre: 'info',
      texte: `La base de données était injoignable ; elle répond de nouveau depuis le ${instantEnFrancais(retour)}. Ce qui était en cours a été annulé et sera repris.`,
    },
  ];
}
