// `/console/envois`: what is on its way to the Annuaire, what did not go through and why, what was sent and answered.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from '../../../db/pool.js';
import { feedStates, libellesEtat } from '../../../domain/feed-state.js';
import { kindsOperation } from '../../../domain/feed-operation.js';
import { definitionMotif, libellesKind, motifsOperation } from '../../../domain/plan.js';
import { contientRole } from '../../../domain/role.js';
import { findChannel } from '../../../store/feed-channel.js';
import { countEnvoisUpTo, countFailures, listEnvois } from '../../../store/feed-envois.js';
import { countStates, countWaitingForAnother, findOperation } from '../../../store/feed-queue.js';
import { findPlanOperation, listDecisionsAbout, versionOfPlan } from '../../../store/plan-page.js';
import { PageError } from '../../page/page-error.js';
import { adressePage } from '../adresse-page.js';
import { numberOf } from '../plan/formulaire.js';
import type { EspaceConsole, PageConsole } from '../console.js';
import { Recent } from '../recent.js';
import { declareDecisionEnvois } from './decision.js';
import { ages, filtreOf, listeSchema, paramsSchema, type FiltrePage } from './formulaire.js';
import { vueDetail, vueEnvoi } from './vues.js';

export type EnvoisOptions = { readonly pool: Pool; readonly now: () => Date };

const parPage = 50;

/** Pushers change the figures of the queue all the time; a decision is seen at once. */
const freshMs = 10_000;
const comptesMax = 10_000;
const codesMax = 20;
const decisionsMax = 20;

export function createEcranEnvois(options: EnvoisOptions): PageConsole {
  const etats = new Recent<EtatFile>(freshMs, options.now);
  return (app, espace) => {
    const lecteur = { config: { acces: 'lecteur' } };
    app.get('/envois', lecteur, (request, reply) =>
      showFile({ ...options, etats }, espace, request, reply),
    );
    app.get('/envois/:id', lecteur, (request, reply) => showUn(options, espace, request, reply));
    declareDecisionEnvois(app, espace, options);
  };
}

async function showFile(
  { pool, now, etats }: EnvoisOptions & { readonly etats: Recent<EtatFile> },
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { apres, avant, ...choisi } = listeSchema.parse(request.query);
  const filtre = filtreOf(choisi, now());
  const page = await listEnvois(pool, filtre, {
    apres: numberOf(apres),
    avant: numberOf(avant),
    taille: parPage,
  });
  const [first, last] = [page.envois[0], page.envois.at(-1)];
  const estFiltree = Object.values(choisi).some((valeur) => valeur !== undefined);
  const total = estFiltree ? await countEnvoisUpTo(pool, filtre, comptesMax + 1) : undefined;
  return espace.show(request, reply, {
    gabarit: 'console/envois',
    status: 200,
    titre: 'Envois',
    actif: 'envois',
    donnees: {
      ...(await etats.get(await versionOfPlan(pool), () => readEtat(pool))),
      filtre: selectionDuFiltre(choisi),
      choix,
      estFiltree,
      total: total === undefined ? null : describeTotal(total),
      envois: page.envois.map((envoi) => vueEnvoi(envoi, now())),
      peutDecider: contientRole(espace.who(request).role, 'gestionnaire'),
      hrefRejouer: estFiltree ? hrefEffet(choisi, 'replay') : null,
      hrefAnnuler: estFiltree ? hrefEffet(choisi, 'cancel') : null,
      precedent:
        page.hasPrevious && first ? adressePage(chemin, { ...choisi, avant: first.id }) : null,
      suivant: page.hasNext && last ? adressePage(chemin, { ...choisi, apres: last.id }) : null,
    },
  });
}

const chemin = '/console/envois';

type EtatFile = Awaited<ReturnType<typeof readEtat>>;

async function readEtat(pool: Pool) {
  const [states, channel, failures, waiting] = [
    await countStates(pool),
    await findChannel(pool),
    await countFailures(pool, codesMax),
    await countWaitingForAnother(pool),
  ];
  return {
    etats: feedStates.flatMap((state) => {
      const found = states.find((one) => one.state === state);
      return found
        ? [
            {
              etat: state,
              libelle: libellesEtat[state],
              nombre: found.count,
              depuis: found.oldestAt,
              estAVoir: state === 'dead' || state === 'held',
              href: adressePage(chemin, { etat: state }),
            },
          ]
        : [];
    }),
    echecs: failures.map(({ state, code, message, nombre }) => ({
      etat: libellesEtat[state],
      code: code ?? 'sans code',
      message: message ?? '',
      nombre,
      href: adressePage(chemin, { etat: state, code }),
    })),
    arret: channel.stop,
    pause:
      channel.pausedUntil === undefined
        ? null
        : { jusqua: channel.pausedUntil, raison: channel.pauseReason },
    enAttente: waiting,
  };
}

function describeTotal(n: number): string {
  if (n > comptesMax) return `plus de ${comptesMax.toLocaleString('fr-FR')} opérations`;
  return `${n.toLocaleString('fr-FR')} opération${n > 1 ? 's' : ''}`;
}

function hrefEffet(choisi: FiltrePage, action: string): string {
  return adressePage('/console/envois/effet', { ...choisi, action });
}

function selectionDuFiltre({ etat, domaine, kind, motif, code, adresse, age }: FiltrePage) {
  return {
    etat: etat ?? '',
    domaine: domaine ?? '',
    kind: kind ?? '',
    motif: motif ?? '',
    code: code ?? '',
    adresse: adresse ?? '',
    age: age === undefined ? '' : String(age),
  };
}

const choix = {
  etats: feedStates.map((state) => ({ valeur: state, libelle: libellesEtat[state] })),
  kinds: kindsOperation.map((kind) => ({ valeur: kind, libelle: libellesKind[kind].plusieurs })),
  motifs: motifsOperation.map((motif) => ({
    valeur: motif,
    libelle: definitionMotif(motif).libelle,
  })),
  ages: ages.map((heures) => ({
    valeur: String(heures),
    libelle:
      heures === 1
        ? 'plus d’une heure'
        : heures < 48
          ? 'plus d’un jour'
          : `plus de ${heures / 24} jours`,
  })),
};

async function showUn(
  { pool, now }: EnvoisOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const id = Number(paramsSchema.parse(request.params).id);
  const operation = await findOperation(pool, id);
  const proposee = await findPlanOperation(pool, id);
  if (!operation || !proposee) {
    throw new PageError(
      404,
      'Opération introuvable',
      `L’opération n° ${id} n’existe pas, ou n’existe plus : la liste des envois donne les numéros.`,
    );
  }
  const role = espace.who(request).role;
  return espace.show(request, reply, {
    gabarit: 'console/envoi',
    status: 200,
    titre: `Opération n° ${id}`,
    actif: 'envois',
    donnees: vueDetail(operation, proposee, {
      decisions: await listDecisionsAbout(pool, id, decisionsMax),
      peutRejouer: contientRole(role, 'gestionnaire'),
      peutApprouver: contientRole(role, 'approbateur'),
      now: now(),
    }),
  });
}
