// The checks that the mail platform asks for before it acts.
import { z } from 'zod';
import type { Db } from '../../db/pool.js';
import type { VerificationSettings } from '../../verification/settings.js';
import type { Verdict } from '../../verification/verdict.js';
import { verifyCreation, verifyTransfert } from '../../verification/verify.js';
import type { Answer, ApiRoute } from './route.js';

const text = z
  .string({ error: 'texte attendu' })
  .max(320, 'texte trop long : au plus 320 caractères');
const adresse = text.trim().min(1, 'adresse attendue');
const absent = text.nullish().transform((value) => value ?? undefined);

const strict = {
  error: (issue: { readonly code?: string; readonly keys?: readonly string[] }): string =>
    issue.code === 'unrecognized_keys'
      ? `champ inconnu : ${(issue.keys ?? []).join(', ')}`
      : 'objet JSON attendu',
};

const creation = z.strictObject(
  {
    adresse,
    typeBal: text,
    typeIdentifiantPp: absent,
    identifiantPp: absent,
    typeIdentifiantStructure: absent,
    identifiantStructure: absent,
    service: absent,
    listeRouge: z
      .boolean({ error: 'true ou false attendu' })
      .nullish()
      .transform((value) => value ?? undefined),
  },
  strict,
);

const transfert = z.strictObject({ source: adresse, cible: adresse }, strict);

export type VerificationOptions = {
  readonly db: Db;
  readonly reglages: VerificationSettings;
  readonly now: () => Date;
};

export function verificationRoutes({ db, reglages, now }: VerificationOptions): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: '/bals/verifier-creation',
      portee: 'verification',
      action: 'verifier-creation',
      answer: async ({ body }) => {
        const verdict = await verifyCreation(db, creation.parse(body), reglages, now());
        return answerOf(verdict, verdict.normalise.adresse);
      },
    },
    {
      method: 'POST',
      url: '/bals/verifier-transfert',
      portee: 'verification',
      action: 'verifier-transfert',
      answer: async ({ body }) => {
        const verdict = await verifyTransfert(db, transfert.parse(body), reglages, now());
        const { source, cible } = verdict.normalise;
        return answerOf(verdict, `${source.adresse} > ${cible.adresse}`);
      },
    },
  ];
}

function answerOf(verdict: Verdict<object>, objet: string): Answer {
  const { autorise, motifs, avertissements } = verdict;
  return {
    body: verdict,
    trace: {
      objet,
      verdict: autorise ? 'autorise' : 'refuse',
      codes: [...new Set([...motifs, ...avertissements].map(({ code }) => code))],
    },
  };
}
