// How a sign-in ends without anybody signed in. The words for the journal are made here; those for the person, in messages.ts.
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { AppError, codeOf, messageOf } from '../../errors.js';
import type { FournisseurSettings, MethodeClient } from './settings.js';

export type MotifRefus =
  /** He gave up, or the provider would not have him. */
  | 'annule'
  /** Not begun by this browser, or already used. */
  | 'etat'
  /** Begun too long ago. */
  | 'delai'
  /** Answered by another provider than the one asked. */
  | 'emetteur'
  /** The level of authentication is not accepted. */
  | 'niveau'
  /** userinfo tells of somebody else than the id_token. */
  | 'sujet'
  /** The code was refused: old, or used before. */
  | 'code'
  /** The answer or its token does not hold. */
  | 'reponse';

/** `detail` is French, for the journal, and never shown to the person. */
export type Refus = {
  readonly kind: 'refuse';
  readonly motif: MotifRefus;
  readonly detail: string;
};
export type Indisponible = { readonly kind: 'indisponible'; readonly detail: string };

/** Translates what the library or the network threw; a fault of ours is thrown on. */
export function issueOfFault(error: unknown, settings: FournisseurSettings): Refus | Indisponible {
  const { nom } = settings;
  const chain = causesOf(error);
  const ours = chain.find((cause) => cause instanceof AppError);
  if (ours) return { kind: 'indisponible', detail: ours.message };
  if (error instanceof AuthorizationResponseError) return issueOfAnswer(error, nom);
  if (error instanceof ResponseBodyError) return issueOfTokenError(error, settings);
  const answered = chain.find((cause) => cause instanceof Response);
  if (answered && (answered.status >= 500 || answered.status === 429)) {
    return { kind: 'indisponible', detail: `${nom} a répondu ${answered.status}.` };
  }
  const code = codeOf(error);
  if (code !== undefined && unreadable.has(code)) {
    return { kind: 'indisponible', detail: `${nom} a donné une réponse illisible (${code}).` };
  }
  if (code === 'OAUTH_TIMEOUT') {
    return { kind: 'indisponible', detail: `${nom} n’a pas répondu dans le délai.` };
  }
  if (code === undefined && !(error instanceof ClientError)) throw error;
  return { kind: 'refuse', motif: 'reponse', detail: detailOf(nom, chain) };
}

const unreadable: ReadonlySet<string> = new Set([
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What the provider says by the browser: anybody can write it, so it is quoted by its code only. */
function issueOfAnswer(error: AuthorizationResponseError, nom: string): Refus | Indisponible {
  const said = plain(error.error);
  if (said === 'access_denied') {
    return { kind: 'refuse', motif: 'annule', detail: `${nom} : connexion annulée.` };
  }
  if (said === 'server_error' || said === 'temporarily_unavailable') {
    return { kind: 'indisponible', detail: `${nom} se dit indisponible (${said}).` };
  }
  return { kind: 'refuse', motif: 'reponse', detail: `${nom} a refusé la demande (${said}).` };
}

function issueOfTokenError(
  { error, status }: ResponseBodyError,
  { nom, reglage, methode }: FournisseurSettings,
): Refus | Indisponible {
  const said = plain(error);
  if (said === 'invalid_grant') {
    return {
      kind: 'refuse',
      motif: 'code',
      detail: `${nom} a refusé le code : trop ancien, ou déjà utilisé.`,
    };
  }
  const isClient = ['invalid_client', 'unauthorized_client'].includes(said);
  const remedy = isClient
    ? ` : vérifiez « ${reglage}.clientId », « ${reglage}.methode » et ${preuves[methode.genre]}`
    : '';
  return {
    kind: 'indisponible',
    detail: `${nom} a refusé l’échange du code (${said}, statut ${status})${remedy}.`,
  };
}

/** What a client proves itself by. */
const preuves: Readonly<Record<MethodeClient['genre'], string>> = {
  basic: 'son secret',
  post: 'son secret',
  jwt: 'la clé qui signe, dont la clé publique est déclarée là-bas',
  tls: 'le certificat client, qui doit être celui qui est déclaré là-bas',
};

/** The library's words, in English, say which claim and why. */
function detailOf(nom: string, chain: readonly unknown[]): string {
  const said = chain
    .filter((cause) => cause instanceof Error)
    .map((cause) => plain(messageOf(cause)))
    .join(' ; ');
  return `La réponse de ${nom} n’est pas recevable (${said.slice(0, 300)}).`;
}

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause !== undefined && chain.length < causesMax;) {
    chain.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return chain;
}

const causesMax = 10;

/** Fit for a line of a journal, whoever wrote it. */
function plain(text: string): string {
  return text.replace(/[^\p{Letter}\p{Number} _.,:;"'()/-]/gu, ' ').slice(0, 200);
}
