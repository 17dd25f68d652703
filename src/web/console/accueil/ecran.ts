import { z } from 'zod';
import type { Page } from '../../page/pages.js';
import type { PageConsole } from '../console.js';
import { lireMesures } from './courbes.js';
import { lireFaits, type AccueilOptions, type Faits } from './faits.js';
import { capitale, dire, juger } from './verdict.js';

/** The first page: is everything well, and if not, what to do. */
export function ecranAccueil(options: AccueilOptions): PageConsole {
  return (app, espace) => {
    app.get('/', { config: { acces: 'lecteur' } }, async (request, reply) => {
      const { domaine } = query.parse(request.query);
      const page = await montrerAccueil(options, domaine);
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
      .transform((text) => (text === '' ? undefined : text))
      .optional()
      .catch(undefined),
  })
  .catch({});

async function montrerAccueil(options: AccueilOptions, domaine: string | undefined): Promise<Page> {
  const now = options.now();
  const faits = await lireFaits(options);
  const { courbes, type10 } = await lireMesures(options.db, domaine, now);
  const points = juger(faits, now);
  return {
    gabarit: 'console/accueil',
    status: 200,
    titre: 'Accueil',
    donnees: {
      points,
      verdict: verdict(points.length),
      estGrave: points.some(({ genre }) => genre === 'mal'),
      domaine: domaine ?? '',
      courbes,
      type10,
      ...cartes(faits),
      sources: faits.sources.map(ligneSource),
    },
  };
}

function verdict(n: number): string {
  if (n === 0) return 'Tout va bien';
  return n === 1 ? '1 point demande votre attention' : `${n} points demandent votre attention`;
}

function cartes({ run, plan, operations, demandes, cas, courriels, webhooks }: Faits): object {
  const aDecider = operations.get('planned');
  const compte = (etats: readonly ('approved' | 'retry' | 'sending')[]) =>
    etats
      .flatMap((etat) => operations.get(etat) ?? [])
      .reduce((a, b) => ({ n: a.n + b.n, estDepasse: a.estDepasse || b.estDepasse }), zero);
  const acceptees = operations.get('accepted');
  return {
    run,
    plan: plan && {
      id: plan.id,
      calculeLe: plan.computedAt,
      estBloque: plan.etat === 'bloque',
      aDecider: aDecider ? dire(aDecider, 'opération à décider', 'opérations à décider') : null,
    },
    envois: {
      attente: dire(
        compte(['approved', 'retry', 'sending']),
        'opération à envoyer',
        'opérations à envoyer',
      ),
      acceptees: acceptees
        ? dire(acceptees, 'acceptée, à confirmer', 'acceptées, à confirmer')
        : null,
    },
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

const zero = { n: 0, estDepasse: false };

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
