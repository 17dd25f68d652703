import { operationOutcome, type Refus } from './refus.js';

export type Reponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly corps: string;
  /** What was really done, `insert adresse`… */
  readonly effets: readonly string[];
  /** Why it was refused, for the log. */
  readonly detail: string | undefined;
};

export const typeFhir = 'application/fhir+json; charset=utf-8';

export function enReponse(refus: Refus): Reponse {
  const { issue } = refus;
  return {
    status: refus.status,
    headers: { 'content-type': typeFhir, ...refus.headers },
    corps: JSON.stringify(operationOutcome(refus)),
    effets: [],
    detail: issue.diagnostics ?? issue.details.text,
  };
}

export function enFhir(corps: object, effets: readonly string[] = []): Reponse {
  return {
    status: 200,
    headers: { 'content-type': typeFhir },
    corps: JSON.stringify(corps),
    effets,
    detail: undefined,
  };
}
