// One check of `doctor`: what it looks at, what it found, what to do about it.
import { AppError, messageOf } from '../errors.js';

/** `bon`: nothing to do; `attention`: it works, and will not for ever; `faute`: it does not work. */
export type EtatControle = 'bon' | 'attention' | 'faute';

export type Constatation = {
  readonly etat: EtatControle;
  /** French, a sentence without its full stop. */
  readonly texte: string;
  /** French, what to do; empty when there is nothing to do. */
  readonly remede: string;
};

export const rubriquesDiagnostic = [
  'Réglages',
  'Machine',
  'Base de données',
  'Certificats',
  'Écoute',
  'Réseau',
  'Exploitation',
] as const;
export type RubriqueDiagnostic = (typeof rubriquesDiagnostic)[number];

export type Controle = {
  readonly rubrique: RubriqueDiagnostic;
  /** Stable, for programs: `source.bals`. */
  readonly code: string;
  /** French, what is looked at. */
  readonly nom: string;
  /** Goes beyond this machine: left out by --hors-ligne. */
  readonly estReseau?: boolean;
  /** Throws AppError for what it found in French words already. */
  readonly verifier: (signal: AbortSignal) => Promise<readonly Constatation[]>;
};

export type ResultatControle = Pick<Controle, 'rubrique' | 'code' | 'nom'> & {
  readonly constatations: readonly Constatation[];
};

export type ExecutionOptions = {
  /** For each of them. */
  readonly delaiMs: number;
  readonly signal: AbortSignal;
};

/** All at once, in the order given; one that throws or takes too long is a fault, and keeps nobody waiting. */
export function executer(
  controles: readonly Controle[],
  options: ExecutionOptions,
): Promise<ResultatControle[]> {
  return Promise.all(
    controles.map(async (controle) => {
      const { rubrique, code, nom } = controle;
      return { rubrique, code, nom, constatations: await tenter(controle, options) };
    }),
  );
}

async function tenter(
  { verifier }: Controle,
  { delaiMs, signal }: ExecutionOptions,
): Promise<readonly Constatation[]> {
  const limite = new AbortController();
  const own = AbortSignal.any([signal, limite.signal]);
  let timer: NodeJS.Timeout | undefined;
  const tropLong = new Promise<readonly Constatation[]>((resolve) => {
    timer = setTimeout(() => {
      limite.abort();
      resolve([
        faute(
          `pas de réponse en ${delaiMs / 1_000} s`,
          'Vérifiez l’adresse, le pare-feu et le réseau.',
        ),
      ]);
    }, delaiMs);
  });
  try {
    const work = verifier(own);
    work.catch(() => undefined);
    return await Promise.race([work, tropLong]);
  } catch (error) {
    return [faute(phraseDe(error), remedeDe(error))];
  } finally {
    clearTimeout(timer);
  }
}

/** A message of ours says what to do already. */
function phraseDe(error: unknown): string {
  return messageOf(error)
    .replace(/\s*\n\s*/gu, ' ')
    .replace(/\.$/u, '');
}

function remedeDe(error: unknown): string {
  return error instanceof AppError ? '' : 'Ce contrôle a échoué lui-même : signalez-le.';
}

export function bon(texte: string): Constatation {
  return { etat: 'bon', texte, remede: '' };
}

export function attention(texte: string, remede: string): Constatation {
  return { etat: 'attention', texte, remede };
}

export function faute(texte: string, remede: string): Constatation {
  return { etat: 'faute', texte, remede };
}
