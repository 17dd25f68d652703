// What the ANS answers: resources and search pages, read whatever the dialect they are written in.
import { z } from 'zod';
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { BalLue } from '../domain/feed-operation.js';
import type { Identifier } from './carrier.js';
import { emailTypeUrl, metadataUrl, mssanteCode } from './fhir-names.js';
import type { Redactor } from './redactor.js';

const text = z.string().optional();
const coding = z.object({ system: text, code: text });

const subExtension = z.object({
  url: z.string(),
  valueCode: text,
  valueString: text,
  valueBoolean: z.boolean().optional(),
  valueCoding: coding.optional(),
  valueCodeableConcept: z.object({ coding: z.array(coding).optional() }).optional(),
});
/** Two levels, as the profile has: a deeper one is not followed. */
const extension = subExtension.extend({ extension: z.array(subExtension).optional() });

const contactPoint = z.object({
  system: text,
  value: text,
  rank: z.number().optional(),
  extension: z.array(extension).optional(),
});

const identifier = z.object({ system: text, value: text });
const reference = z.object({ reference: text, identifier: identifier.optional() });

const resourceSchema = z.object({
  resourceType: z.string(),
  // R4, datatype id.
  id: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,64}$/)
    .optional(),
  active: z.boolean().optional(),
  identifier: z.array(identifier).optional(),
  telecom: z.array(contactPoint).optional(),
  practitioner: reference.optional(),
  organization: reference.optional(),
});

type RawResource = z.infer<typeof resourceSchema>;

export type Resource = {
  readonly resourceType: string;
  readonly id: string | undefined;
  /** False: deleted, only the identifiers are kept. */
  readonly isActive: boolean;
  readonly identifiers: readonly Identifier[];
  readonly bals: readonly BalLue[];
  /** Every e-mail, as it is written: paths of a PATCH are exact. */
  readonly emails: readonly string[];
  /** Of a PractitionerRole. */
  readonly practitioner: Reference | undefined;
  readonly organization: Reference | undefined;
};

/** `id`: of a literal reference (`Practitioner/12`, alone or at the end of a URL). */
export type Reference = {
  readonly id: string | undefined;
  readonly identifiers: readonly Identifier[];
};

/** undefined: not a FHIR resource as we know them. */
export function parseResource(json: unknown): Resource | undefined {
  const parsed = resourceSchema.safeParse(json);
  return parsed.success ? resourceOf(parsed.data) : undefined;
}

function resourceOf(raw: RawResource): Resource {
  return {
    resourceType: raw.resourceType,
    id: raw.id,
    isActive: raw.active !== false,
    identifiers: (raw.identifier ?? []).flatMap(identifierOf),
    bals: (raw.telecom ?? []).flatMap(balOf),
    emails: (raw.telecom ?? []).flatMap(({ value }) => (value === undefined ? [] : [value])),
    practitioner: raw.practitioner && referenceOf(raw.practitioner, 'Practitioner'),
    organization: raw.organization && referenceOf(raw.organization, 'Organization'),
  };
}

function identifierOf({ system, value }: z.infer<typeof identifier>): Identifier[] {
  return system === undefined || value === undefined ? [] : [{ system, value: value.trim() }];
}

function referenceOf(raw: z.infer<typeof reference>, type: string): Reference {
  const [, found, id] =
    /(?:^|\/)([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/.exec(
      raw.reference ?? '',
    ) ?? [];
  return {
    id: found === type ? id : undefined,
    identifiers: raw.identifier ? identifierOf(raw.identifier) : [],
  };
}

/** An Organization also has ordinary e-mails: a BAL says that it is one, or has an address of the space of trust. */
function balOf(point: z.infer<typeof contactPoint>): BalLue[] {
  const { system, value, rank, extension: extensions = [] } = point;
  if (value === undefined || (system !== undefined && system !== 'email')) return [];
  const adresse = value.trim().toLowerCase();
  const metadata = extensions.find(({ url }) => url === metadataUrl)?.extension;
  const isMss =
    metadata !== undefined ||
    mssAddress.test(adresse) ||
    extensions.some(({ url, valueCoding }) => url === emailTypeUrl && isMssante(valueCoding));
  if (!isMss) return [];
  const find = (name: string) => metadata?.find(({ url }) => url === name);
  return [
    {
      adresse,
      typeBal: typeBalOf(find('type')),
      listeRouge: find('listeRouge')?.valueBoolean,
      rang: rank,
      description: find('description')?.valueString,
      service: find('service')?.valueString,
      responsable: find('responsible')?.valueString,
    },
  ];
}

const mssAddress = /@([^@\s]+\.mssante\.fr|interop-mssante\.apicrypt\.org)$/;

function isMssante(value: z.infer<typeof coding> | undefined): boolean {
  return value?.code?.toUpperCase() === mssanteCode;
}

/** CodeableConcept in either terminology, Coding, or bare code: the published texts have all of them. */
function typeBalOf(found: z.infer<typeof subExtension> | undefined): TypeBal | undefined {
  if (!found) return undefined;
  const codes = [
    ...(found.valueCodeableConcept?.coding ?? []).map(({ code }) => code),
    found.valueCoding?.code,
    found.valueCode,
    found.valueString,
  ];
  return codes.find((code): code is TypeBal => code !== undefined && isTypeBal(code));
}

const bundleSchema = z.object({
  resourceType: z.literal('Bundle'),
  link: z.array(z.object({ relation: text, url: text })).optional(),
  entry: z
    .array(z.object({ resource: z.unknown(), search: z.object({ mode: text }).optional() }))
    .optional(),
});

export type SearchPage = {
  readonly resources: readonly Resource[];
  /** As written by the server. */
  readonly next: string | undefined;
};

/** undefined: not a Bundle, or with an entry that is no resource. */
export function parseSearchPage(json: unknown): SearchPage | undefined {
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const resources: Resource[] = [];
  for (const { resource, search } of parsed.data.entry ?? []) {
    if (search?.mode === 'outcome') continue;
    const read = parseResource(resource);
    if (!read) return undefined;
    if (read.resourceType !== 'OperationOutcome') resources.push(read);
  }
  const next = parsed.data.link?.find(({ relation }) => relation === 'next')?.url;
  return { resources, next };
}

const outcomeSchema = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.object({
      diagnostics: text,
      details: z
        .object({ text, coding: z.array(z.object({ code: text, display: text })).optional() })
        .optional(),
    }),
  ),
});

/** What the gateway writes in JSON when the API is not reached. */
const gatewaySchema = z.object({ message: z.string() });

const outcomeCharactersMax = 500;

/**
 * What an error body says: text, diagnostics, code; undefined when it is none that we can read. Masked before it is cut: half
 * a secret is no longer recognized.
 */
export function outcomeTextOf(
  json: unknown,
  redact: Redactor = (words) => words,
): string | undefined {
  const outcome = outcomeSchema.safeParse(json);
  const said = outcome.success
    ? outcome.data.issue.map(issueText).filter((words) => words !== '')
    : [gatewaySchema.safeParse(json).data?.message ?? ''];
  const words = redact(said.join(' ; '))
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (words === '') return undefined;
  return words.length > outcomeCharactersMax ? `${words.slice(0, outcomeCharactersMax)}…` : words;
}

function issueText({
  details,
  diagnostics,
}: z.infer<typeof outcomeSchema>['issue'][number]): string {
  const first = details?.coding?.[0];
  const words = [details?.text ?? first?.display, diagnostics].filter((word) => word !== undefined);
  const code = first?.code === undefined ? '' : ` [${first.code}]`;
  return `${words.join(' – ')}${code}`.trim();
}
