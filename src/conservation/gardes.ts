// What stops a purge before anything is touched: a clock that jumped, a share of a table that nobody expects to lose.
import { AppError, RefusedError } from '../errors.js';
import type { Horloge } from '../store/purge/lot.js';
import type { CompteVoulu } from './prevoir.js';
import type { PurgeSettings } from './settings.js';

const jourMs = 86_400_000;

/**
 * A clock in the future would bring everything to its term. No option overrules the first check; the second one, of a silence longer than
 * `silenceMaxJours`, finds the machine that is also the database's server.
 *
 * @throws AppError `PURGE_HORLOGE`; RefusedError `PURGE_SILENCE`.
 */
export function verifierHorloge(
  { base, silence }: Horloge,
  now: Date,
  { horlogeEcartMaxSecondes, silenceMaxJours }: PurgeSettings['gardes'],
  isAccepted: boolean,
): void {
  const ecartSecondes = Math.round(Math.abs(now.getTime() - base.getTime()) / 1_000);
  if (ecartSecondes > horlogeEcartMaxSecondes) {
    throw new AppError(
      'PURGE_HORLOGE',
      `Rien n’a été purgé : l’horloge de cette machine (${now.toISOString()}) et celle du serveur de la base ` +
        `(${base.toISOString()}) diffèrent de ${ecartSecondes} secondes, pour ${horlogeEcartMaxSecondes} au plus. ` +
        'Réglez-les par NTP (« timedatectl »), puis relancez.',
      { exitCode: 3 },
    );
  }
  if (isAccepted || silence === undefined) return;
  const jours = Math.floor((silence.fin.getTime() - silence.debut.getTime()) / jourMs);
  throw new RefusedError(
    'PURGE_SILENCE',
    `Rien n’a été purgé : le journal n’a reçu aucune trace pendant ${jours} jours, du ${silence.debut.toISOString()} au ` +
      `${silence.fin.toISOString()}, pour ${silenceMaxJours} au plus. L’horloge a peut-être sauté : il serait le ${now.toISOString()}. ` +
      'Si cette date est la bonne, relancez avec --accept.',
  );
}

/** @throws RefusedError `PURGE_TROP`, which names each table. */
export function verifierParts(
  voulus: readonly CompteVoulu[],
  { partMax, plancher }: PurgeSettings['gardes'],
): void {
  const trop = voulus.filter(
    ({ cible, totalAvant, aTerme }) =>
      cible?.estGardee === true && aTerme > plancher && aTerme > totalAvant * partMax,
  );
  if (trop.length === 0) return;
  const nombre = (value: number): string => value.toLocaleString('fr-FR');
  const lignes = trop.map(
    ({ libelle, categorie, totalAvant, aTerme, avant }) =>
      `  ${libelle} (conservation.jours.${categorie}) : ${nombre(aTerme)} sur ${nombre(totalAvant)}, d’avant le ${avant.toISOString().slice(0, 10)}`,
  );
  throw new RefusedError(
    'PURGE_TROP',
    `Rien n’a été purgé : cette purge prendrait plus de ${Math.round(partMax * 100)} % de ce qui suit.\n${lignes.join('\n')}\n` +
      'Vérifiez les durées et la date. Si c’est voulu (première purge, durée raccourcie), relancez avec --accept.',
  );
}
