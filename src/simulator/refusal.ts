// Refusals as the API tells them: OperationOutcome, with the texts of the draft's error examples and of its open correction.

export type Refusal = {
  readonly kind: 'refusal';
  readonly status: number;
  readonly issue: Issue;
  readonly headers?: Readonly<Record<string, string>>;
};

type Issue = {
  readonly severity: 'error' | 'fatal';
  /** https://hl7.org/fhir/r4/valueset-issue-type.html */
  readonly code: string;
  readonly details: {
    readonly coding?: readonly { system: string; code: string; display: string }[];
    readonly text: string;
  };
  readonly diagnostics?: string;
};

const system = 'http://hl7.org/fhir/operation-outcome';

function coded(code: string, display: string): { coding: Issue['details']['coding'] & object } {
  return { coding: [{ system, code, display }] };
}

function refusal(
  status: number,
  code: string,
  details: Issue['details'],
  detail?: string,
): Refusal {
  const issue = { severity: 'error' as const, code, details };
  return {
    kind: 'refusal',
    status,
    issue: detail === undefined ? issue : { ...issue, diagnostics: detail },
  };
}

export function malformed(detail: string): Refusal {
  const details = {
    ...coded('MSG_BAD_FORMAT', 'Bad Syntax: "%s" must be a %s'),
    text: "Le format d'entrée du FHIR est invalide",
  };
  return refusal(400, 'structure', details, detail);
}

export function invalidPath(detail: string): Refusal {
  const details = {
    ...coded('MSG_BAD_SYNTAX', 'Bad Syntax in %s'),
    text: "L'expression FHIRPath n'est pas de celles que l'API accepte",
  };
  return refusal(400, 'structure', details, detail);
}

export function unauthenticated(): Refusal {
  return refusal(401, 'security', { text: 'Authentification requise' });
}

export function notFound(detail: string): Refusal {
  const details = {
    ...coded('MSG_NO_EXIST', "La ressource avec l'Id %s n'existe pas"),
    text: 'Ressource introuvable',
  };
  return refusal(404, 'not-found', details, detail);
}

export function methodNotAllowed(allow: string): Refusal {
  const details = { text: 'Méthode non prise en charge ici' };
  return { ...refusal(405, 'not-supported', details), headers: { allow } };
}

export function ambiguous(detail: string): Refusal {
  const details = {
    ...coded(
      'SEARCH_MULTIPLE',
      'Erreur : Plusieurs correspondances existent pour ce paramètre de recherche %s',
    ),
    text: 'Multiple matches found for conditional PATCH — 0 or 1 match required, but the search returned more than one result.\n',
  };
  return refusal(412, 'conflict', details, detail);
}

export function tooLarge(bytesMax: number): Refusal {
  return refusal(413, 'too-long', { text: `Corps de plus de ${bytesMax} octets` });
}

export function unsupportedType(): Refusal {
  const text = 'Content-Type attendu : application/fhir+json';
  return refusal(415, 'not-supported', { text });
}

export function alreadyCarried(adresse: string): Refusal {
  const details = {
    ...coded('MSG_PARAM_NO_REPEAT', 'Parameter "%s" is not allowed to repeat'),
    text: `L'adresse mail ${adresse} existe déjà pour le professionnel`,
  };
  return refusal(422, 'conflict', details);
}

/** What is well formed and cannot be done (RFC 5789 section 2.2, « unprocessable request »). */
export function unprocessable(text: string): Refusal {
  return refusal(422, 'business-rule', { text });
}

export function tooManyRequests(retryAfterSeconds: number | undefined): Refusal {
  const refused = refusal(429, 'throttled', { text: 'Trop de requêtes' });
  if (retryAfterSeconds === undefined) return refused;
  return { ...refused, headers: { 'retry-after': String(retryAfterSeconds) } };
}

export function serverError(): Refusal {
  return {
    kind: 'refusal',
    status: 500,
    issue: {
      severity: 'fatal',
      code: 'exception',
      details: { text: 'Erreur serveur inattendue.' },
    },
  };
}

export function operationOutcome({ issue }: Refusal): object {
  return { resourceType: 'OperationOutcome', issue: [issue] };
}

export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refusal';
}
