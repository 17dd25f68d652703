// The professionals' part of the site: they see their own BAL, and ask for the deletion of one that we host.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Espace, type EspaceOptions } from '../espace/espace.js';
import type { Session } from '../espace/session.js';
import type { WebPlugin } from '../server.js';

/** Who signed in, as his session keeps it (`donnees.professionnel`). */
const professionnelConnecte = z.object({
  /** `8` and the RPPS. */
  idNatPs: z.string(),
  rpps: z.string(),
  nom: z.string(),
  /** Pro Santé Connect, or a link sent to another BAL of his. */
  moyen: z.enum(['psc', 'lien']),
});
export type ProfessionnelConnecte = Readonly<z.infer<typeof professionnelConnecte>>;

export type EspaceDemande = Espace<ProfessionnelConnecte>;

/** Declares routes: `config: { acces: 'professionnel' }`, or `public`. */
export type PageDemande = (app: FastifyInstance, espace: EspaceDemande) => void;

export type DemandeOptions = Omit<
  EspaceOptions<ProfessionnelConnecte>,
  'nom' | 'identify' | 'allows' | 'pageConnexion' | 'cadre' | 'autour'
> & {
  readonly ecrans: readonly PageDemande[];
};

export function createDemande({ ecrans, ...options }: DemandeOptions): {
  readonly espace: EspaceDemande;
  readonly plugin: WebPlugin;
} {
  const espace: EspaceDemande = new Espace({
    ...options,
    nom: 'demande',
    pageConnexion: '/demande/connexion',
    identify: professionnelOf,
    allows: (qui, acces) =>
      acces === 'public'
        ? 'oui'
        : qui === undefined
          ? 'connexion'
          : acces === 'professionnel'
            ? 'oui'
            : 'non',
    cadre: 'demande/cadre',
    autour: (professionnel) => ({ professionnel }),
  });
  const plugin = espace.plugin((app) => {
    for (const ecran of ecrans) ecran(app, espace);
  });
  return { espace, plugin };
}

/** To be given to `session.renew` at the sign-in. */
export function donneesDe(professionnel: ProfessionnelConnecte): {
  readonly professionnel: ProfessionnelConnecte;
} {
  return { professionnel };
}

async function professionnelOf({ donnees }: Session): Promise<ProfessionnelConnecte | undefined> {
  return Promise.resolve(professionnelConnecte.safeParse(donnees['professionnel']).data);
}
