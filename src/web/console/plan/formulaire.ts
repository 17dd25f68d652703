// What addresses and forms of the plan carry: which operations, which decision, what was shown.
import { z } from 'zod';
import { actionsPlan, type ChoixOperations, type EffetVu } from '../../../domain/choix-plan.js';
import { kindsOperation } from '../../../domain/feed-operation.js';
import { motifsOperation } from '../../../domain/plan.js';

/** More than a page shows is chosen by a filter. */
export const operationsMax = 200;

/** A field of a form that was left empty was not given. */
export function facultatif<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

export const numero = z.string().regex(/^[1-9]\d{0,14}$/u);

export const textes = z.preprocess(
  (value): unknown => (value === undefined || value === '' ? [] : [value].flat()),
  z.array(numero).max(operationsMax),
);

export const domaineSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(255)
  // What was typed finds nothing, and says so, but for what no text of the base holds.
  .regex(/^\P{Cc}*$/u);
export const adresseSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(320)
  .regex(/^\P{Cc}*$/u);

const choixFields = {
  domaine: facultatif(domaineSchema),
  kind: facultatif(z.enum(kindsOperation)),
  motif: facultatif(z.enum(motifsOperation)),
  adresse: facultatif(adresseSchema),
};

export const pageFields = { apres: facultatif(numero), avant: facultatif(numero) };

/** Of one of those. */
export function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

export const listeSchema = z.object({
  ...choixFields,
  etape: facultatif(z.enum(['proposee', 'decider', 'seconde', 'decidee'])),
  ...pageFields,
});
export type DemandeListe = z.infer<typeof listeSchema>;

const intentionFields = {
  ...choixFields,
  action: z.enum(actionsPlan),
  operation: textes,
  /** Of everything: it must be said. */
  tout: facultatif(z.literal('oui')),
  /** Lifts the guards by the same decision. */
  lever: facultatif(z.literal('oui')),
};

const vuSchema = z
  .string()
  .max(120)
  .regex(/^\d{1,9}\.[0-9a-f]{32}\.\d{1,18}\.\d{1,9}\.\d{1,9}\.\d{1,9}\.\d{1,15}$/u)
  .transform((text): EffetVu => {
    const [planId = '', empreinte = '', idMax = '0', ...numbers] = text.split('.');
    const [insert = 0, replace = 0, deleted = 0, le = 0] = numbers.map(Number);
    return {
      planId: Number(planId),
      empreinte,
      idMax,
      comptes: { insert, replace, delete: deleted },
      le: new Date(le),
    };
  });

export function encodeVu({ planId, empreinte, idMax, comptes, le }: EffetVu): string {
  const { insert, replace, delete: deleted } = comptes;
  return [planId, empreinte, idMax, insert, replace, deleted, le.getTime()].join('.');
}

export const intentionSchema = z.object({ ...intentionFields, vu: facultatif(vuSchema) });
export type DemandeDecision = z.infer<typeof intentionSchema>;

export const confirmationSchema = z.object({
  ...intentionFields,
  vu: vuSchema,
  cle: z.uuid(),
  raison: z.string().max(5_000).default(''),
});

/** Undefined when nothing was chosen: « everything » must be said. */
export function choixOf(demande: DemandeDecision): ChoixOperations | undefined {
  const { domaine, kind, motif, adresse, operation, tout } = demande;
  const isFiltered =
    [domaine, kind, motif, adresse].some((one) => one !== undefined) || operation.length > 0;
  if (!isFiltered && tout === undefined) return undefined;
  return {
    domaine,
    kind,
    motif,
    adresse,
    ...(operation.length > 0 && { operations: [...new Set(operation)] }),
  };
}
