// What SMTP and its connection say, as an administrator can act upon it (RFC 5321, section 4.2.1: 4yz later, 5yz never).
import { AppError, codeOf, messageOf } from '../errors.js';
import { tlsFault } from '../domain/tls-faults.js';
import type { Issue } from './reprise.js';
import type { SmtpSettings } from './settings.js';

/** Nothing can be sent now, whatever the mail. */
export class SmtpIndisponible extends AppError {
  /** True when a person must change something; false when a moment may be enough. */
  readonly isDurable: boolean;

  constructor(code: string, message: string, isDurable: boolean, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause });
    this.name = 'SmtpIndisponible';
    this.isDurable = isDurable;
  }
}

type SmtpError = Error & {
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
  readonly originalCode?: unknown;
};

function factsOf(error: unknown): {
  readonly status: number | undefined;
  readonly command: string;
  readonly answer: string;
} {
  const known: Partial<SmtpError> = error instanceof Error ? error : {};
  const { responseCode, response, command } = known;
  return {
    status: typeof responseCode === 'number' ? responseCode : undefined,
    command: typeof command === 'string' ? command : '',
    answer: typeof response === 'string' ? quoted(response) : '',
  };
}

const answerCharsMax = 300;

/** A server's words: one line, bounded, and nothing that a terminal would obey. */
function quoted(answer: string): string {
  return answer
    .replace(/[\p{Control}\p{Format}\s]+/gu, ' ')
    .trim()
    .slice(0, answerCharsMax);
}

/** How a message that failed is left; `isContentSent`: the server may have all of it. */
export function issueOf(error: unknown, isContentSent: boolean): Issue {
  const { status, command, answer } = factsOf(error);
  if (status === undefined) return describeEnd(connectionText(error), isContentSent);
  if (status === 530) {
    return {
      kind: 'indisponible',
      code: 'SMTP_AUTHENTIFICATION',
      message: `Le serveur de courriel demande une authentification (${answer}) : réglez « avis.smtp.utilisateur » et « motDePasse ».`,
    };
  }
  // 421: the service is closing; the content was not acknowledged, and the server says so.
  if (status < 500)
    return {
      kind: 'reporte',
      code: `SMTP_${status}`,
      message: `Reporté par le serveur : ${answer}.`,
    };
  const [code, what] = refusals.get(command) ?? refusalOther;
  return { kind: 'refuse', code, message: `${what} : ${answer}.` };
}

const refusalOther = ['MESSAGE_REFUSE', 'Le serveur de courriel refuse ce message'] as const;
const refusals = new Map<string, readonly [code: string, what: string]>([
  [
    'MAIL FROM',
    [
      'EXPEDITEUR_REFUSE',
      'Le serveur de courriel refuse l’expéditeur (réglage « avis.expediteur » ou « avis.domaines »)',
    ],
  ],
  ['RCPT TO', ['DESTINATAIRE_REFUSE', 'Le serveur de courriel refuse ce destinataire']],
]);

/** The connection ended without an answer. */
export function describeEnd(what: string, isContentSent: boolean): Issue {
  return isContentSent
    ? {
        kind: 'doute',
        code: 'ISSUE_INCONNUE',
        message: `Le courriel a été transmis en entier, puis ${what} : on ignore si le serveur l’a accepté.`,
      }
    : {
        kind: 'reporte',
        code: 'CONNEXION_PERDUE',
        message: `Rien n’a été accepté : ${what}.`,
      };
}

function connectionText(error: unknown): string {
  const code = networkCodeOf(error);
  return code === 'ETIMEDOUT'
    ? 'le serveur n’a pas répondu dans le délai'
    : `la connexion a été perdue (${code ?? quoted(messageOf(error))})`;
}

function networkCodeOf(error: unknown): string | undefined {
  const known: Partial<SmtpError> = error instanceof Error ? error : {};
  return typeof known.originalCode === 'string' ? known.originalCode : codeOf(error);
}

/** Why no session could be opened. */
export function indisponibleOf(
  error: unknown,
  settings: SmtpSettings,
  { isTooLong }: { readonly isTooLong: boolean },
): unknown {
  // A certificate of the settings that cannot be read.
  if (error instanceof AppError) return error;
  const where = `${settings.hote}:${settings.port}`;
  const durable = (code: string, text: string): SmtpIndisponible =>
    new SmtpIndisponible(code, `${where} : ${text}`, true, error);
  const passing = (code: string, text: string): SmtpIndisponible =>
    new SmtpIndisponible(code, `${where} : ${text}`, false, error);
  if (isTooLong) {
    return passing(
      'SMTP_DELAI',
      'pas de session dans le délai (réglage « avis.smtp.connexionSecondes »).',
    );
  }
  const { status, command, answer } = factsOf(error);
  if (command.startsWith('AUTH') || codeOf(error) === 'EAUTH')
    return authFault(status, answer, { durable, passing });
  const code = networkCodeOf(error) ?? '';
  const tls = tlsFault(code, where, settingNames, error);
  if (tls) return new SmtpIndisponible(tls.code, tls.message, true, error);
  if (codeOf(error) === 'ETLS' && status !== undefined) {
    return status < 500
      ? passing('SMTP_STARTTLS', `le serveur reporte STARTTLS (${answer}).`)
      : durable('SMTP_STARTTLS', `${sansStarttls} (${answer}).`);
  }
  if (status !== undefined) {
    return status < 500
      ? passing(`SMTP_${status}`, `le serveur reporte la connexion (${answer}).`)
      : durable(`SMTP_${status}`, `le serveur refuse la connexion (${answer}).`);
  }
  return passing(
    'SMTP_INJOIGNABLE',
    networkTexts.get(code) ?? `la connexion a échoué (${code || quoted(messageOf(error))}).`,
  );
}

const sansStarttls =
  'le serveur ne propose pas STARTTLS, et rien n’est envoyé en clair (EX_OPE_5010). Vérifiez « avis.smtp.port » et « chiffrement »';

const settingNames = {
  adresse: 'avis.smtp.hote',
  certificat: 'avis.smtp',
  autorite: 'avis.smtp.ca',
  secours: '',
  proxy: null,
};

type Makers = Readonly<
  Record<'durable' | 'passing', (code: string, text: string) => SmtpIndisponible>
>;

function authFault(
  status: number | undefined,
  answer: string,
  { durable, passing }: Makers,
): SmtpIndisponible {
  return status !== undefined && status < 500
    ? passing('SMTP_AUTHENTIFICATION', `l’authentification est reportée (${answer}).`)
    : durable(
        'SMTP_AUTHENTIFICATION',
        `l’authentification est refusée${answer === '' ? '' : ` (${answer})`}. Vérifiez « avis.smtp.utilisateur » et « motDePasse ».`,
      );
}

const networkTexts = new Map([
  ['ENOTFOUND', 'nom d’hôte inconnu. Vérifiez « avis.smtp.hote » et le DNS de cette machine.'],
  ['EAI_AGAIN', 'le DNS ne répond pas. Vérifiez le réseau de cette machine.'],
  ['ECONNREFUSED', 'connexion refusée. Vérifiez « avis.smtp.hote », « port » et le pare-feu.'],
  ['ECONNRESET', 'la connexion a été coupée.'],
  ['ETIMEDOUT', 'pas de réponse dans le délai. Vérifiez le pare-feu.'],
  ['EHOSTUNREACH', 'serveur injoignable. Vérifiez le réseau.'],
  ['ENETUNREACH', 'réseau injoignable. Vérifiez le réseau.'],
]);
