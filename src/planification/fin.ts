// What a command said at its end, as the end of a run: pure.
import type { IssuePassage } from '../domain/etat-noeud.js';

export type SortieCommande = {
  readonly exitCode: number;
  /** Its standard output under `--json`; may be cut. */
  readonly json: string;
  readonly isOverLimit: boolean;
  readonly isInterrupted: boolean;
  readonly limiteMinutes: number;
};

export type Fin = {
  readonly issue: IssuePassage;
  readonly code: string | undefined;
  /** French. */
  readonly message: string;
  readonly exitCode: number;
};

/** A command that ended well although it was asked to stop did all that it had to. */
export function finOf(sortie: SortieCommande): Fin {
  const { exitCode, isOverLimit, isInterrupted, limiteMinutes } = sortie;
  if (exitCode === 0) {
    return { issue: 'reussite', code: undefined, message: 'Terminée.', exitCode };
  }
  if (isOverLimit) {
    const message = `Arrêtée : plus longue que ${limiteMinutes} min (« planification.dureeMaxMinutes »). Ce qui était en cours est annulé.`;
    return { issue: 'delai', code: 'DUREE_DEPASSEE', message, exitCode };
  }
  if (isInterrupted) {
    const message = 'Arrêtée avec son nœud ; elle sera reprise.';
    return { issue: 'interrompu', code: 'INTERROMPU', message, exitCode };
  }
  const said = fautesDe(sortie.json);
  const code = said[0]?.code;
  // A guard wants a decision; a node that is not fit for the run leaves it to a later try, on whichever node.
  const estRefus = exitCode === 3 && !(code !== undefined && codesDuNoeud.has(code));
  return {
    issue: estRefus ? 'refus' : 'echec',
    code,
    message: said.map(({ message }) => message).join(' ') || `Échec (code de sortie ${exitCode}).`,
    exitCode,
  };
}

/** Refusals that say nothing of the data: another node, or this one a little later, may do the run. */
const codesDuNoeud: ReadonlySet<string> = new Set(['HORLOGE_FAUSSE', 'SCHEMA_NEWER']);

type Faute = { readonly code: string | undefined; readonly message: string };

const fautesMax = 3;

/** Wherever the command put them: each has a text `message`, most have a `code`. */
function fautesDe(json: string): readonly Faute[] {
  const found: Faute[] = [];
  for (const line of json.split('\n')) collect(parsed(line), found, 0);
  return found.slice(0, fautesMax);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function collect(value: unknown, found: Faute[], depth: number): void {
  if (found.length >= fautesMax || depth > 5 || typeof value !== 'object' || value === null) return;
  const message: unknown = Reflect.get(value, 'message');
  const code: unknown = Reflect.get(value, 'code');
  if (typeof message === 'string' && message !== '') {
    found.push({ code: typeof code === 'string' ? code : undefined, message });
    return;
  }
  for (const inner of Object.values(value)) collect(inner, found, depth + 1);
}
