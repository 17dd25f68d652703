// What the supervisor tells its web service of the whole node, and what of it belongs in an answer of /readyz.
import type { Settings } from '../config/settings.js';
import type { EtatNoeud } from '../domain/etat-noeud.js';
import { instantEnFrancais } from '../domain/paris-time.js';
import type { RaisonEtat } from '../web/health.js';
import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';

export type EtatRecu = {
  /** Undefined: no supervisor, or nothing said yet. */
  readonly lire: () => EtatNoeud | undefined;
  readonly close: () => void;
};

/** Of this process; without a supervisor there is never a message. */
export function recevoirEtat(): EtatRecu {
  let recu: EtatNoeud | undefined;
  const onMessage = (message: unknown): void => {
    if (isEtat(message)) recu = message.etat;
  };
  process.on('message', onMessage);
  return { lire: () => recu, close: () => void process.off('message', onMessage) };
}

/** From our own supervisor: its kind is enough. */
function isEtat(message: unknown): message is { readonly etat: EtatNoeud } {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'etat'
  );
}

/** A stage that has not begun this long after its hour is late, the draw of its delay counted. */
const retardMaxMs = 30 * 60_000;

export function raisonsDe(etat: EtatNoeud | undefined, now: Date): RaisonEtat[] {
  return etat ? raisonsNoeud(etat, now) : [];
}

/** Of a node without a web server: LDAP alone serves, and goes on without its database. */
export function raisonsSansWeb(etat: EtatNoeud, now: Date): RaisonEtat[] {
  const { services, base } = etat;
  const estMuet =
    services.length > 0 && services.every(({ etat: un }) => un === 'demarrage' || un === 'arrete');
  const noeud = raisonsNoeud(etat, now).map((raison) =>
    raison.code === 'SERVICE' ? { ...raison, estBloquante: estMuet } : raison,
  );
  if (base.estJoignable) return noeud;
  const message = `La base de données est injoignable depuis le ${instantEnFrancais(new Date(base.depuis))} : ${base.cause ?? 'sans cause connue.'}`;
  return [{ code: 'BASE_INDISPONIBLE', message, estBloquante: false }, ...noeud];
}

/** For `?verbose`. */
export function detailsDe(etat: EtatNoeud | undefined): object {
  if (!etat) return {};
  const { noeud, depuis, services, etapes } = etat;
  const brefs = etapes.map(({ nom, prochaine, dernier, estEnCours }) => ({
    nom,
    prochaine: prochaine ?? null,
    dernier: dernier ? { issue: dernier.issue, fin: dernier.fin } : null,
    estEnCours,
  }));
  return { noeud, depuis, services, etapes: brefs };
}

/** None of them takes the node out of its balancer: it answers what it is asked. */
function raisonsNoeud({ services, etapes }: EtatNoeud, now: Date): RaisonEtat[] {
  const duService = services
    .filter(({ etat }) => etat !== 'pret')
    .map(({ nom, etat, raisons }) => ({
      code: 'SERVICE',
      message: `Service ${nom} : ${libelles[etat] ?? etat}${raisons.map((raison) => ` ; ${raison}`).join('')}`,
      estBloquante: false,
    }));
  const desEtapes = etapes.flatMap(({ nom, dernier, prochaine, estEnCours }): RaisonEtat[] => {
    if (estEnCours) return [];
    if (prochaine !== undefined && now.getTime() - Date.parse(prochaine) > retardMaxMs) {
      const message = `L’étape « ${nom} » devait passer le ${instantEnFrancais(new Date(prochaine))}.`;
      return [{ code: 'ETAPE_EN_RETARD', message, estBloquante: false }];
    }
    if (dernier?.issue !== 'echec' && dernier?.issue !== 'delai') return [];
    const message = `L’étape « ${nom} » a échoué le ${instantEnFrancais(new Date(dernier.fin))}.`;
    return [{ code: 'ETAPE_ECHOUEE', message, estBloquante: false }];
  });
  return [...duService, ...desEtapes];
}

const libelles: Readonly<Record<string, string>> = {
  demarrage: 'démarre',
  degrade: 'dégradé',
  arrete: 'arrêté',
};

const certificateFreshMs = 60_000;

/** Read at most once a minute: the file itself, so that a certificate renewed and not yet taken up is no alarm. */
export function createRaisonCertificat({ web }: Settings): (now: Date) => RaisonEtat[] {
  const { tls } = web;
  if (!tls) return () => [];
  let raisons: RaisonEtat[] = [];
  let readAtMs = -Infinity;
  return (now) => {
    if (performance.now() - readAtMs >= certificateFreshMs) {
      readAtMs = performance.now();
      raisons = raisonCertificat(tls.certificate, now);
    }
    return raisons;
  };
}

function raisonCertificat(path: string, now: Date): RaisonEtat[] {
  const until = expiryOf(path);
  if (!until || until > now) return [];
  return [
    {
      code: 'CERTIFICAT_EXPIRE',
      message: `Le certificat du serveur web a expiré le ${instantEnFrancais(until)} : renouvelez « web.tls.certificat », il sera repris sans redémarrage.`,
      estBloquante: false,
    },
  ];
}

/** Undefined: it cannot be read; the one in service stays, and the watch over it says so. */
function expiryOf(path: string): Date | undefined {
  try {
    return new Date(new X509Certificate(readFileSync(path)).validTo);
  } catch {
    return undefined;
  }
}
