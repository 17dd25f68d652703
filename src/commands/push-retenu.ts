// After a restoration nothing is sent before the present is known again: what was sent since the backup, this base does not know.
import { RefusedError } from '../errors.js';
import { findRestauration, leverRestauration } from '../store/restauration.js';
import type { OpenProgram, Surroundings } from './program.js';
import { tracer } from './tracer.js';

/** Lifts it when a plan was made from what the ANS and the mail platform show since. @throws RefusedError `ENVOIS_RETENUS` */
export async function assertPresentKnown(
  { pool }: Pick<OpenProgram, 'pool'>,
  surroundings: Surroundings,
): Promise<void> {
  const held = await findRestauration(pool);
  if (!held) return;
  if (held.aPlan) {
    await tracer(
      { surroundings, pool },
      { action: 'restauration.levee', genre: 'programme' },
      () => leverRestauration(pool, surroundings.now(), 'annuaire-sync', undefined),
      (isLifted) => (isLifted ? {} : undefined),
    );
    return;
  }
  const manque = [
    ...(held.aExtraction
      ? []
      : ['« extract bals », quand l’ANS aura publié une extraction générée depuis']),
    ...(held.aInventaire
      ? []
      : [
          '« inventory sync », « inventory import » ou un instantané entier (PUT /inventaire), pour chaque source',
        ]),
    '« reconcile »',
    '« plan »',
  ];
  throw new RefusedError(
    'ENVOIS_RETENUS',
    `La base a été restaurée le ${held.restaureeLe.toISOString()} dans son état du ${held.sauvegardeDu.toISOString()} : elle ignore ce qui a été ` +
      `envoyé entre les deux. Rien ne part avant qu'un plan soit fait sur le présent. Restent : ${manque.join(' ; ')}. ` +
      `Pour passer outre : « restore --lever RAISON ».`,
  );
}
