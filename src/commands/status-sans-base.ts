// `status` when the base is gone: why, what to do, and what the files beside it still tell.
import type { Settings } from '../config/settings.js';
import { AppError } from '../errors.js';
import { lines, printable, wrap } from '../report/layout.js';
import type { CommandContext } from './context.js';
import { peindreSur } from './couleurs.js';
import { formatDate } from './format-date.js';
import { explainFault } from './known-fault.js';
import { duree } from './status-ecran.js';
import { lireFichiers } from './status-matin.js';
import { enGio } from './status-points.js';

const codes = new Set(['DATABASE_UNREACHABLE', 'BASE_PERDUE', 'CONNEXIONS_EPUISEES']);

export function isBaseGone(error: unknown): boolean {
  const known = explainFault(error);
  return known !== undefined && codes.has(known.code);
}

export async function tellSansBase(
  context: CommandContext,
  settings: Settings,
  error: unknown,
): Promise<void> {
  context.setExitCode(1);
  const { out, env, now: clock } = context.surroundings;
  const now = clock();
  const peindre = peindreSur(out, env);
  const width = Math.min(100, Math.max(40, out.columns ?? 100));
  const message = (explainFault(error) ?? new AppError('BASE_PERDUE', '')).message;
  const { instantane, disque } = await lireFichiers(settings);
  out.write(
    lines([
      peindre('mal', `! La base de données ne répond pas (${formatDate(now)})`),
      ...wrap(printable(message.replace(/\s*\n\s*/gu, ' ')), width - 4, '    '),
      '    « annuaire-sync doctor » dit ce qui manque. Rien n’est perdu : les étapes reprendront quand elle reviendra.',
      '',
      instantane
        ? `LDAP           · instantané d’il y a ${duree(now.getTime() - instantane.construitLe.getTime())}, toujours servi`
        : 'LDAP           · aucun instantané : le miroir ne répond pas sans la base',
      ...(disque ? [`Disque         · ${enGio(disque.libres)} libres`] : []),
    ]),
  );
}
