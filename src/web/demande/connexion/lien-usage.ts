// A link of connection, made and used up.
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { transaction } from '../../../db/transaction.js';
import { lienPublic, signLien } from '../../../domain/lien-signe.js';
import { instantEnFrancais } from '../../../domain/paris-time.js';
import { enqueueAvis } from '../../../store/avis.js';
import { recordTrace } from '../../../store/journal.js';
import { findAutrePer, insertLien, useLien } from '../../../store/lien-connexion.js';
import { posteOf } from '../../espace/poste.js';
import type { Session } from '../../espace/session.js';
import { donneesDe } from '../demande.js';
import type { AvecLien } from './lien.js';

/** As the signature says what it is for. */
export const usageConnexion = 'connexion';

const dureeMs = 30 * 60_000;

/** Nothing happens, and nothing is told, when the Annuaire publishes no other PER of the same holder. */
export async function envoyerLien(
  { pool, lien, now }: AvecLien,
  request: FastifyRequest,
  adresse: string,
): Promise<void> {
  const autre = await findAutrePer(pool, adresse);
  if (!autre) return;
  const creeLe = now();
  const expireLe = new Date(creeLe.getTime() + dureeMs);
  const id = randomBytes(16).toString('base64url');
  const empreinte = hashOf(id);
  const jeton = signLien(lien.cle, { usage: usageConnexion, id, expireLe });
  await transaction(pool, async (client) => {
    await insertLien(client, { empreinte, rpps: autre.rpps, nom: autre.nom, creeLe, expireLe });
    await enqueueAvis(
      client,
      [
        {
          cle: `connexion-lien:${empreinte.toString('hex')}`,
          gabarit: 'connexion-lien',
          domaine: lien.domaine,
          destinataire: autre.adresse,
          donnees: {
            adresse,
            lien: lienPublic(lien.urlPublique, 'demande/connexion/lien', jeton),
            echeance: instantEnFrancais(expireLe),
            ...(lien.contact !== undefined && { contact: lien.contact }),
          },
        },
      ],
      creeLe,
    );
    await recordTrace(
      client,
      {
        action: 'connexion.lien',
        issue: 'reussite',
        auteur: { genre: 'personne', id: 'inconnu' },
        objets: [
          { genre: 'professionnel', id: autre.rpps },
          { genre: 'bal', id: adresse },
          { genre: 'bal', id: autre.adresse },
        ],
        poste: posteOf(request),
        correlation: request.id,
      },
      creeLe,
    );
  });
}

/** False when it was used or is too old; the session is the holder's afterwards. */
export async function employerLien(
  session: Session,
  { pool, now }: AvecLien,
  request: FastifyRequest,
  id: string,
): Promise<boolean> {
  const at = now();
  const who = await transaction(pool, async (client) => {
    const holder = await useLien(client, hashOf(id), at);
    if (!holder) return undefined;
    const { rpps, nom } = holder;
    const idNatPs = `8${rpps}`;
    await recordTrace(
      client,
      {
        action: 'connexion',
        issue: 'reussite',
        auteur: { genre: 'personne', id: idNatPs, nom },
        objets: [{ genre: 'professionnel', id: rpps }],
        poste: posteOf(request),
        requete: { moyen: 'lien' },
        correlation: request.id,
      },
      at,
    );
    return { idNatPs, rpps, nom: nom === '' ? idNatPs : nom };
  });
  if (!who) return false;
  await session.renew(who.idNatPs, donneesDe({ ...who, moyen: 'lien' }));
  return true;
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
