import { z } from 'zod';
import type { Page } from '../../page/pages.js';
import type { PageConsole } from '../console.js';
import { MesuresLues } from './courbes.js';
import { lireFaits, type AccueilOptions, type Faits } from './faits.js';
import { capitale, dire, direVerdict, juger } from './verdict.js';

/** The first page: is everything well, and if not, what to do. */
export function ecranAccueil(options: AccueilOptions): PageConsole {
  const mesures = new MesuresLues();
  return (app, espace) => {
    app.get('/', { config: { acces: 'lecteur' } }, async (request, reply) => {
      const { domaine } = query.parse(request.query);
      const page = await montrerAccueil(options, mesures, domaine);
      return espace.show(request, reply, { ...page, actif: 'accueil' });
    });
  };
}

// Whatever else stands in the address is no reason to show nothing.
const query = z
  .object({
    domaine: z
      .string()
      .trim()
      .toLowerCase()
      .max(255)
      .regex(/^\P{Cc}*$/u)
      .transform((text) => (text === '' ? undefined : text))
      .optional()
      .catch(undefined),
  })
  .catch({});

async function montrerAccueil(
  options: AccueilOptions,
  mesures: MesuresLues,
  domaine: string | undefined,
): Promise<Page> {
  const now = options.now();
  const faits = await lireFaits(options);
  const { courbes, type10 } = await mesures.lire(options.db, domaine, now);
  const points = juger(faits, now);
  return {
    gabarit: 'console/accueil',
    status: 200,
    titre: 'Accueil',
    donnees: {
      points,
      verdict: direVerdict(points),
      ton: points[0]?.genre ?? 'bien',
      domaine: domaine ?? '',
      courbes,
      type10,
      ...cartes(faits),
      sources: faits.sources.map(ligneSource),
    },
  };
}

function cartes({ run, plan, operations, demandes, cas, courriels, webhooks }: Faits): object {
  const aDecider = operations.get('planned');
  return {
    run,
    plan: plan && {
      id: plan.id,
      calculeLe: plan.computedAt,
      estBloque: plan.etat === 'bloque',
      aDecider: aDecider ? dire(aDecider, 'opération à décider', 'opérations à décider') : null,
    },
    envois: etatsMontres.flatMap(({ etat, un, plusieurs }) => {
      const compte = operations.get(etat);
      return compte ? [{ etat, texte: dire(compte, un, plusieurs) }] : [];
    }),
    demandes,
    cas: cas.total.n > 0 ? dire(cas.total, 'BAL inactive suivie', 'BAL inactives suivies') : null,
    casASupprimer: cas.etats.get('a-supprimer') ?? 0,
    avis: [
      ...direAttente(courriels, 'courriel à envoyer', 'courriels à envoyer'),
      ...direAttente(webhooks, 'webhook à envoyer', 'webhooks à envoyer'),
    ],
  };
}

function direAttente(file: Faits['courriels'], un: string, plusieurs: string): string[] {
  const attente = file.get('a-envoyer');
  return attente ? [dire(attente, un, plusieurs)] : [];
}

/** Each has its list: a figure of several lists could not be checked in any. */
const etatsMontres = [
  { etat: 'approved', un: 'opération à envoyer', plusieurs: 'opérations à envoyer' },
  { etat: 'sending', un: 'en cours d’envoi', plusieurs: 'en cours d’envoi' },
  { etat: 'retry', un: 'à renvoyer', plusieurs: 'à renvoyer' },
  { etat: 'accepted', un: 'acceptée, à confirmer', plusieurs: 'acceptées, à confirmer' },
] as const;

function ligneSource({
  libelle,
  freshness,
  date,
  lignes,
  echec,
}: Faits['sources'][number]): object {
  const etats = {
    'a-jour': 'à jour',
    'en-retard': 'en retard',
    'jamais-chargee': 'jamais chargée',
  };
  return {
    libelle: capitale(libelle),
    etat: etats[freshness.kind],
    couleur:
      freshness.kind === 'jamais-chargee'
        ? 'mal'
        : freshness.kind === 'en-retard' || echec !== undefined
          ? 'attention'
          : 'bien',
    date: date ?? null,
    lignes: lignes ?? null,
    note: echec ?? ('cause' in freshness ? freshness.cause : ''),
  };
}
