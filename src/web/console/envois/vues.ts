// The queue in the words of its pages.
import { libellesEtatUn, type FeedState } from '../../../domain/feed-state.js';
import { definitionMotif, libellesKind, motifsOperation } from '../../../domain/plan.js';
import { masquerSecrets } from '../../../domain/secrets-masques.js';
import { etatsAdmis } from '../../../store/feed-choix.js';
import type { Envoi } from '../../../store/feed-envois.js';
import type { AttemptLine, OperationDetail } from '../../../store/feed-queue.js';
import type { OperationDuPlan } from '../../../store/plan-operation.js';
import type { DecisionDuPlan } from '../../../store/plan-page.js';
import { adressePage } from '../adresse-page.js';
import { vueDecision, vueOperation } from '../plan/vues.js';

export function classeDe(state: FeedState): string {
  if (state === 'dead') return 'mal';
  if (state === 'held' || state === 'retry') return 'attention';
  if (state === 'accepted' || state === 'confirmed') return 'bien';
  if (state === 'approved' || state === 'sending') return 'info';
  return '';
}

export function vueEnvoi(envoi: Envoi, now: Date) {
  const { id, kind, state, adresse, domaine, attempts, depuis, code, message } = envoi;
  const isStuck = state === 'dead' || state === 'held' || state === 'retry';
  return {
    id,
    href: `/console/envois/${id}`,
    nature: libellesKind[kind].un,
    etat: libellesEtatUn[state],
    classe: classeDe(state),
    adresse,
    domaine,
    motif: libelleMotif(envoi.motif),
    tentatives: attempts,
    depuis,
    age: ageEnFrancais(depuis, now),
    code: isStuck ? (code ?? '') : '',
    message: isStuck ? (message ?? '') : '',
    estADecider: etatsAdmis.cancel.some((admis) => admis === state) && state !== 'planned',
    prochain: state === 'retry' ? (envoi.nextAttemptAt ?? null) : null,
  };
}

export function libelleMotif(motif: string): string {
  const connu = motifsOperation.find((un) => un === motif);
  return connu === undefined ? motif : definitionMotif(connu).libelle;
}

/** « 3 jours », « 5 heures », « moins d’une heure ». */
export function ageEnFrancais(depuis: Date, now: Date): string {
  const heures = Math.floor((now.getTime() - depuis.getTime()) / 3_600_000);
  if (heures < 1) return 'moins d’une heure';
  if (heures < 48) return `${heures} heure${heures > 1 ? 's' : ''}`;
  return `${Math.floor(heures / 24).toLocaleString('fr-FR')} jours`;
}

type Autour = {
  readonly decisions: readonly DecisionDuPlan[];
  readonly peutRejouer: boolean;
  readonly peutApprouver: boolean;
  readonly now: Date;
};

export function vueDetail(
  operation: OperationDetail,
  proposee: OperationDuPlan,
  { decisions, peutRejouer, peutApprouver, now }: Autour,
) {
  const { id, state } = operation;
  const admet = (action: keyof typeof etatsAdmis): boolean =>
    state !== 'planned' && etatsAdmis[action].some((admis) => admis === state);
  const effet = (action: string): string =>
    adressePage('/console/envois/effet', { action, operation: String(id) });
  return {
    operation: {
      ...vueOperation(proposee),
      etat: libellesEtatUn[state],
      classe: classeDe(state),
      tentatives: operation.attempts,
      message: operation.message ?? '',
      code: operation.code ?? '',
      etapes: etapesDe(operation, now),
      estIncertaine: operation.isOutcomeUnknown,
      tenuePar: operation.claimedBy ?? null,
    },
    hrefRejouer: peutRejouer && admet('replay') ? effet('replay') : null,
    hrefAnnuler: peutRejouer && admet('cancel') ? effet('cancel') : null,
    hrefDecider:
      peutApprouver && state === 'planned'
        ? adressePage('/console/plan/effet', { action: 'approve', operation: String(id) })
        : null,
    tentatives: operation.tentatives.map(vueTentative).reverse(),
    decisions: decisions.map(vueDecision),
  };
}

function etapesDe(operation: OperationDetail, now: Date) {
  const { createdAt, decidedAt, decidedBy, acceptedAt, confirmedAt, confirmedBy, nextAttemptAt } =
    operation;
  const verbe = operation.state === 'cancelled' ? 'annulée' : 'décidée';
  return [
    { nom: 'proposée par le plan', le: createdAt },
    ...(decidedAt ? [{ nom: `${verbe} par ${decidedBy ?? 'inconnu'}`, le: decidedAt }] : []),
    ...(acceptedAt ? [{ nom: 'acceptée par l’Annuaire', le: acceptedAt }] : []),
    ...(confirmedAt
      ? [{ nom: `confirmée (${confirmedBy ?? 'source inconnue'})`, le: confirmedAt }]
      : []),
    ...(nextAttemptAt && nextAttemptAt > now && operation.state === 'retry'
      ? [{ nom: 'prochain envoi', le: nextAttemptAt }]
      : []),
  ];
}

const issues: Readonly<Record<string, { libelle: string; classe: string }>> = {
  accepted: { libelle: 'acceptée', classe: 'bien' },
  rejected: { libelle: 'refusée', classe: 'mal' },
  unavailable: { libelle: 'sans réponse utilisable', classe: 'attention' },
  unknown: { libelle: 'issue inconnue', classe: 'attention' },
  read: { libelle: 'lecture', classe: 'info' },
};

function vueTentative(tentative: AttemptLine) {
  const { attempt, startedAt, pusher, outcome, status, message, request, response } = tentative;
  const issue = outcome === undefined ? undefined : issues[outcome];
  return {
    numero: attempt,
    le: startedAt,
    par: pusher,
    issue: issue?.libelle ?? outcome ?? 'en cours',
    classe: issue?.classe ?? '',
    status: status ?? null,
    message: message ?? '',
    demande: request === undefined ? null : borner(masquerSecrets(request)),
    reponse: response === undefined ? null : borner(masquerSecrets(response)),
  };
}

/** 100 attempts of one page must stay a page. */
const texteCharsMax = 1_500;

function borner(text: string): string {
  return text.length <= texteCharsMax
    ? text
    : `${text.slice(0, texteCharsMax)}\n… (${(text.length - texteCharsMax).toLocaleString('fr-FR')} caractères de plus : « annuaire-sync push show »)`;
}
