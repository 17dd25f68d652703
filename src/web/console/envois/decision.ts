// Sending again, or giving up, in two steps.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from '../../../db/pool.js';
import { transaction } from '../../../db/transaction.js';
import { libellesEtat } from '../../../domain/feed-state.js';
import { instantEnFrancais } from '../../../domain/paris-time.js';
import { libellesKind } from '../../../domain/plan.js';
import { parseRaison, raisonMax } from '../../../domain/raison.js';
import { foreseeDecision, type Selection } from '../../../store/feed-choix.js';
import { confirmDecision, type ConfirmedDecision } from '../../../store/feed-decision.js';
import { recordTrace } from '../../../store/journal.js';
import { PageError } from '../../page/page-error.js';
import { acteDe, auteurDe, type ActeConsole } from '../acte.js';
import type { EspaceConsole } from '../console.js';
import {
  confirmationSchema,
  intentionSchema,
  selectionOf,
  type DemandeEnvois,
} from './formulaire.js';
import { libelleMotif } from './vues.js';

type Options = { readonly pool: Pool; readonly now: () => Date };

export function declareDecisionEnvois(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: Options,
): void {
  const gestionnaire = { config: { acces: 'gestionnaire' } };
  app.get('/envois/effet', gestionnaire, async (request, reply) => {
    const demande = intentionSchema.parse(request.query);
    return showEffet(options, espace, request, reply, { demande, status: 200 });
  });
  app.post('/envois/effet', gestionnaire, (request, reply) =>
    confirm(options, espace, request, reply),
  );
}

type Montrer = {
  readonly demande: DemandeEnvois;
  readonly status: number;
  readonly raison?: string;
  readonly estChangee?: boolean;
};

async function showEffet(
  { pool, now }: Options,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
  { demande, status, raison = '', estChangee = false }: Montrer,
): Promise<FastifyReply> {
  const le = demande.le ?? now().getTime();
  const selection = selectionGiven(demande, now());
  const { lignes, nombre, empreinte } = await foreseeDecision(pool, demande.action, selection);
  const { action } = demande;
  return espace.show(request, reply, {
    gabarit: 'console/envois-effet',
    status,
    titre: action === 'replay' ? 'Renvoyer à l’Annuaire' : 'Annuler des envois',
    actif: 'envois',
    donnees: {
      action,
      estChangee,
      avant: estChangee && demande.vu !== undefined ? nombreVu(demande.vu) : null,
      nombre,
      nombreChoisi: demande.operation.length,
      choix: decrireChoix(demande),
      lignes: lignes.slice(0, lignesMax).map((ligne) => ({
        etat: libellesEtat[ligne.state],
        nature: libellesKind[ligne.kind].plusieurs,
        domaine: ligne.domaine,
        nombre: ligne.nombre,
      })),
      lignesDePlus: Math.max(0, lignes.length - lignesMax),
      champs: champsOf({ ...demande, le }),
      vu: empreinte,
      cle: randomUUID(),
      raison,
      raisonMax,
    },
  });
}

const lignesMax = 40;

function selectionGiven(demande: DemandeEnvois, now: Date): Selection {
  const selection = selectionOf(demande, now);
  if (selection) return selection;
  throw new PageError(
    400,
    'Rien n’est choisi',
    'Cochez des opérations, ou choisissez un filtre : tout renvoyer ou tout annuler se demande explicitement.',
  );
}

/** How many operations a fingerprint stands for: « …​.dead-3.held-1 ». */
function nombreVu(vu: string): number {
  return vu
    .split('.')
    .slice(1)
    .reduce((sum, part) => sum + Number(part.split('-')[1] ?? 0), 0);
}

function champsOf(demande: DemandeEnvois): { nom: string; valeur: string }[] {
  return Object.entries(demande).flatMap(([nom, valeur]) =>
    valeur === undefined || nom === 'vu'
      ? []
      : [valeur].flat().map((un) => ({ nom, valeur: String(un) })),
  );
}

function decrireChoix({
  operation,
  etat,
  domaine,
  kind,
  motif,
  code,
  adresse,
  age,
}: DemandeEnvois): string {
  if (operation.length > 0) {
    return operation.length <= 10
      ? `n° ${operation.join(', ')}`
      : `${operation.length} opérations cochées`;
  }
  const parts = [
    ...(kind === undefined ? [] : [`les ${libellesKind[kind].plusieurs}`]),
    ...(etat === undefined ? [] : [libellesEtat[etat]]),
    ...(domaine === undefined ? [] : [`du domaine ${domaine}`]),
    ...(adresse === undefined ? [] : [`de la BAL ${adresse}`]),
    ...(motif === undefined ? [] : [`de motif « ${libelleMotif(motif)} »`]),
    ...(code === undefined ? [] : [`dont le dernier échec est ${code}`]),
    ...(age === undefined ? [] : [`en attente depuis plus de ${age} h`]),
  ];
  return parts.length === 0 ? 'toutes celles qui le permettent' : parts.join(', ');
}

async function confirm(
  options: Options,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { cle, raison: text, ...demande } = confirmationSchema.parse(request.body);
  const { pool, now } = options;
  const acteur = espace.who(request);
  const acte = acteDe(acteur, request);
  const decision = {
    action: demande.action,
    selection: selectionGiven(demande, now()),
    author: auteurDe(acteur),
    reason: parseRaison(text),
    now: now(),
    cle,
  };
  const issue = await transaction(pool, async (client) => {
    const done = await confirmDecision(client, decision, demande.vu);
    if (done.kind !== 'deja-faite') {
      await recordTrace(client, traceOf(decision, done, acte), now());
    }
    return done;
  });
  if (issue.kind === 'changee') {
    const montrer = { demande, status: 409, raison: text, estChangee: true };
    return showEffet(options, espace, request, reply, montrer);
  }
  const genre = issue.kind === 'faite' ? 'fait' : 'info';
  await espace.announce(request, { genre, texte: describe(demande.action, issue) });
  const [seule] = demande.operation;
  return espace.redirect(
    reply,
    demande.operation.length === 1 && seule !== undefined
      ? `/console/envois/${seule}`
      : '/console/envois',
  );
}

type DecisionPrise = {
  readonly action: DemandeEnvois['action'];
  readonly selection: Selection;
  readonly reason: string | undefined;
};

function traceOf(
  { action, selection, reason }: DecisionPrise,
  issue: Exclude<ConfirmedDecision, { kind: 'deja-faite' }>,
  acte: ActeConsole,
) {
  const ids = issue.kind === 'faite' ? issue.result.ids : [];
  return {
    action: action === 'replay' ? ('envoi.rejeu' as const) : ('envoi.annulation' as const),
    issue: isWhole(issue) ? ('reussite' as const) : ('refus' as const),
    ...acte,
    objets: ids.map((id) => ({ genre: 'operation' as const, id: String(id) })),
    requete: {
      ...(selection.kind === 'all' ? selection.filtre : { numeros: selection.ids.slice(0, 50) }),
      ...(reason !== undefined && { raison: reason }),
    },
    reponse:
      issue.kind === 'faite'
        ? { nombre: ids.length, refusees: issue.result.refused.slice(0, 50) }
        : { refus: 'changee', nombre: issue.effet.nombre },
  };
}

/** As the command line judges: what one operation did not allow is a refusal. */
function isWhole(issue: Exclude<ConfirmedDecision, { kind: 'deja-faite' }>): boolean {
  return issue.kind === 'faite' && issue.result.refused.length === 0;
}

function describe(
  action: DemandeEnvois['action'],
  issue: Exclude<ConfirmedDecision, { kind: 'changee' }>,
): string {
  if (issue.kind === 'deja-faite') {
    return `C’était déjà fait : ${issue.auteur} l’a décidé le ${instantEnFrancais(issue.le)}. Rien n’a été fait deux fois.`;
  }
  const { ids, refused } = issue.result;
  const n = ids.length;
  const s = n > 1 ? 's' : '';
  const faites =
    action === 'replay'
      ? `${n.toLocaleString('fr-FR')} opération${s} ${n > 1 ? 'seront renvoyées' : 'sera renvoyée'} au prochain envoi.`
      : `${n.toLocaleString('fr-FR')} opération${s} annulée${s}.`;
  return refused.length === 0
    ? faites
    : `${faites} ${refused.length} ne le ${refused.length > 1 ? 'permettaient' : 'permettait'} pas dans ${refused.length > 1 ? 'leur' : 'son'} état.`;
}
