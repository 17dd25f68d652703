// The second way in: a link, once and for half an hour, to another BAL of the same holder. Nothing of the answer, nor the time
// that it takes, tells whether the address given is published, or whose it is.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isAdresseMail } from '../../../domain/adresse-mail.js';
import { readLien } from '../../../domain/lien-signe.js';
import { chargeEssai } from '../../../store/essai-connexion.js';
import { posteOf } from '../../espace/poste.js';
import { PageError } from '../../page/page-error.js';
import type { EspaceDemande } from '../demande.js';
import { employerLien, envoyerLien, usageConnexion } from './lien-usage.js';
import type { ConnexionOptions, LienOptions } from './options.js';

export type AvecLien = ConnexionOptions & { readonly lien: LienOptions };

export function declareLien(
  app: FastifyInstance,
  espace: EspaceDemande,
  options: AvecLien,
): void {
  const acces = { config: { acces: 'public' } };
  app.post('/connexion/lien', acces, (request, reply) => ask(espace, options, request, reply));
  app.get('/connexion/lien-envoye', acces, (request, reply) =>
    espace.show(request, reply, {
      gabarit: 'connexion/lien-envoye',
      status: 200,
      titre: 'Regardez votre autre boîte aux lettres',
      donnees: {},
    }),
  );
  // Scanners of mails follow links: looking at it does nothing.
  app.get('/connexion/lien/:jeton', acces, (request, reply) => {
    readOrThrow(options, request);
    return espace.show(request, reply, {
      gabarit: 'connexion/lien-ouvert',
      status: 200,
      titre: 'Se connecter par ce lien',
      donnees: { jeton: link.parse(request.params).jeton },
    });
  });
  app.post('/connexion/lien/:jeton', acces, async (request, reply) => {
    const id = readOrThrow(options, request);
    if (!(await employerLien(espace.session(request), options, request, id))) throw used();
    return espace.redirect(reply, '/demande/bals');
  });
}

const link = z.object({ jeton: z.string() });
const form = z.object({ adresse: z.string().max(1_000).trim().toLowerCase() });

async function ask(
  espace: EspaceDemande,
  options: AvecLien,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { adresse } = form.parse(request.body);
  if (!isAdresseMail(adresse)) {
    const message = 'Écrivez une adresse entière, par exemple prenom.nom@exemple.mssante.fr';
    return espace.show(request, reply, {
      gabarit: 'connexion/choix',
      status: 400,
      titre: 'Se connecter',
      donnees: {
        hasPsc: options.psc !== undefined,
        hasLien: true,
        suite: '/demande/bals',
        erreurs: [{ champ: 'adresse', message }],
        erreur: message,
        saisie: adresse.slice(0, 254),
      },
    });
  }
  await refuseTooMany(options, request, adresse);
  await Promise.all([
    envoyerLien(options, request, adresse),
    delay(options.lien.reponseMinMs, undefined, { ref: false }),
  ]);
  return espace.redirect(reply, '/demande/connexion/lien-envoye');
}

/** Whoever guesses addresses asks for many; a holder asks once, and again when the mail is slow. */
const parPoste = { essais: 20, attenteSecondes: 600, attenteMaxSecondes: 3_600 };
const parAdresse = { essais: 3, attenteSecondes: 1_800, attenteMaxSecondes: 3_600 };

/** Charged whether the address exists or not. */
async function refuseTooMany(
  { pool, now }: AvecLien,
  request: FastifyRequest,
  adresse: string,
): Promise<void> {
  const at = now();
  const poste = keyOf('poste', posteOf(request).adresse);
  const wait =
    (await chargeEssai(pool, poste, parPoste, at)) ??
    (await chargeEssai(pool, keyOf('adresse', adresse), parAdresse, at));
  if (!wait) return;
  throw new PageError(
    429,
    'Trop de demandes de lien',
    'Plusieurs liens ont déjà été demandés. Regardez votre autre boîte aux lettres, ou recommencez dans une heure.',
  );
}

function keyOf(genre: string, text: string): Buffer {
  return createHash('sha256').update(`lien-connexion:${genre}:${text}`).digest();
}

function readOrThrow({ lien, now }: AvecLien, request: FastifyRequest): string {
  const lu = readLien(lien.cle, usageConnexion, link.parse(request.params).jeton, now());
  if (lu.kind === 'valide') return lu.lien.id;
  if (lu.kind === 'expire') throw used();
  throw new PageError(
    404,
    'Ce lien n’est pas valable',
    'Vérifiez que l’adresse est entière : dans certains courriels, elle est coupée en fin de ligne.',
  );
}

function used(): PageError {
  return new PageError(
    410,
    'Ce lien n’est plus valable',
    'Il a déjà servi, ou il date de plus de trente minutes. Demandez-en un autre depuis la page de connexion.',
  );
}
