// Traces what a command does: what a person decides, and each run of the program, whatever came of it.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import type {
  ActionTracee,
  AuteurTrace,
  ContenuTrace,
  IssueTrace,
  NouvelleTrace,
  ObjetTrace,
  PosteTrace,
} from '../domain/trace.js';
import type { Pool } from '../db/pool.js';
import { findReadOnlyCause } from '../db/read-only.js';
import { messageOf, type ExitCode } from '../errors.js';
import { recordTrace } from '../store/journal.js';
import { authorOf } from './context.js';
import { correlationOf } from './correlation.js';
import { explainFault } from './known-fault.js';
import type { Surroundings } from './program.js';
import { annoncerIntention, tracerIntention } from './trace-intention.js';
import { programVersion } from './version.js';

export type ActionCommande = {
  readonly action: ActionTracee;
  readonly objets?: readonly ObjetTrace[];
  readonly requete?: ContenuTrace;
  /** Who decides, as he says; else the account of the system. Of a run, the program itself. */
  readonly auteur?: string;
  readonly genre?: 'personne' | 'programme';
};

/** What came of it, when the result alone tells. */
export type SuiteCommande = {
  readonly issue?: IssueTrace;
  readonly objets?: readonly ObjetTrace[];
  readonly reponse?: ContenuTrace;
};

type Acting = { readonly pool: Pool; readonly surroundings: Surroundings };

/**
 * `suiteOf` gives undefined when nothing was done. Runs `work` and traces it, in a transaction of its own that begins once the work is over; what is
 * about to change is announced before (trace-intention.ts). A failure is traced, then thrown; when even the trace cannot be written, the failure of
 * the work is the one to tell.
 */
export async function tracer<T>(
  acting: Acting,
  quoi: ActionCommande,
  work: () => Promise<T>,
  suiteOf: (result: T) => SuiteCommande | undefined,
): Promise<T> {
  const intention = await annoncerIntention(
    acting.pool,
    traceDe(acting.surroundings, quoi),
    acting.surroundings.now(),
  );
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const suite = suiteOfFault(error, acting.surroundings);
    await record(acting, quoi, suite, intention).catch(() => undefined);
    throw error;
  }
  await record(acting, quoi, suiteOf(result), intention);
  return result;
}

/** A reading of personal data in bulk. A node, or an account, that only reads cannot trace it: it is said where the reader stands. */
export async function tracerLecture<T>(
  acting: Acting,
  quoi: ActionCommande,
  work: () => Promise<T>,
  suiteOf: (result: T) => SuiteCommande,
): Promise<T> {
  const cause = await findReadOnlyCause(acting.pool, false);
  if (cause === undefined) return tracer(acting, quoi, work, suiteOf);
  acting.surroundings.err.write(
    'Lecture faite sur un nœud en lecture seule : elle n’est pas dans le journal.\n',
  );
  return work();
}

/** A list of people or of their mailboxes, as it is shown: what was asked for, and how many lines it gave. */
export function tracerListe<T>(
  acting: Acting,
  requete: ContenuTrace & { readonly liste: string },
  work: () => Promise<T>,
  countOf: (result: T) => number,
): Promise<T> {
  return tracerLecture(acting, { action: 'consultation', requete }, work, (result) => ({
    reponse: { lignes: countOf(result) },
  }));
}

async function record(
  { pool, surroundings }: Acting,
  quoi: ActionCommande,
  suite: SuiteCommande | undefined,
  intention: string | undefined,
): Promise<void> {
  const trace = suite && {
    ...traceDe(surroundings, quoi),
    issue: suite.issue ?? 'reussite',
    objets: [...(quoi.objets ?? []), ...(suite.objets ?? [])],
    reponse: suite.reponse,
  };
  const now = surroundings.now();
  if (intention !== undefined) await tracerIntention(pool, intention, trace, now);
  else if (trace) await recordTrace(pool, trace, now);
}

function traceDe(
  surroundings: Surroundings,
  { action, objets = [], requete, auteur, genre = 'personne' }: ActionCommande,
): Omit<NouvelleTrace, 'issue' | 'reponse'> {
  const compte = authorOf(surroundings);
  const id = auteur ?? compte;
  const isProgram = genre === 'programme';
  const lancePar = isProgram || id !== compte ? { compte } : {};
  return {
    action,
    auteur: isProgram
      ? { genre, id: 'annuaire-sync', nom: `annuaire-sync ${programVersion}` }
      : { genre, id },
    objets,
    poste: { adresse: posteAdresse(surroundings), agent },
    requete: { ...requete, ...lancePar },
    correlation,
  };
}

const agent = `annuaire-sync ${programVersion} (Node.js ${process.version}, ${process.platform})`;

/** Who acts on this machine, and from where: for a stage that writes its own trace, in its own transaction. */
export function acteLocal(surroundings: Surroundings): {
  readonly auteur: AuteurTrace;
  readonly poste: PosteTrace;
  readonly correlation: string;
} {
  const nom = authorOf(surroundings);
  return {
    auteur: { genre: 'personne', id: nom, nom },
    poste: { adresse: posteAdresse(surroundings), agent },
    correlation,
  };
}

/** One run of the program, or one that a daemon gave it: all that it traces, and logs, is found together. */
const correlation = correlationOf(process.env) ?? randomUUID();

/** Where the person is when he came by SSH, else the machine. */
function posteAdresse({ env }: Surroundings): string {
  const [distant = ''] = (env['SSH_CONNECTION'] ?? env['SSH_CLIENT'] ?? '').split(' ');
  return isIP(distant) === 0 ? hostname() : distant;
}

/** As the command line will tell it. */
function suiteOfFault(error: unknown, { signal }: Surroundings): SuiteCommande {
  if (signal.aborted) return { issue: 'echec', reponse: { faute: 'INTERROMPU' } };
  const known = explainFault(error);
  return {
    issue: issueOf(known?.exitCode ?? 1),
    reponse: { faute: known?.code ?? 'ERREUR_INATTENDUE', message: messageOf(known ?? error) },
  };
}

/** Of several results, as the exit code of the command. */
export function issueOf(code: 0 | ExitCode): IssueTrace {
  return code === 0 ? 'reussite' : code === 3 ? 'refus' : 'echec';
}
