// Refusals as the API tells them: OperationOutcome, with the texts of the draft's error examples and of its open correction.

export type Refus = {
  readonly kind: 'refus';
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

function refus(status: number, code: string, details: Issue['details'], precision?: string): Refus {
  const issue = { severity: 'error' as const, code, details };
  return {
    kind: 'refus',
    status,
    issue: precision === undefined ? issue : { ...issue, diagnostics: precision },
  };
}

export function malForme(precision: string): Refus {
  const details = {
    ...coded('MSG_BAD_FORMAT', 'Bad Syntax: "%s" must be a %s'),
    text: "Le format d'entrée du FHIR est invalide",
  };
  return refus(400, 'structure', details, precision);
}

export function cheminInvalide(precision: string): Refus {
  const details = {
    ...coded('MSG_BAD_SYNTAX', 'Bad Syntax in %s'),
    text: "L'expression FHIRPath n'est pas de celles que l'API accepte",
  };
  return refus(400, 'structure', details, precision);
}

export function nonAuthentifie(): Refus {
  return refus(401, 'security', { text: 'Authentification requise' });
}

export function introuvable(precision: string): Refus {
  const details = {
    ...coded('MSG_NO_EXIST', "La ressource avec l'Id %s n'existe pas"),
    text: 'Ressource introuvable',
  };
  return refus(404, 'not-found', details, precision);
}

export function methodeInterdite(allow: string): Refus {
  const details = { text: 'Méthode non prise en charge ici' };
  return { ...refus(405, 'not-supported', details), headers: { allow } };
}

export function ambigu(precision: string): Refus {
  const details = {
    ...coded(
      'SEARCH_MULTIPLE',
      'Erreur : Plusieurs correspondances existent pour ce paramètre de recherche %s',
    ),
    text: 'Multiple matches found for conditional PATCH — 0 or 1 match required, but the search returned more than one result.\n',
  };
  return refus(412, 'conflict', details, precision);
}

export function tropGros(octetsMax: number): Refus {
  return refus(413, 'too-long', { text: `Corps de plus de ${octetsMax} octets` });
}

export function typeNonPrisEnCharge(): Refus {
  const text = 'Content-Type attendu : application/fhir+json';
  return refus(415, 'not-supported', { text });
}

export function dejaPortee(adresse: string): Refus {
  const details = {
    ...coded('MSG_PARAM_NO_REPEAT', 'Parameter "%s" is not allowed to repeat'),
    text: `L'adresse mail ${adresse} existe déjà pour le professionnel`,
  };
  return refus(422, 'conflict', details);
}

/** What is well formed and cannot be done (RFC 5789 section 2.2, « unprocessable request »). */
export function inapplicable(text: string): Refus {
  return refus(422, 'business-rule', { text });
}

export function tropDeRequetes(retryAfterSeconds: number | undefined): Refus {
  const refused = refus(429, 'throttled', { text: 'Trop de requêtes' });
  if (retryAfterSeconds === undefined) return refused;
  return { ...refused, headers: { 'retry-after': String(retryAfterSeconds) } };
}

export function erreurServeur(): Refus {
  return {
    kind: 'refus',
    status: 500,
    issue: {
      severity: 'fatal',
      code: 'exception',
      details: { text: 'Erreur serveur inattendue.' },
    },
  };
}

export function operationOutcome({ issue }: Refus): object {
  return { resourceType: 'OperationOutcome', issue: [issue] };
}

export function isRefus(value: object): value is Refus {
  return 'kind' in value && value.kind === 'refus';
}
