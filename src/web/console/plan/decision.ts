// A decision on the plan, in two steps: the page says exactly what would happen, then it is confirmed.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../../../db/pool.js';
import { parseRaison, raisonMax, raisonMin } from '../../../domain/raison.js';
import type { ActionTracee } from '../../../domain/trace.js';
import { recordTrace } from '../../../store/journal.js';
import { PageError } from '../../page/page-error.js';
import { acteDe, auteurDe } from '../acte.js';
import type { EspaceConsole } from '../console.js';
import {
  choixOf,
  confirmationSchema,
  encodeVu,
  intentionSchema,
  type DemandeDecision,
} from './formulaire.js';
import type { DecisionFaite, IntentionPlan, PlanPort } from './port.js';
import { describeIssue, refusOf, sansRaison } from './issue.js';
import { vueEffet, type Refus } from './vue-effet.js';

export type DecisionOptions = {
  readonly plan: PlanPort;
  readonly db: Db;
  readonly now: () => Date;
};

export function declareDecision(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: DecisionOptions,
): void {
  const approbateur = { config: { acces: 'approbateur' } };
  app.get('/plan/effet', approbateur, async (request, reply) => {
    const demande = intentionSchema.parse({ action: 'approve', ...asRecord(request.query) });
    return showEffet(options, espace, request, reply, { demande, refus: undefined, status: 200 });
  });
  app.post('/plan/effet', approbateur, (request, reply) =>
    confirm(options, espace, request, reply),
  );
}

function asRecord(query: unknown): object {
  return typeof query === 'object' && query !== null ? query : {};
}

function intentionOf(demande: DemandeDecision, auteur: string): IntentionPlan {
  const { action, lever } = demande;
  const choix = action === 'override' ? undefined : choixOf(demande);
  if (action !== 'override' && choix === undefined) {
    throw new PageError(
      400,
      'Rien n’est choisi',
      'Cochez des opérations, ou choisissez un filtre : tout approuver ou tout écarter se demande explicitement.',
    );
  }
  return { action, choix, isOverride: action === 'override' || lever === 'oui', auteur };
}

type Montrer = {
  readonly demande: DemandeDecision;
  readonly status: number;
  readonly refus: Refus | undefined;
  readonly raison?: string;
  /** The form that was sent keeps its key: were it done after all, it is not done twice. */
  readonly cle?: string;
};

async function showEffet(
  { plan: port }: DecisionOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
  { demande, status, refus, raison, cle }: Montrer,
): Promise<FastifyReply> {
  const intention = intentionOf(demande, auteurDe(espace.who(request)));
  const prevu = await port.foresee(intention, demande.vu);
  if (prevu.kind === 'absent') throw noPlan();
  const isSame = demande.vu?.empreinte === prevu.effet.vu.empreinte;
  return espace.show(request, reply, {
    gabarit: 'console/plan-effet',
    status,
    titre: titreOf(intention),
    actif: 'plan',
    donnees: {
      ...vueEffet(prevu, demande, intention),
      calcul: port.etatCalcul(),
      vu: encodeVu(prevu.effet.vu),
      cle: isSame && cle !== undefined ? cle : randomUUID(),
      raison: raison ?? '',
      raisonMin,
      raisonMax,
      refus,
      erreurs: refus?.champ === undefined ? [] : [{ champ: refus.champ, message: refus.message }],
    },
  });
}

function titreOf({ action, isOverride }: IntentionPlan): string {
  switch (action) {
    case 'approve':
      return isOverride ? 'Lever les gardes et approuver' : 'Approuver';
    case 'reject':
      return 'Écarter';
    case 'override':
      return 'Lever les gardes';
  }
}

function noPlan(): PageError {
  return new PageError(
    404,
    'Aucun plan',
    'Aucun plan n’a encore été calculé : lancez un rapprochement, puis calculez le plan depuis sa page.',
  );
}

async function confirm(
  options: DecisionOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { cle, raison: text, ...demande } = confirmationSchema.parse(request.body);
  const acteur = espace.who(request);
  const intention = intentionOf(demande, auteurDe(acteur));
  const raison = parseRaison(text);
  const again = (status: number, refus: Refus): Promise<FastifyReply> =>
    showEffet(options, espace, request, reply, { demande, status, refus, raison: text, cle });
  if ((intention.action !== 'approve' || intention.isOverride) && raison === undefined) {
    return again(422, sansRaison);
  }
  const acte = acteDe(acteur, request);
  const issue = await options.plan.confirm({
    ...intention,
    vu: demande.vu,
    cle,
    raison,
    tracer: (client, faite) =>
      recordTrace(client, traceOf(faite, intention, acte, raison), options.now()),
  });
  if (issue.kind === 'approuvee' || issue.kind === 'ecartee' || issue.kind === 'deja-faite') {
    await espace.announce(request, {
      genre: issue.kind === 'deja-faite' ? 'info' : 'fait',
      texte: describeIssue(issue),
    });
    return espace.redirect(reply, '/console/plan');
  }
  if (issue.kind === 'absent') throw noPlan();
  if (issue.kind === 'overtaken') await options.plan.compute();
  await recordTrace(
    options.db,
    {
      ...traceBase(intention, acte, raison),
      issue: 'refus',
      objets: [{ genre: 'plan', id: String(demande.vu.planId) }],
      reponse: { refus: issue.kind === 'refusee' ? issue.code : issue.kind },
    },
    options.now(),
  );
  return again(issue.kind === 'busy' ? 503 : 409, refusOf(issue));
}

type Acte = ReturnType<typeof acteDe>;

const actions: Readonly<Record<IntentionPlan['action'], ActionTracee>> = {
  approve: 'plan.approbation',
  reject: 'plan.rejet',
  override: 'plan.levee',
};

function traceBase({ action, choix, isOverride }: IntentionPlan, acte: Acte, raison?: string) {
  return {
    action: actions[action],
    ...acte,
    requete: {
      ...choix,
      ...(isOverride && { gardesLevees: true }),
      ...(raison !== undefined && { raison }),
    },
  };
}

function traceOf(faite: DecisionFaite, intention: IntentionPlan, acte: Acte, raison?: string) {
  const { planId } = faite.result;
  const reponse =
    faite.kind === 'ecartee'
      ? { ecartees: faite.result.ecartees }
      : {
          approuvees: faite.result.approuvees,
          premieres: faite.result.premieres,
          dejaVues: faite.result.dejaVues,
          gardesLevees: faite.result.gardesLevees.map(({ garde }) => garde),
        };
  return {
    ...traceBase(intention, acte, raison),
    issue: 'reussite' as const,
    objets: [{ genre: 'plan' as const, id: String(planId) }],
    reponse,
  };
}
