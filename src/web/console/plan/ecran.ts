// `/console/plan`: what would be told to the Annuaire, what holds it back, who decided what.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { contientRole } from '../../../domain/role.js';
import {
  catalogueRetenues,
  libellesKind,
  motifsOperation,
  definitionMotif,
} from '../../../domain/plan.js';
import { kindsOperation } from '../../../domain/feed-operation.js';
import type { Db } from '../../../db/pool.js';
import { listDecisions, listPlanPage, listRetenuesPage } from '../../../store/plan-page.js';
import type { CompteOperations } from '../../../store/plan-operation.js';
import { recordTrace } from '../../../store/journal.js';
import type { Plan } from '../../../store/plan.js';
import { acteDe } from '../acte.js';
import { adressePage } from '../adresse-page.js';
import type { EspaceConsole, PageConsole } from '../console.js';
import { declareDecision } from './decision.js';
import { adresseSchema, facultatif, listeSchema, numberOf, pageFields } from './formulaire.js';
import type { PlanPort } from './port.js';
import { nombre, vueDecision, vueOperation, vueResume } from './vues.js';

export type PlanEcranOptions = {
  readonly plan: PlanPort;
  readonly db: Db;
  readonly now: () => Date;
};

const parPage = 50;

export function createEcranPlan(options: PlanEcranOptions): PageConsole {
  return (app, espace) => {
    const lecteur = { config: { acces: 'lecteur' } };
    app.get('/plan', lecteur, (request, reply) => showPlan(options, espace, request, reply));
    app.get('/plan/operations', lecteur, (request, reply) =>
      showOperations(options, espace, request, reply),
    );
    app.get('/plan/retenues', lecteur, (request, reply) =>
      showRetenues(options, espace, request, reply),
    );
    app.get('/plan/decisions', lecteur, (request, reply) =>
      showDecisions(options, espace, request, reply),
    );
    app.post('/plan/calcul', { config: { acces: 'gestionnaire' } }, (request, reply) =>
      compute(options, espace, request, reply),
    );
    declareDecision(app, espace, options);
  };
}

async function showPlan(
  { plan: port }: PlanEcranOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const acteur = espace.who(request);
  const plan = await port.findPlan();
  const depasse = plan && (await port.findOvertaking(plan));
  const resume = plan && vueResume(plan, await port.summarize(plan));
  return espace.show(request, reply, {
    gabarit: 'console/plan',
    status: 200,
    titre: plan ? `Plan n° ${plan.id}` : 'Plan',
    actif: 'plan',
    donnees: {
      peutCalculer: contientRole(acteur.role, 'gestionnaire'),
      peutDecider: contientRole(acteur.role, 'approbateur'),
      quatreYeux: port.quatreYeux,
      calcul: port.etatCalcul(),
      depasse,
      ...(plan && {
        plan: { id: plan.id, calculeLe: plan.computedAt, rapprochement: plan.reconcileRunId },
      }),
      resume,
    },
  });
}

async function showOperations(
  { plan: port, db }: PlanEcranOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { apres, avant, ...filtre } = listeSchema.parse(request.query);
  const plan = await port.findPlan();
  const page = plan
    ? await listPlanPage(db, plan.id, filtre, {
        apres: numberOf(apres),
        avant: numberOf(avant),
        taille: parPage,
      })
    : { lignes: [], hasPrevious: false, hasNext: false };
  const [first, last] = [page.lignes[0], page.lignes.at(-1)];
  return espace.show(request, reply, {
    gabarit: 'console/plan-operations',
    status: 200,
    titre: plan ? `Opérations du plan n° ${plan.id}` : 'Opérations du plan',
    actif: 'plan',
    donnees: {
      filtre: selectionDuFiltre(filtre),
      choix: choixDuFiltre,
      estFiltree: Object.values(filtre).some((valeur) => valeur !== undefined),
      operations: page.lignes.map(vueOperation),
      resume: plan && (await describeTotal(port, plan, filtre)),
      peutDecider: contientRole(espace.who(request).role, 'approbateur'),
      // What has been decided is no longer to be chosen.
      hrefDecision: filtre.etape === 'decidee' ? undefined : hrefEffet(filtre),
      precedent:
        page.hasPrevious && first
          ? adressePage('/console/plan/operations', { ...filtre, avant: first.id })
          : null,
      suivant:
        page.hasNext && last
          ? adressePage('/console/plan/operations', { ...filtre, apres: last.id })
          : null,
    },
  });
}

type Filtre = Omit<z.infer<typeof listeSchema>, 'apres' | 'avant'>;

/** A key of the form that was left empty is there, as the template wants it. */
function selectionDuFiltre({ domaine, kind, motif, adresse, etape }: Filtre) {
  return {
    domaine: domaine ?? '',
    kind: kind ?? '',
    motif: motif ?? '',
    adresse: adresse ?? '',
    etape: etape ?? '',
  };
}

function hrefEffet({ domaine, kind, motif, adresse }: Filtre): string {
  const choix = { domaine, kind, motif, adresse };
  const isFiltered = Object.values(choix).some((valeur) => valeur !== undefined);
  return adressePage('/console/plan/effet', { ...choix, tout: isFiltered ? undefined : 'oui' });
}

/** Counted where the summary has it: an address is counted by nobody. */
async function describeTotal(
  port: PlanPort,
  plan: Plan,
  filtre: Filtre,
): Promise<string | undefined> {
  if (filtre.adresse !== undefined) return undefined;
  const { operations } = await port.summarize(plan);
  const n = operations
    .filter(
      (ligne) =>
        (filtre.domaine === undefined || ligne.domaine === filtre.domaine) &&
        (filtre.kind === undefined || ligne.kind === filtre.kind) &&
        (filtre.motif === undefined || ligne.motif === filtre.motif) &&
        isDeLEtape(ligne.etape, filtre.etape),
    )
    .reduce((sum, ligne) => sum + ligne.nombre, 0);
  return `${nombre(n)} opération${n > 1 ? 's' : ''}`;
}

function isDeLEtape(etape: CompteOperations['etape'], voulue: Filtre['etape']): boolean {
  if (voulue === undefined) return true;
  return voulue === 'proposee' ? etape !== 'decidee' : etape === voulue;
}

const choixDuFiltre = {
  kinds: kindsOperation.map((kind) => ({ valeur: kind, libelle: libellesKind[kind].plusieurs })),
  motifs: motifsOperation.map((motif) => ({
    valeur: motif,
    libelle: definitionMotif(motif).libelle,
  })),
  etapes: [
    { valeur: 'proposee', libelle: 'à décider' },
    { valeur: 'decider', libelle: 'attend une première personne' },
    { valeur: 'seconde', libelle: 'attend une seconde personne' },
    { valeur: 'decidee', libelle: 'approuvée, à envoyer' },
  ],
};

const codesRetenues = Object.keys(catalogueRetenues).filter(isCodeRetenue);

function isCodeRetenue(code: string): code is keyof typeof catalogueRetenues {
  return Object.hasOwn(catalogueRetenues, code);
}

const retenuesSchema = z.object({
  code: z.enum(codesRetenues),
  apres: facultatif(adresseSchema),
});

async function showRetenues(
  { plan: port, db }: PlanEcranOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { code, apres } = retenuesSchema.parse(request.query);
  const plan = await port.findPlan();
  const page = plan
    ? await listRetenuesPage(db, plan.id, code, apres, parPage)
    : { retenues: [], hasNext: false };
  const last = page.retenues.at(-1);
  return espace.show(request, reply, {
    gabarit: 'console/plan-retenues',
    status: 200,
    titre: 'Retenues du plan',
    actif: 'plan',
    donnees: {
      code,
      ...catalogueRetenues[code],
      peutDecider: contientRole(espace.who(request).role, 'approbateur'),
      retenues: page.retenues.map((retenue) => ({
        adresse: retenue.adresse,
        domaine: retenue.domaine,
        nature: libellesKind[retenue.kind].un,
        message: retenue.message,
        ...(retenue.operation !== undefined && { operation: retenue.operation }),
        ...(code === 'ECARTEE' &&
          retenue.operation !== undefined && {
            reprise: adressePage('/console/plan/effet', {
              action: 'approve',
              operation: retenue.operation,
            }),
          }),
      })),
      estSuite: apres !== undefined,
      suivant:
        page.hasNext && last
          ? adressePage('/console/plan/retenues', { code, apres: last.adresse })
          : null,
    },
  });
}

const decisionsSchema = z.object(pageFields);

async function showDecisions(
  { db }: PlanEcranOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { apres, avant } = decisionsSchema.parse(request.query);
  const page = await listDecisions(db, {
    apres: numberOf(apres),
    avant: numberOf(avant),
    taille: parPage,
  });
  const [first, last] = [page.lignes[0], page.lignes.at(-1)];
  const chemin = '/console/plan/decisions';
  return espace.show(request, reply, {
    gabarit: 'console/plan-decisions',
    status: 200,
    titre: 'Décisions',
    actif: 'plan',
    donnees: {
      decisions: page.lignes.map(vueDecision),
      precedent: page.hasPrevious && first ? adressePage(chemin, { avant: first.id }) : null,
      suivant: page.hasNext && last ? adressePage(chemin, { apres: last.id }) : null,
    },
  });
}

async function compute(
  { plan: port, db, now }: PlanEcranOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const etat = await port.compute();
  const plan = await port.findPlan();
  await recordTrace(
    db,
    {
      action: 'plan.calcul',
      issue: etat.kind === 'echec' ? 'echec' : 'reussite',
      ...acteDe(espace.who(request), request),
      objets: plan ? [{ genre: 'plan', id: String(plan.id) }] : [],
      reponse: { etat: etat.kind },
    },
    now(),
  );
  if (etat.kind === 'repos' && plan) {
    const texte = `Le plan en vigueur est le n° ${plan.id} : il tient compte de tout ce qui est connu.`;
    await espace.announce(request, { genre: 'fait', texte });
  }
  return espace.redirect(reply, '/console/plan');
}
