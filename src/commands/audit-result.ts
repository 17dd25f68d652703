// Traces as an administrator reads them in a terminal.
import { libelleAction, libellesIssue, type Trace } from '../domain/trace.js';

export function describeTraces(traces: readonly Trace[]): string {
  if (traces.length === 0) return 'Aucune trace ne répond à ce choix.';
  return traces.map(describeLine).join('\n');
}

function describeLine({ sequence, at, action, issue, contenu }: Trace): string {
  const { auteur, objets = [] } = contenu ?? {};
  const qui = auteur === undefined ? 'contenu effacé' : (auteur.nom ?? auteur.id);
  const quoi = objets.slice(0, 3).map(({ genre, id }) => `${genre} ${id}`);
  const reste = objets.length > 3 ? ` et ${objets.length - 3} autres` : '';
  const fin = issue === 'reussite' ? '' : ` : ${libellesIssue[issue]}`;
  const sur = quoi.length === 0 ? '' : `, ${quoi.join(', ')}${reste}`;
  return `${String(sequence).padStart(8)}  ${instant(at)}  ${libelleAction(action)}${fin} ; ${qui}${sur}`;
}

export function describeTrace({ sequence, at, action, issue, contenu, effaceeLe }: Trace): string {
  const head = [
    `Trace ${sequence}, ${instant(at)} : ${libelleAction(action)} (${action}), ${libellesIssue[issue]}`,
  ];
  if (!contenu) {
    const quand = effaceeLe === undefined ? '' : ` le ${instant(effaceeLe)}`;
    return [...head, `  Contenu effacé à terme${quand}.`].join('\n');
  }
  const { auteur, objets, poste, requete, reponse, correlation } = contenu;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['auteur', `${auteur.genre} ${auteur.id}${auteur.nom === undefined ? '' : ` (${auteur.nom})`}`],
    ['objets', objets.map(({ genre, id }) => `${genre} ${id}`).join(', ')],
    ['adresse', poste.adresse],
    ['agent', poste.agent],
    ['requête', requete && JSON.stringify(requete)],
    ['réponse', reponse && JSON.stringify(reponse)],
    ['corrélation', correlation],
  ];
  return [
    ...head,
    ...rows.flatMap(([label, value]) =>
      value === undefined || value === '' ? [] : [`  ${label.padEnd(12)}${value}`],
    ),
  ].join('\n');
}

/** To the second, which formatDate does not tell. */
function instant(at: Date): string {
  return at.toLocaleString('fr-FR', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: 'Europe/Paris',
  });
}
