// The opérateur's answer to a demande, in two steps.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  accepterDemande,
  prendreEnExamen,
  refuserDemande,
  type IssueDemande,
} from '../../../demande/decider.js';
import { libellesEtape, motifRefusCharsMax, nettoyerTexte } from '../../../domain/demande.js';
import { acteDe } from '../acte.js';
import type { EspaceConsole } from '../console.js';
import { getDemande, type DemandesOptions } from './ecran.js';
import { vueDemande } from './vues.js';

const actions = ['accepter', 'refuser', 'examiner'] as const;
type Action = (typeof actions)[number];

const choisirSchema = z.object({ action: z.enum(['accepter', 'refuser']) });
const confirmerSchema = z.object({
  action: z.enum(actions),
  motif: z
    .string()
    .max(motifRefusCharsMax * 4)
    .default(''),
});

export function declareDecisionDemande(
  app: FastifyInstance,
  espace: EspaceConsole,
  options: DemandesOptions,
): void {
  const gestionnaire = { config: { acces: 'gestionnaire' } };
  app.get('/demandes/:id/decision', gestionnaire, (request, reply) => {
    const { action } = choisirSchema.parse(request.query);
    return showEffet(options, espace, request, reply, { action, status: 200 });
  });
  app.post('/demandes/:id/decision', gestionnaire, (request, reply) =>
    confirm(options, espace, request, reply),
  );
}

type Montrer = {
  readonly action: 'accepter' | 'refuser';
  readonly status: number;
  readonly motif?: string;
  readonly erreur?: string;
};

async function showEffet(
  { pool, settings, now }: DemandesOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
  { action, status, motif = '', erreur }: Montrer,
): Promise<FastifyReply> {
  const demande = await getDemande(pool, request);
  return espace.show(request, reply, {
    gabarit: 'console/demande-decision',
    status,
    titre:
      action === 'accepter'
        ? `Accepter la demande n° ${demande.id}`
        : `Refuser la demande n° ${demande.id}`,
    actif: 'demandes',
    donnees: {
      action,
      demande: vueDemande(demande, settings.delaiJours, now()),
      estOuverte: demande.etat === 'recue' || demande.etat === 'en-examen',
      motif,
      motifMax: motifRefusCharsMax,
      erreur: erreur ?? null,
      erreurs: erreur === undefined ? [] : [{ champ: 'motif', message: erreur }],
    },
  });
}

async function confirm(
  options: DemandesOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { action, motif: text } = confirmerSchema.parse(request.body);
  const demande = await getDemande(options.pool, request);
  const motif = nettoyerTexte(text);
  if (action === 'refuser' && (motif === undefined || motif.length > motifRefusCharsMax)) {
    const erreur = `Un motif d’au plus ${motifRefusCharsMax.toLocaleString('fr-FR')} caractères est attendu : le professionnel le lira.`;
    return showEffet(options, espace, request, reply, { action, status: 422, motif: text, erreur });
  }
  const acte = acteDe(espace.who(request), request);
  const issue = await act(options, action, demande.id, { ...acte, motif: motif ?? '' });
  await espace.announce(request, annonceOf(action, issue));
  return espace.redirect(reply, `/console/demandes/${demande.id}`);
}

function act(
  { pool, settings, now }: DemandesOptions,
  action: Action,
  id: number,
  acte: ReturnType<typeof acteDe> & { readonly motif: string },
): Promise<IssueDemande> {
  switch (action) {
    case 'accepter':
      return accepterDemande(pool, settings, id, acte, now());
    case 'refuser':
      return refuserDemande(pool, settings, id, acte, now());
    case 'examiner':
      return prendreEnExamen(pool, settings, id, acte, now());
  }
}

const faites: Readonly<Record<Action, { etat: string; texte: string }>> = {
  accepter: {
    etat: 'acceptee',
    texte:
      'Demande acceptée, le professionnel est prévenu. La suppression entre dans le prochain plan, où elle reste à approuver ; supprimez aussi la BAL de votre plateforme.',
  },
  refuser: { etat: 'refusee', texte: 'Demande refusée, le professionnel est prévenu du motif.' },
  examiner: { etat: 'en-examen', texte: 'Demande en examen, le professionnel est prévenu.' },
};

function annonceOf(action: Action, issue: IssueDemande) {
  const { etat, texte } = faites[action];
  if (issue.kind === 'faite') return { genre: 'fait' as const, texte };
  if (issue.kind === 'inconnue') {
    return { genre: 'erreur' as const, texte: 'Cette demande n’existe plus : rien n’a été fait.' };
  }
  // Clicked twice, or by two people who agree.
  if (issue.demande.etat === etat) {
    return {
      genre: 'info' as const,
      texte: `C’était déjà fait : la demande est ${libellesEtape[issue.demande.etat]}. Rien n’a été fait deux fois.`,
    };
  }
  return { genre: 'erreur' as const, texte: issue.message };
}
