// The state of a node on one line, for `systemctl status`.
import type { EtatNoeud } from '../domain/etat-noeud.js';

export function resumeEtat({ services, etapes, base }: EtatNoeud): string {
  const ready = services.filter(({ etat }) => etat === 'pret').length;
  const running = etapes.filter(({ estEnCours }) => estEnCours).map(({ nom }) => nom);
  const failed = etapes.filter(({ dernier }) => dernier && dernier.issue !== 'reussite');
  return [
    ...(services.length > 0 ? [`services prêts : ${ready}/${services.length}`] : []),
    base.estJoignable ? 'base joignable' : `base injoignable depuis ${base.depuis}`,
    ...(running.length > 0 ? [`en cours : ${running.join(', ')}`] : []),
    ...(failed.length > 0 ? [`à voir : ${failed.map(({ nom }) => nom).join(', ')}`] : []),
  ].join(' · ');
}
