// One process that plays the ANS's feed API until it is told to stop.
import type { Settings } from '../config/settings.js';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import { AppError } from '../errors.js';
import { creerPages, decrireEtat } from '../simulateur/pages.js';
import { ecrireParution, nommerParution } from '../simulateur/publication.js';
import { ServeurSimulateur, type RequeteServie } from '../simulateur/serveur.js';
import { Simulateur, type SimulateurOptions } from '../simulateur/simulateur.js';
import type { CommandContext } from './context.js';
import { aborted } from './ldap-serve.js';
import type { OpenProgram } from './program.js';

export type FeedOptions = {
  readonly isReinitialise: boolean;
  /** One line per request. */
  readonly isVerbeux: boolean;
};

export function simulateurOptions({ dataDir, simulateur }: Settings): SimulateurOptions {
  const { dialecte, avecInventaire, journalOctetsMax } = simulateur;
  return { dataDir, dialecte, avecInventaire, journalOctetsMax };
}

/** Until the signal. @throws AppError `SIMULATEUR_OCCUPE` when another one serves on the same database. */
export async function simulateFeed(
  context: CommandContext,
  open: OpenProgram,
  options: FeedOptions,
): Promise<void> {
  const locked = await withAdvisoryLock(open.pool, 'simulateur', async () => {
    const simulateur = await Simulateur.ouvrir(
      open.pool,
      simulateurOptions(open.settings),
      { isReinitialise: options.isReinitialise, isLecture: false },
      open.progress,
    );
    try {
      await servir(context, open, simulateur, options);
    } finally {
      simulateur.fermer();
    }
  });
  if (locked.kind === 'done') return;
  throw new AppError(
    'SIMULATEUR_OCCUPE',
    'Un simulateur tourne déjà sur cette base. Arrêtez-le, ou servez-vous de celui-là.',
  );
}

async function servir(
  { surroundings }: CommandContext,
  open: OpenProgram,
  simulateur: Simulateur,
  { isVerbeux }: FeedOptions,
): Promise<void> {
  const { signal, now, out } = surroundings;
  const { settings, pool, isJson } = open;
  const { cleApi, fautesParEnTete, silenceSecondes, ...reglages } = settings.simulateur;
  const dire = (evenement: string, message: string, plus: object = {}): void => {
    out.write(isJson ? `${JSON.stringify({ evenement, message, ...plus })}\n` : `${message}\n`);
  };
  const serveur: ServeurSimulateur = new ServeurSimulateur(simulateur, {
    ...reglages,
    cleApi,
    isFauteParEnTete: fautesParEnTete,
    silenceMs: silenceSecondes * 1_000,
    now,
    onRequete: (requete) => {
      if (isVerbeux) dire('requete', `[simulation] ${decrireRequete(requete)}`, requete);
    },
    pages: creerPages(simulateur, {
      cleApi,
      compte: () => serveur.compte,
      publier: async (ouvrir) => {
        const parution = nommerParution(simulateur, settings.dataDir, now());
        const sortie = ouvrir(parution.nom);
        const lignes = await ecrireParution(pool, simulateur, parution, sortie, signal);
        dire('parution', `[simulation] ${parution.nom}.zip : ${lignes} lignes`, { lignes });
      },
    }),
  });
  const url = await serveur.start();
  try {
    dire('ecoute', accueil(url, simulateur, settings), { url });
    await aborted(signal);
  } finally {
    await serveur.stop();
  }
  dire('fin', bilan(simulateur, serveur), decrireEtat(simulateur, serveur.compte, null));
}

function accueil(
  url: string,
  { etat, semis, enService }: Simulateur,
  { simulateur }: Settings,
): string {
  const { dialecte, appelsParSeconde } = simulateur;
  const debit = appelsParSeconde === 0 ? 'sans limite' : `${appelsParSeconde} appels/s`;
  return [
    `SIMULATION de l'API d'alimentation à l'écoute : ${url} (dialecte ${dialecte}, ${debit}).`,
    `${nombre(etat.balCount)} BAL sur ${nombre(etat.porteurCount)} porteurs, d'après ${semis.version} ; ` +
      `${nombre(etat.patchCount)} PATCH déjà simulés.`,
    ...(enService === semis.version
      ? []
      : [`L'extraction en service est ${enService} : --reinitialiser pour repartir d'elle.`]),
    "Rien n'atteint l'Annuaire Santé. Ctrl-C pour arrêter.",
  ].join('\n');
}

function decrireRequete({ methode, url, status, faute, effets, detail }: RequeteServie): string {
  const fin = status === undefined ? 'sans réponse' : String(status);
  return [
    `${methode} ${url} → ${fin}`,
    ...(effets.length > 0 ? [effets.join(', ')] : []),
    ...(detail === undefined ? [] : [detail.trim()]),
    ...(faute === undefined ? [] : [`faute : ${faute}`]),
  ].join(' · ');
}

function bilan({ etat }: Simulateur, { compte }: ServeurSimulateur): string {
  const { insert, replace, delete: supprimees } = etat.effectifs;
  const fautes = [...compte.fautes].map(([faute, count]) => `${faute} ${nombre(count)}`);
  return [
    `Simulateur arrêté : ${nombre(compte.requetes)} requêtes ; depuis le départ, ${nombre(etat.patchCount)} PATCH appliqués ` +
      `(${nombre(insert)} ajouts, ${nombre(replace)} modifications, ${nombre(supprimees)} suppressions).`,
    ...(fautes.length > 0 ? [`Fautes données : ${fautes.join(', ')}.`] : []),
  ].join('\n');
}

function nombre(valeur: number): string {
  return valeur.toLocaleString('fr-FR');
}
