import { operationOutcome, type Refusal } from './refusal.js';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was really done, `insert adresse`… */
  readonly effects: readonly string[];
  /** Why it was refused, for the log. */
  readonly detail: string | undefined;
};

const fhirType = 'application/fhir+json; charset=utf-8';

export function toAnswer(refusal: Refusal): Answer {
  const { issue } = refusal;
  return {
    status: refusal.status,
    headers: { 'content-type': fhirType, ...refusal.headers },
    body: JSON.stringify(operationOutcome(refusal)),
    effects: [],
    detail: issue.diagnostics ?? issue.details.text,
  };
}

export function fhirAnswer(body: object, effects: readonly string[] = []): Answer {
  return {
    status: 200,
    headers: { 'content-type': fhirType },
    body: JSON.stringify(body),
    effects,
    detail: undefined,
  };
}
