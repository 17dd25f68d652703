// From what HTTP gave to what the pusher acts on: one place decides what a status means.
import type { Porteur } from '../domain/feed-operation.js';
import type { Exchange, Rejected, Unavailable } from './feed-client.js';
import { outcomeTextOf } from './fhir-resource.js';
import type { HttpAnswer, HttpFault, HttpReply } from './http-call.js';
import type { Redactor } from './redactor.js';
import { retryAfterOf } from './retry-after.js';

export type Asked = {
  /** A read changes nothing: its outcome is never in doubt. */
  readonly isWrite: boolean;
  /** French, e.g. « RPPS 10000000001 ». */
  readonly porteur: string;
  readonly exchange: Exchange;
  readonly now: Date;
  readonly redact: Redactor;
};

/** For messages. */
export function describePorteur(porteur: Porteur): string {
  switch (porteur.kind) {
    case 'professionnel':
      return `le professionnel RPPS ${porteur.rpps}`;
    case 'situation':
      return `le professionnel RPPS ${porteur.rpps} dans la structure ${porteur.structure}`;
    case 'structure':
      return `la structure ${porteur.structure}`;
    case 'a-rechercher':
      return `le porteur de ${porteur.adresse}`;
  }
}

/** undefined for 200: it remains to be read. */
export function faultAnswer(reply: HttpReply, asked: Asked): Rejected | Unavailable | undefined {
  if (reply.kind === 'failure') {
    return unavailable(asked, reply, { isOutcomeUnknown: asked.isWrite && reply.isSent });
  }
  if (reply.status === 200) {
    if (!reply.bodyFault) return undefined;
    const message = `L'API de l'ANS a répondu 200, mais sa réponse n'a pas pu être lue : ${reply.bodyFault.message}`;
    return unavailable(asked, { cause: reply.bodyFault.cause, message });
  }
  return transientAnswer(reply, asked) ?? rejectedAnswer(reply, asked);
}

/** An answer that says neither yes nor no. */
export function invalidAnswer(asked: Asked, what: string): Unavailable {
  const doubt = asked.isWrite
    ? 'On ne sait pas si la demande a été faite : elle sera vérifiée par une lecture. Si cela dure, v'
    : 'V';
  return unavailable(asked, {
    cause: 'invalid-answer',
    message: `La réponse de l'API de l'ANS est inutilisable : ${what}. ${doubt}érifiez « alimentation.url » et « reseau.proxy ».`,
  });
}

function unavailable(
  asked: Asked,
  { cause, message }: Pick<Unavailable, 'cause' | 'message'> | HttpFault,
  more: { isOutcomeUnknown?: boolean; retryAfterMs?: number | undefined } = {},
): Unavailable {
  return {
    kind: 'unavailable',
    exchange: asked.exchange,
    cause,
    retryAfterMs: more.retryAfterMs,
    isOutcomeUnknown: more.isOutcomeUnknown ?? asked.isWrite,
    message,
  };
}

/**
 * 429: not carried out. The gateway's own (502, 503, 504, 408): the API behind it may have done the work. 409, 423, 425: two
 * changes of one carrier met; who sends it again may succeed, and an insert is read back first.
 */
function transientAnswer(reply: HttpAnswer, asked: Asked): Unavailable | undefined {
  const retryAfterMs = retryAfterOf(reply, asked.now);
  const http = httpText(reply, asked.redact);
  switch (reply.status) {
    case 429: {
      const message = `L'ANS demande de ralentir (${http}). Si cela dure, baissez « alimentation.appelsParSeconde ».`;
      return unavailable(
        asked,
        { cause: 'throttled', message },
        { isOutcomeUnknown: false, retryAfterMs },
      );
    }
    case 408:
    case 502:
    case 503:
    case 504: {
      const message = `L'API de l'ANS est momentanément indisponible (${http}).`;
      return unavailable(asked, { cause: 'gateway', message }, { retryAfterMs });
    }
    case 409:
    case 423:
    case 425: {
      const message = `L'ANS traite déjà une autre demande pour ${asked.porteur} (${http}).`;
      return unavailable(asked, { cause: 'gateway', message }, { retryAfterMs });
    }
    default:
      return undefined;
  }
}

function rejectedAnswer(reply: HttpAnswer, asked: Asked): Rejected | Unavailable {
  const { status } = reply;
  const http = httpText(reply, asked.redact);
  const rejected = (cause: Rejected['cause'], message: string): Rejected => ({
    kind: 'rejected',
    exchange: asked.exchange,
    cause,
    message,
  });
  if (status < 300) return invalidAnswer(asked, `200 attendu, et non ${http}`);
  if (status < 400) {
    return rejected(
      'redirect',
      `L'adresse répond par une redirection${redirectTarget(reply)} (${http}), qui n'est jamais suivie : la clé irait ailleurs. Vérifiez « alimentation.url » auprès de l'ANS.`,
    );
  }
  switch (status) {
    case 401:
      return rejected(
        'unauthorized',
        `L'API de l'ANS ne nous reconnaît pas (${http}). Vérifiez « alimentation.cleApi », et « alimentation.oauth2 » s'il est demandé.`,
      );
    case 403:
      return rejected(
        'unauthorized',
        `L'API de l'ANS nous interdit cette demande (${http}). Vérifiez auprès de l'ANS que la clé, et le certificat de « alimentation.tls » s'il en faut un, sont habilités pour ce domaine.`,
      );
    case 404:
      return rejected('not-found', notFoundText(asked, http));
    case 412:
      return rejected(
        'ambiguous',
        `Plusieurs fiches de l'ANS correspondent à ${asked.porteur} (${http}) : elle ne peut pas choisir. Réglez « alimentation.dialecte » (cleSituation, cleStructure), ou signalez-le à l'ANS.`,
      );
    case 422:
      return rejected(
        'unprocessable',
        `L'ANS refuse ces données pour ${asked.porteur} (${http}). Corrigez l'inventaire, puis relancez le rapprochement.`,
      );
    default:
      return status >= 500
        ? rejected(
            'server-error',
            `L'API de l'ANS a échoué (${http}). Si cela dure, signalez-le à l'ANS.`,
          )
        : rejected(
            'bad-request',
            `L'API de l'ANS refuse la forme de la demande (${http}). Vérifiez « alimentation.url » et « alimentation.dialecte », puis signalez-le.`,
          );
  }
}

function notFoundText({ porteur, isWrite }: Asked, http: string): string {
  return isWrite
    ? `L'ANS ne connaît pas ${porteur} (${http}). Vérifiez son identifiant dans l'inventaire ; s'il est juste, attendez que l'ANS l'enregistre.`
    : `L'API de lecture ne connaît pas cette adresse (${http}). Vérifiez « alimentation.lectureUrl ».`;
}

function redirectTarget(reply: HttpAnswer): string {
  const location = reply.header('location');
  if (location === undefined || !URL.canParse(location)) return '';
  return ` vers ${new URL(location).host}`;
}

function httpText(reply: HttpAnswer, redact: Redactor): string {
  const said = outcomeTextOf(jsonOf(reply), redact);
  return said === undefined ? `HTTP ${reply.status}` : `HTTP ${reply.status} : ${said}`;
}

/** undefined when the body is no JSON. */
export function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** FHIR's own type, or plain JSON: gateways write either. */
export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/([a-z0-9.-]+\+)?json(\+fhir)?\s*(;|$)/i.test(contentType ?? '');
}
