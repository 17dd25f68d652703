// What addresses and forms of the queue carry.
import { z } from 'zod';
import { feedStates } from '../../../domain/feed-state.js';
import { kindsOperation } from '../../../domain/feed-operation.js';
import { motifsOperation } from '../../../domain/plan.js';
import type { FiltreEnvois, Selection } from '../../../store/feed-choix.js';
import {
  adresseSchema,
  domaineSchema,
  facultatif,
  numero,
  pageFields,
  textes,
} from '../plan/formulaire.js';

/** Hours; in the queue for longer than this. */
export const ages = [1, 24, 7 * 24, 30 * 24] as const;

const filtreFields = {
  etat: facultatif(z.enum(feedStates)),
  domaine: facultatif(domaineSchema),
  kind: facultatif(z.enum(kindsOperation)),
  motif: facultatif(z.enum(motifsOperation)),
  code: facultatif(
    z
      .string()
      .trim()
      .toUpperCase()
      .max(60)
      .regex(/^\P{Cc}*$/u),
  ),
  adresse: facultatif(adresseSchema),
  age: facultatif(z.coerce.number().refine((n) => ages.some((age) => age === n))),
};

export const listeSchema = z.object({ ...filtreFields, ...pageFields });

export const actionsEnvois = ['replay', 'cancel'] as const;

const intentionFields = {
  ...filtreFields,
  action: z.enum(actionsEnvois),
  operation: textes,
  /** Of everything that the action may apply to: it must be said. */
  tout: facultatif(z.literal('oui')),
  /** The moment that `age` counts from, once shown: the choice must not slide while it is read. */
  le: facultatif(z.coerce.number().int().min(0).max(8_640_000_000_000_000)),
};

export const intentionSchema = z.object({
  ...intentionFields,
  vu: facultatif(z.string().regex(/^[0-9a-f]{1,16}\.[a-z0-9.-]{0,300}$/u)),
});
export type DemandeEnvois = z.infer<typeof intentionSchema>;

export const confirmationSchema = z.object({
  ...intentionFields,
  vu: z.string().regex(/^[0-9a-f]{1,16}\.[a-z0-9.-]{0,300}$/u),
  cle: z.uuid(),
  raison: z.string().max(5_000).default(''),
});

export const paramsSchema = z.object({ id: numero });

export type FiltrePage = Omit<z.infer<typeof listeSchema>, 'apres' | 'avant'>;

export function filtreOf(
  { etat, domaine, kind, motif, code, adresse, age }: FiltrePage,
  now: Date,
): FiltreEnvois {
  return {
    states: etat === undefined ? etatsDeLaFile : [etat],
    domaine,
    kind,
    motif,
    code,
    adresse,
    avant: age === undefined ? undefined : new Date(now.getTime() - age * 3_600_000),
  };
}

/** What the plan proposes is decided there, by who may approve: never cancelled from the queue. */
const etatsDeLaFile = feedStates.filter((state) => state !== 'planned');

/** Undefined when nothing was chosen. */
export function selectionOf(demande: DemandeEnvois, now: Date): Selection | undefined {
  if (demande.operation.length > 0) {
    return { kind: 'ids', ids: demande.operation.map(Number), parmi: etatsDeLaFile };
  }
  const { etat, domaine, kind, motif, code, adresse, age, tout, le } = demande;
  const isFiltered = [etat, domaine, kind, motif, code, adresse, age].some((v) => v !== undefined);
  if (!isFiltered && tout === undefined) return undefined;
  const since = le === undefined ? now : new Date(le);
  const filtre = filtreOf(demande, since);
  return { kind: 'all', filtre: etat === 'planned' ? { ...filtre, states: [] } : filtre };
}
