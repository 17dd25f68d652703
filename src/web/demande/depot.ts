// The form by which a professional asks for the deletion of a BAL of his: filled in, read over, confirmed.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { deposerDemande, type RefusDepot } from '../../demande/deposer.js';
import { dateDevenirMessages } from '../../demande/devenir-messages.js';
import { commentaireCharsMax, echeanceDemande, libellesMotif } from '../../domain/demande.js';
import { empechement, findBalDuTitulaire, type BalDuTitulaire } from '../../store/demande-bals.js';
import { findDemandeOuverte, type Demande } from '../../store/demande.js';
import { posteOf } from '../espace/poste.js';
import { PageError } from '../page/page-error.js';
import type { DonneesPage } from '../page/pages.js';
import { RateLimiter } from '../rate-limiter.js';
import { balMontree } from './bals.js';
import {
  lireSaisie,
  motifsProposes,
  readSaisie,
  type Lecture,
  type Saisie,
} from './depot-formulaire.js';
import type { EspaceDemande, PageDemande } from './demande.js';
import type { EcransOptions } from './ecrans.js';
import { voirDemandes } from './suivi.js';

/** A person posts a form now and then: who posts faster is a program. */
const perSecond = 3;
const professionnelsMax = 10_000;

/** PostgreSQL has no place for a NUL in a text. */
const chemin = z.object({
  adresse: z
    .string()
    .max(320)
    .refine((adresse) => !adresse.includes('\0')),
});

const acces = { config: { acces: 'professionnel' } };

export function createDepot(options: EcransOptions): PageDemande {
  const posts = new RateLimiter(professionnelsMax);
  return (app, espace) => {
    app.get('/bals/:adresse', acces, async (request, reply) => {
      const { bal, ouverte } = await readBal(options, espace, request);
      if (ouverte) return showOpen(espace, request, reply, ouverte);
      return showForm(options, espace, request, reply, bal, vide);
    });
    app.post('/bals/:adresse', acces, async (request, reply) => {
      const { rpps } = espace.who(request);
      if (posts.take(rpps, perSecond, options.now().getTime()) > 0) {
        throw new PageError(429, 'Trop de demandes', 'Attendez quelques secondes, puis réessayez.');
      }
      return post(options, espace, request, reply);
    });
  };
}

const voirBals = { texte: 'Voir vos boîtes aux lettres', chemin: '/demande/bals' };

const vide: Saisie = { motif: '', commentaire: '', contact: '', etape: '' };

async function post(
  options: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const saisie = readSaisie(request.body);
  const lecture = lireSaisie(saisie);
  if (lecture.kind === 'valable' && saisie.etape === 'confirmer') {
    return confirm(options, espace, request, reply, lecture);
  }
  const { bal, ouverte } = await readBal(options, espace, request);
  if (ouverte) return showOpen(espace, request, reply, ouverte);
  if (lecture.kind === 'fautive') {
    return showForm(options, espace, request, reply, bal, saisie, lecture.erreurs);
  }
  if (saisie.etape === 'modifier') return showForm(options, espace, request, reply, bal, saisie);
  return espace.show(request, reply, {
    gabarit: 'demande/confirmation',
    status: 200,
    titre: 'Vérifiez votre demande',
    donnees: {
      ...around(options, bal),
      motif: lecture.motif,
      motifLibelle: libellesMotif[lecture.motif],
      commentaire: lecture.commentaire ?? '',
      contactDemande: lecture.contact,
    },
  });
}

async function confirm(
  { pool, demandes, now }: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
  reply: FastifyReply,
  { motif, commentaire, contact }: Lecture & { kind: 'valable' },
): Promise<FastifyReply> {
  const result = await deposerDemande(
    pool,
    demandes,
    {
      demandeur: espace.who(request),
      adresse: adresseOf(request),
      motif,
      commentaire,
      contact,
      poste: posteOf(request),
      correlation: request.id,
    },
    now(),
  );
  switch (result.kind) {
    case 'deposee':
      await espace.announce(request, {
        genre: 'fait',
        texte: `Votre demande est enregistrée sous le n° ${result.demande.id}. Un courriel de confirmation vous est envoyé.`,
      });
      return espace.redirect(reply, `/demande/suivi/${result.demande.id}`);
    case 'existante':
      return showOpen(espace, request, reply, result.demande);
    case 'refusee':
      throw refusal(result.raison, demandes.contact);
    default:
      return result satisfies never;
  }
}

/** Sent twice is asked once: the first is shown. */
async function showOpen(
  espace: EspaceDemande,
  request: FastifyRequest,
  reply: FastifyReply,
  { id }: Demande,
): Promise<FastifyReply> {
  await espace.announce(request, {
    genre: 'info',
    texte:
      'Vous avez déjà demandé la suppression de cette boîte aux lettres : voici votre demande.',
  });
  return espace.redirect(reply, `/demande/suivi/${id}`);
}

async function readBal(
  { pool, demandes }: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
): Promise<{ readonly bal: BalDuTitulaire; readonly ouverte: Demande | undefined }> {
  const { rpps } = espace.who(request);
  const adresse = adresseOf(request);
  const bal = await findBalDuTitulaire(pool, rpps, demandes.domaines, adresse);
  const obstacle = bal ? empechement(bal) : 'introuvable';
  if (!bal || obstacle !== undefined) throw refusal(obstacle ?? 'introuvable', demandes.contact);
  const ouverte = await findDemandeOuverte(pool, adresse);
  if (ouverte && ouverte.rpps !== rpps) throw refusal('occupee', demandes.contact);
  return { bal, ouverte };
}

function adresseOf(request: FastifyRequest): string {
  return chemin.parse(request.params).adresse.trim().toLowerCase();
}

function showForm(
  options: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
  reply: FastifyReply,
  bal: BalDuTitulaire,
  saisie: Saisie,
  erreurs: (Lecture & { kind: 'fautive' })['erreurs'] = [],
): Promise<FastifyReply> {
  return espace.show(request, reply, {
    gabarit: 'demande/depot',
    status: erreurs.length === 0 ? 200 : 422,
    titre: 'Demander la suppression',
    donnees: {
      ...around(options, bal),
      motif: saisie.motif,
      commentaire: saisie.commentaire,
      // `contact` is the opérateur's, at the foot of each page.
      contactDemande: saisie.contact,
      motifs: motifsProposes,
      commentaireMax: commentaireCharsMax,
      erreurs: erreurs.length === 0 ? null : erreurs,
      erreurMotif: messageOf(erreurs, 'motif-'),
      erreurCommentaire: messageOf(erreurs, 'commentaire'),
      erreurContact: messageOf(erreurs, 'contact'),
    },
  });
}

function messageOf(
  erreurs: (Lecture & { kind: 'fautive' })['erreurs'],
  champ: string,
): string | null {
  return erreurs.find((erreur) => erreur.champ.startsWith(champ))?.message ?? null;
}

/** The BAL, and what happens to its messages, by when: on the form and on the page where he confirms. */
function around({ demandes, now }: EcransOptions, bal: BalDuTitulaire): DonneesPage {
  const at = now();
  const { devenirMessages, delaiJours } = demandes;
  const reponseLe = echeanceDemande(at, delaiJours);
  return {
    bal: balMontree(bal),
    delaiJours,
    reponseLe,
    devenirMessages: devenirMessages.texte,
    // The latest: were it accepted on the last day.
    effacesLe: dateDevenirMessages(devenirMessages, reponseLe) ?? null,
    effacesApresJours: devenirMessages.effacesApresJours ?? null,
  };
}

function refusal(raison: RefusDepot, contact: string | undefined): PageError {
  const ecrire = contact === undefined ? 'contactez votre opérateur' : `écrivez à ${contact}`;
  switch (raison) {
    case 'introuvable':
      return new PageError(
        404,
        'Boîte aux lettres introuvable',
        `Cette adresse n’est pas celle d’une boîte aux lettres personnelle à votre nom. Si elle devrait l’être, ${ecrire}.`,
        voirBals,
      );
    case 'ailleurs':
      return new PageError(
        403,
        'Boîte aux lettres hébergée ailleurs',
        'Nous n’hébergeons pas cette boîte aux lettres. La page « Vos boîtes aux lettres » dit à qui demander sa suppression.',
        voirBals,
      );
    case 'partagee':
      return new PageError(
        403,
        'Demande impossible ici',
        `Nos informations donnent cette boîte aux lettres aussi à une autre personne, ou à un service : ${ecrire}.`,
        voirBals,
      );
    case 'occupee':
      return new PageError(
        403,
        'Demande impossible ici',
        `Une autre demande est en cours pour cette boîte aux lettres : ${ecrire}.`,
        voirBals,
      );
    case 'limite-ouvertes':
      return new PageError(
        403,
        'Trop de demandes en cours',
        `Attendez la réponse à vos demandes en cours, ou retirez-en une. Pour en faire davantage, ${ecrire}.`,
        voirDemandes,
      );
    case 'limite-jour':
      return new PageError(
        403,
        'Trop de demandes aujourd’hui',
        `Vous avez fait beaucoup de demandes en 24 heures. Revenez demain, ou ${ecrire}.`,
        voirDemandes,
      );
    default:
      return raison satisfies never;
  }
}
